"""One deploy at a time. The kernel holds the lock, so a process that dies leaves none behind.

Knows no deploy; what stands in the file is only there for people.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flowc.deploy.disk import named
from flowc.deploy.errors import BusyError


@contextmanager
def held_lock(path: Path, purpose: str) -> Iterator[None]:
    """Hold the lock in a file while the context is open. Raises BusyError, naming who holds it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o640), "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = file.read(200).strip() or "a process that has not said its name yet"
            raise BusyError(f"another deploy is at work: {holder}") from None
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        with named(path):
            file.seek(0)
            file.truncate()
            file.write(f"{purpose}, process {os.getpid()}, since {since}\n")
            file.flush()
        yield
