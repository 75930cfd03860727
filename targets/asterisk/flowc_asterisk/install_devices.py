"""What a release rings - its seats, its trunk - and which of it this Asterisk does not know.

A seat that is not there is no fault, as it may come tomorrow; but a queue of none but such is closed to
every caller. Knows no deploy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from flowc.target.install_words import told
from flowc_asterisk.ami.client import Ami
from flowc_asterisk.install_files import ENTRY_QUEUES, RELEASE_DIALPLAN

_SEAT = re.compile(r"^member => ([^,\n]+)", re.MULTILINE)
_TRUNK = re.compile(r"\bDial\(PJSIP/[^@\n]+@([\w-]+)")
_UNKNOWN = (
    "INVALID"  # as the function DEVICE_STATE has it; where that is not loaded, nothing is said
)


def seats_of(build: Path) -> tuple[str, ...]:
    """The devices in its queues, as the server calls them."""
    return tuple(dict.fromkeys(_SEAT.findall((build / ENTRY_QUEUES).read_text())))


def trunks_of(build: Path) -> tuple[str, ...]:
    """The endpoints that its calls leave by."""
    found = _TRUNK.findall((build / RELEASE_DIALPLAN).read_text())
    return tuple(dict.fromkeys(f"PJSIP/{name}" for name in found))


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
