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

# Networks whose last 32 bits are an IPv4 address: translated (RFC 6052, 2765), mapped, compatible.
_LAST_32_BITS = tuple(
    map(ipaddress.IPv6Network, ("64:ff9b::/96", "::ffff:0:0:0/96", "::ffff:0:0/96", "::/96"))
)
# What the library calls global, and is at most of one site: kept for protocols (RFC 6890), translated by
# a site's own rules (RFC 8215), and what was a site's own until 2004.
_OF_A_SITE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "fec0::/10")))


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
    return all(
        each.is_global and not each.is_multicast and not any(each in net for net in _OF_A_SITE)
        for each in _undressed(parsed)
    )


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _undressed(address: _Address) -> tuple[_Address, ...]:
    """Where packets to it end up."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.teredo is not None:
        return address.teredo  # the server, and the host behind it
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if any(address in each for each in _LAST_32_BITS):
        return (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF),)
    return (address,)
