"""A time zone as a table of offsets, since no server's zone data is trusted to be there.

The table covers fixed years, so that the same source gives the same bytes in every year. Knows no
server and no graph.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2024, 2044


class UnknownZoneError(ValueError):
    """No zone of that name is known."""


@cache
def transitions(timezone: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The offset in seconds at the start of the table, then each change: when, and by how much.

    Raises UnknownZoneError.
    """
    zone = _zone(timezone)
    moment = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    end = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    start = offset = _offset(zone, moment)
    changes = []
    while moment < end:
        later = moment + timedelta(days=1)
        found = _offset(zone, later)
        if found != offset:
            changes.append((_change(zone, moment, later), found - offset))
            offset = found
        moment = later
    return start, tuple(changes)


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZoneError(f"{timezone[:80]!r} is no time zone") from error


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> int:
    """The second between two moments at which the offset changes, by halving."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    delta = moment.astimezone(zone).utcoffset()
    assert delta is not None
    return int(delta.total_seconds())
