"""Calls of tests on real servers: the simulator's run of a script is played again and compared."""
