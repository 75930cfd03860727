"""Where an HTTP question may go: a host's addresses, looked up once, checked, and the one to connect to.

Knows nothing of HTTP. The address that was checked is the address that is used, so a name that
changes its mind in between gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import Executor
from functools import partial


class RefusedAddress(Exception):  # noqa: N818 - reads as what happened
    """The host is at an address that the project does not allow."""


class NoAddress(Exception):  # noqa: N818
    """The host has no address."""


async def checked_address(host: str, port: int, allow_private: bool, names: Executor) -> str:
    """The address to connect to. Raises NoAddress, RefusedAddress.

    `names`: threads to look it up in, which nothing else waits for: names may take half a minute to be
    given up, and no deadline ends that. Every address of the host must be public, or the host is refused whole.
    """
    loop = asyncio.get_running_loop()
    try:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await loop.run_in_executor(names, ask)
    except (OSError, UnicodeError):
        raise NoAddress("the host's name has no address") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise NoAddress("the host's name has no address")
    if not allow_private and not all(_is_public(each) for each in addresses):
        raise RefusedAddress("the host is at a private address; list it with `allow_private`")
    return addresses[0]


def _is_public(address: str) -> bool:
    """Global and unicast, looked at through IPv4 addresses dressed as IPv6."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None) or parsed
    return bool(inner.is_global and not inner.is_multicast)
