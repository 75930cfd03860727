"""What a release reaches out to - seats, trunk, runtime - and which of it is not there.

None of it is a fault, as it may come in a minute; but a queue of none but unknown seats is closed to
every caller, and without its runtime a call finds nothing. Knows no deploy.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from flowc.target.install_words import told
from flowc_asterisk.ami.client import Ami
from flowc_asterisk.install_files import ENTRY_QUEUES, RELEASE_DIALPLAN

_SEAT = re.compile(r"^member => ([^,\n]+)", re.MULTILINE)
_TRUNK = re.compile(r"\bDial\(PJSIP/[^@\n]+@([\w-]+)")
_RUNTIME = re.compile(r"\bagi://(\[[0-9a-f:]+\]|[\w.-]+):([0-9]+)/")
_CONNECTS_WITHIN_S = 2.0
# As the function DEVICE_STATE has it; where that is not loaded, nothing is said.
_UNKNOWN = "INVALID"


def seats_of(build: Path) -> tuple[str, ...]:
    """The devices in its queues, as the server calls them."""
    return tuple(dict.fromkeys(_SEAT.findall((build / ENTRY_QUEUES).read_text())))


def trunks_of(build: Path) -> tuple[str, ...]:
    """The endpoints that its calls leave by."""
    found = _TRUNK.findall((build / RELEASE_DIALPLAN).read_text())
    return tuple(dict.fromkeys(f"PJSIP/{name}" for name in found))


async def silent_runtime(build: Path) -> tuple[str, ...]:
    """A note where nobody listens at the address that its calls ask."""
    asked = _RUNTIME.search((build / RELEASE_DIALPLAN).read_text())
    if asked is None:
        return ()
    with suppress(OSError):  # TimeoutError among them
        async with asyncio.timeout(_CONNECTS_WITHIN_S):
            _, writer = await asyncio.open_connection(asked[1].strip("[]"), int(asked[2]))
        writer.close()
        return ()
    return (f"nobody listens at {asked[1]}:{asked[2]}, where its calls ask: start `flowc run`",)


async def unknown_devices(ami: Ami, build: Path) -> tuple[str, ...]:
    """A note on each kind that the server doesn't know. Raises AmiError."""
    return (
        *told("seats are unknown to it", await _unknown(ami, seats_of(build))),
        *told("trunk is unknown to it", await _unknown(ami, trunks_of(build))),
    )


async def _unknown(ami: Ami, devices: Iterable[str]) -> list[str]:
    return [
        each
        for each in devices
        if (await ami.action("Getvar", Variable=f"DEVICE_STATE({each})")).get("Value") == _UNKNOWN
    ]
