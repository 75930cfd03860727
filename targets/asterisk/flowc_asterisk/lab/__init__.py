"""The Asterisk lab: boot a private server, call it, hear what it says. Knows nothing of flows."""
