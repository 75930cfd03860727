"""The time of a call in the project's zone, as `Clock` writes it. Holds no clock: it is told the time."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo


def clock_values(seconds: int, timezone: str) -> tuple[tuple[str, int], ...]:
    """`clock.date`, `clock.minute` and `clock.weekday` of a moment (seconds since 1970 UTC)."""
    local = datetime.fromtimestamp(seconds, _zone(timezone))
    return (
        ("clock.date", local.year * 10_000 + local.month * 100 + local.day),
        ("clock.minute", local.hour * 60 + local.minute),
        ("clock.weekday", local.isoweekday()),
    )


def local_date(seconds: int, timezone: str) -> int:
    """The date of a moment in a zone, YYYYMMDD."""
    return clock_values(seconds, timezone)[0][1]


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
