"""Call flows as code: read, checked, proven, simulated, drawn and compiled."""
