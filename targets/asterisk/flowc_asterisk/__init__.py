"""The Asterisk room."""
