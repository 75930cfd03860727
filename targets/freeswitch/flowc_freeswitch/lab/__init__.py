"""The FreeSWITCH lab: boot a private server, call it, read what its calls tell. Knows nothing of flows."""
