"""Putting releases on a server, and taking them back. Knows no telephone system: that is the Installer's."""
