"""What needs no server: emitters and whole projects, for a process of its own beside the servers."""

from __future__ import annotations

import time

from tests.injection import emitted, projects
from tests.injection.cases import Tally
from tests.injection.strings import CORE

_BEGUN = time.monotonic()


def tell(line: str) -> None:
    """A line of progress."""
    seconds = time.monotonic() - _BEGUN
    print(f"{seconds:5.0f} s  {line}", flush=True)


def swept(every: int) -> Tally:
    """Every Nth string through all of it."""
    tally = Tally()
    tally.add(emitted.sweep(CORE[::every], tell))
    tally.add(projects.sweep(CORE[::every], tell))
    return tally
