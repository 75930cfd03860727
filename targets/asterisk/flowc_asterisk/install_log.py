"""What the server's log says against our releases while it reloads, where we may read it.

The server writes its log from a queue of its own, so what was just said is waited for a moment.
A caller can make the server log any words, even whole lines: a complaint counts only where it begins
a line and names a release that is loaded, by an id that no outsider knows.
Knows neither deploys nor the manager interface.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from os import fstat
from os.path import samestat
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 4 * 1024 * 1024
MOST_SHOWN = 5
QUIET_S = 0.05
MOST_WAITING_S = 1.0  # a log that tells of many calls is never quiet
_COMPLAINT = re.compile(r"\[[^\]]*\] +(WARNING|ERROR)\[[^\]]*\](?:\[[^\]]*\])?:?\s*(.*)")
_READERS = ("config.c", "pbx_config.c", "pbx.c", "app_queue.c", "res_musiconhold.c", "extconf.c")

# Said of every playlist entry with a dot in its name, as prompt ids have; such entries play (tried).
_HARMLESS = ("may include an extension",)


def is_readable(log: Path) -> bool:
    """Can the log be looked at?"""
    try:
        log.open("rb").close()
    except OSError:
        return False
    return True


@contextmanager
def watched(log: Path, releases: Iterable[str]) -> Iterator[LogWatch]:
    """A watch over what comes to the log from now on. `releases`: whose complaints count, by id."""
    marks = [mark for id_ in releases for mark in (f"fl-{id_}", f"/releases/{id_}")]
    try:
        file = log.open("rb")
    except OSError:
        yield LogWatch(log, None, marks)
        return
    with file:
        file.seek(0, 2)
        yield LogWatch(log, file, marks)


class LogWatch:
    """Reads what comes to a log file, also where that is rotated meanwhile."""

    def __init__(self, path: Path, file: BinaryIO | None, marks: Sequence[str]) -> None:
        self._path = path
        self._file = file
        self._marks = marks

    async def complaints(self) -> tuple[str, ...]:
        """Complaints of the configuration's readers about what is ours; a few of many."""
        if self._file is None:
            return ()
        await self._until_quiet()
        lines = self._new_bytes(self._file).decode("utf-8", "replace").splitlines()
        found = map(self._complaint, lines)
        return tuple(dict.fromkeys(line for line in found if line))[:MOST_SHOWN]

    def _new_bytes(self, file: BinaryIO) -> bytes:
        """What came to the file, and to the one that has taken its place."""
        data = file.read(MOST_BYTES)
        try:
            with self._path.open("rb") as now:
                is_another = not samestat(fstat(now.fileno()), fstat(file.fileno()))
                return data + now.read(MOST_BYTES) if is_another else data
        except OSError:
            return data

    def _complaint(self, line: str) -> str:
        match = _COMPLAINT.match(line)
        if match is None or not match[2].startswith(_READERS):
            return ""
        is_ours = any(mark in match[2] for mark in self._marks)
        if any(words in match[2] for words in _HARMLESS):
            return ""
        return f"its log: {match[1]}: {match[2][:300]}" if is_ours else ""

    async def _until_quiet(self) -> None:
        clock = asyncio.get_running_loop().time
        end, size = clock() + MOST_WAITING_S, -1
        while size != (size := self._size()) and clock() < end:
            await asyncio.sleep(QUIET_S)

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0
