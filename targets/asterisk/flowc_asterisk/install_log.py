"""What the server's log says against our files while it reloads, where we may read it.

The server writes its log from a queue of its own, so what was just said is waited for a moment.
Knows neither deploys nor the manager interface.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

MOST_BYTES = 4 * 1024 * 1024
MOST_SHOWN = 5
QUIET_S = 0.05
MOST_WAITING_S = 1.0  # a log that tells of many calls is never quiet
_COMPLAINT = re.compile(r"\b(WARNING|ERROR)\[[^\]]*\](?:\[[^\]]*\])?\s*(.*)")
_READERS = ("config.c", "pbx_config.c", "pbx.c", "app_queue.c", "res_musiconhold.c", "extconf.c")

# Said of every playlist entry with a dot in its name, as prompt ids have; such entries play (tried).
_HARMLESS = ("may include an extension",)


class LogWatch:
    """Reads what comes to a log file from now on."""

    def __init__(self, path: Path, ours: str) -> None:
        """`ours`: a text that stands in complaints about our files, such as the root folder."""
        self._path = path
        self._marks = (ours, "fl-", "flowc-")
        self._start = self._size()

    @property
    def is_readable(self) -> bool:
        return self._start is not None

    async def complaints(self) -> tuple[str, ...]:
        """Complaints of the configuration's readers about what is ours; a few of many."""
        if self._start is None:
            return ()
        await self._until_quiet()
        with self._path.open("rb") as file:
            file.seek(self._start)
            text = file.read(MOST_BYTES).decode("utf-8", "replace")
        found = (self._complaint(line) for line in text.splitlines())
        return tuple(dict.fromkeys(line for line in found if line))[:MOST_SHOWN]

    def _complaint(self, line: str) -> str:
        match = _COMPLAINT.search(line)
        if match is None or not match[2].startswith(_READERS):
            return ""
        is_ours = any(mark in match[2] for mark in self._marks)
        if any(words in match[2] for words in _HARMLESS):
            return ""
        return f"its log: {match[1]}: {match[2][:300]}" if is_ours else ""

    async def _until_quiet(self) -> None:
        clock = asyncio.get_running_loop().time
        end, size = clock() + MOST_WAITING_S, -1
        while size != (size := self._size() or 0) and clock() < end:
            await asyncio.sleep(QUIET_S)

    def _size(self) -> int | None:
        try:
            with self._path.open("rb") as file:
                return file.seek(0, 2)
        except OSError:
            return None
