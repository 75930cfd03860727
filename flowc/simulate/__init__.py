"""Calls as tests: scripts, a simulator with a virtual clock, what failed, what was covered."""
