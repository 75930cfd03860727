"""Calendars whose single days end soon: next year's holidays would pass as ordinary days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flowc.diagnostics.codes import calendars as codes
from flowc.diagnostics.model import Reporter
from flowc.graph.surroundings import Calendar

AHEAD_DAYS = 60  # the notice of next year's holidays comes earlier than that


def find_end_of_holidays(calendars: Iterable[Calendar], today: date, report: Reporter) -> None:
    """Report each calendar that lists single days, and none far enough ahead of today."""
    for calendar in calendars:
        last = calendar.last_listed
        if last is not None and (last - today).days < AHEAD_DAYS:
            report.report(
                codes.HOLIDAYS_END,
                calendar.listed_at,
                name=calendar.name,
                last=last,
                days=max(0, (last - today).days),
                today=today,
            )
