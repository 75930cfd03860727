"""The server's event socket: its text protocol, a client, and the gateway of live calls."""
