"""Loopback ports for one server, held by a lock so that servers of other processes keep off them.

Asking the kernel for a free port and using it later is a race when several servers start at once;
a locked block of ports is none. Knows nothing of what listens on them.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

# Below the range from which Linux takes ports for outgoing connections.
_FIRST, _LAST, _SIZE = 11_000, 32_000, 1_000
_NAMED = 10  # the first ports of a block are for SIP, control and the like; the rest carry sound


class NoPortsError(OSError):
    """Every block is taken."""


@dataclass(slots=True)
class PortBlock:
    """A thousand ports from `base` on, ours until `release`."""

    base: int
    _lock: TextIOWrapper

    @property
    def sip(self) -> int:
        """Where the server listens for SIP, over UDP."""
        return self.base

    @property
    def control(self) -> int:
        """Where the server listens for those who steer it."""
        return self.base + 1

    @property
    def phones(self) -> int:
        """Where the telephones that the server may ring listen for SIP."""
        return self.base + 2

    @property
    def rtp(self) -> tuple[int, int]:
        """First and last port of the server's sound."""
        return self.base + _NAMED, self.base + _SIZE - 1

    def release(self) -> None:
        """Let others have the ports."""
        self._lock.close()


def take_ports(kind: type[PortBlock] = PortBlock) -> PortBlock:
    """A free block. Raises NoPortsError where every block is taken."""
    folder = Path(tempfile.gettempdir()) / f"flowc-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    bases = list(range(_FIRST, _LAST, _SIZE))
    random.shuffle(bases)
    for base in bases:
        lock = _try(folder, base)
        if lock is not None:
            return kind(base, lock)
    raise NoPortsError("no block of loopback ports is free")


def _try(folder: Path, base: int) -> TextIOWrapper | None:
    lock = (folder / str(base)).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    if all(_is_free(port) for port in range(base, base + _NAMED)):
        return lock
    lock.close()
    return None


def _is_free(port: int) -> bool:
    """Whether nothing at all listens there; a foreign server may not know of our locks."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
