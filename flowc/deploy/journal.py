"""The change that is under way, on disk before it begins and gone once it is made or undone.

What a dead deploy leaves here is all that the next one needs to finish it or take it back.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from flowc.deploy.disk import Disk
from flowc.deploy.errors import RefusedError


@dataclass(frozen=True, slots=True)
class UnderWay:
    """From one generation to another. `trial`: the number that must get through before it counts;
    `undoing`: it was found wrong and is being taken back."""

    purpose: str
    before: int
    after: int
    trial: str = ""
    undoing: bool = False


class Journal:
    """At most one change is under way."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk

    def read(self) -> UnderWay | None:
        """The change that a dead deploy left, or None. Raises RefusedError for an unreadable one."""
        if not self._path.exists():
            return None
        try:
            plain = json.loads(self._path.read_text(encoding="utf-8"))
            return UnderWay(
                str(plain["purpose"]),
                int(plain["before"]),
                int(plain["after"]),
                str(plain["trial"]),
                bool(plain["undoing"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as reason:
            raise RefusedError(f"{self._path} cannot be read: {reason}") from reason

    def write(self, change: UnderWay) -> None:
        """Remember a change, or what has become of it."""
        self._disk.replace(self._path, (json.dumps(asdict(change), indent=1) + "\n").encode())

    def end(self) -> None:
        """Nothing is under way any more."""
        self._disk.remove_file(self._path)
