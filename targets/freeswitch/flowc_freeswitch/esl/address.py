"""Where a server's event socket listens, as an environment says it: on this machine only.

Whoever enters may do anything on the server, and nothing is encrypted. Knows no socket.
"""

from __future__ import annotations

import ipaddress

FACTORY_PASSWORD = "ClueCon"  # noqa: S105 - every server is delivered with it


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_open_door(host: str, password: str) -> None:
    """Raises ValueError, for its operator, where strangers could come in."""
    if not is_loopback(host):
        raise ValueError(
            f"`runtime: {host}` is not this machine: whoever enters a FreeSWITCH's event socket may "
            "do anything there, so it must listen on 127.0.0.1 and flowc must run beside it"
        )
    if not password:
        raise ValueError(
            "`token:` must be the event socket's password, as ${env:FLOWC_ESL_PASSWORD}"
        )
    if any(sign <= " " for sign in password):
        raise ValueError("the event socket's password holds a space or the end of a line")
    if password == FACTORY_PASSWORD:
        raise ValueError(
            f"the event socket's password is {FACTORY_PASSWORD}, which everybody knows; set another "
            "in event_socket.conf.xml and in `token:`"
        )
