"""The world of a simulated call: its clock, its lists and its flags. Time is what the line says it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flowc.machine.clock import local_date

MONDAY_AT_TEN = "2026-01-05T10:00"


def seconds_of(at: str, timezone: str) -> int:
    """Seconds since 1970 of an ISO text; in the project's zone where it names none."""
    moment = datetime.fromisoformat(at or MONDAY_AT_TEN)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return int(moment.timestamp())


class SimulatedWorld:
    """Fits `expression.evaluate.World`; the line moves `elapsed_ms`."""

    __slots__ = ("_flags", "_lists", "_started", "_timezone", "elapsed_ms")

    def __init__(
        self,
        started: int,
        timezone: str,
        lists: Mapping[str, tuple[str, ...]],
        flags: tuple[str, ...],
    ) -> None:
        self._started, self._timezone = started, timezone
        self._lists, self._flags = lists, flags
        self.elapsed_ms = 0

    def now(self) -> int:
        return self._started + self.elapsed_ms // 1000

    def today(self) -> int:
        return local_date(self.now(), self._timezone)

    def listed(self, value: str, list: str) -> bool:  # noqa: A002 - the word of the language
        return value in self._lists.get(list, ())

    def flag(self, name: str) -> bool:
        return name in self._flags
