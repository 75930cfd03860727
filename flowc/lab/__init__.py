"""What the labs of all targets share: servers that die with us, callers' ends, scenes. Names no server."""
