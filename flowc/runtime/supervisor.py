"""What the supervisor of the machine is told: that calls are served, and that the loop still turns.

Speaks systemd's protocol of notifications (one datagram a state); without its socket nothing is told.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


@dataclass(frozen=True, slots=True)
class Supervisor:
    """`address`: a path, or a name beginning with `@`; "" where nobody listens."""

    address: str

    def tell(self, state: str) -> None:
        """One state. A supervisor that can't be told stops no call."""
        if not self.address:
            return
        name = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out,
        ):
            out.setblocking(False)
            out.sendto(state.encode(), name)


def supervisor(environment: Mapping[str, str]) -> Supervisor:
    """The one that started this process."""
    return Supervisor(environment.get("NOTIFY_SOCKET", ""))
