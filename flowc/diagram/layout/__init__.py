"""Where everything stands: three layouters, from the best that is there to one that always is."""
