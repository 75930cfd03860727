"""Back ends that a call may ask, one file a kind, and the broker that holds them to their promises."""
