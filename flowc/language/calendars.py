"""`calendars/*.yaml`: weekly hours, holidays, make-up workdays, one-off days.

calendar: office
week: {mon-fri: "09:00-17:30", sat: "09:00-12:00"}
holidays: [2026-10-01, "2026-10-02 - 2026-10-07"]
workdays: {2026-10-10: fri}
days: {2026-12-31: "09:00-12:00", 2026-12-24: closed}
emergency: emergency
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flowc.diagnostics.codes import calendars as codes
from flowc.diagnostics.model import Reporter, Words
from flowc.graph.surroundings import Calendar, Opening
from flowc.kinds.shapes import LISTED_NAME, ListShape, Place, Worded
from flowc.kinds.shapes.meant import days_meant, hours_meant, weekdays_meant
from flowc.language.forms import Form, RawMapping, entries
from flowc.source import NOWHERE, Span
from flowc.syntax.tree import Scalar, Tree

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = (
    Words("Monday", "周一"),
    Words("Tuesday", "周二"),
    Words("Wednesday", "周三"),
    Words("Thursday", "周四"),
    Words("Friday", "周五"),
    Words("Saturday", "周六"),
    Words("Sunday", "周日"),
)
HOURS = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")
MOST_DAYS = 366
MIDNIGHT = 24 * 60


def day_of(text: str) -> date | None:
    """`2026-10-01` as a date, else None."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _days_of(text: str) -> tuple[date, ...] | None:
    first_text, dash, last_text = text.partition(" - ")
    first, last = (
        day_of(first_text.strip()),
        day_of(last_text.strip() if dash else first_text.strip()),
    )
    if first is None or last is None or not 0 <= (last - first).days < MOST_DAYS:
        return None
    return tuple(first + timedelta(days=at) for at in range((last - first).days + 1))


def _weekdays_of(text: str) -> tuple[int, ...] | None:
    first, dash, last = text.lower().partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        return None
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
    return tuple(at % 7 for at in range(start, end + 1 + (7 if end < start else 0)))


def _pieces_of(text: str) -> list[Opening] | None:
    """The hours as they are written, whether or not they can be."""
    found = []
    for piece in text.split(","):
        hours = HOURS.fullmatch(piece.strip())
        if not hours:
            return None
        start, end = int(hours[1]) * 60 + int(hours[2]), int(hours[3]) * 60 + int(hours[4])
        if max(start, end) > MIDNIGHT:
            return None
        found.append(Opening(start, end))
    return sorted(found, key=lambda each: each.start)


def _overlapping(found: list[Opening]) -> tuple[Opening, Opening] | None:
    pairs = itertools.pairwise(found)
    return next((pair for pair in pairs if pair[0].end > pair[1].start), None)


def _openings_of(text: str) -> tuple[Opening, ...] | None:
    if text.strip() == "closed":
        return ()
    found = _pieces_of(text)
    if found is None or any(each.start >= each.end for each in found) or _overlapping(found):
        return None
    return tuple(found)


OPENINGS = Worded(
    Words(
        "hours such as 09:00-12:00, 13:30-17:30, or `closed`",
        "时间段，如 09:00-12:00, 13:30-17:30，或 closed",
    ),
    '"09:00-17:30"',
    _openings_of,
    meant=hours_meant,
)


@dataclass(frozen=True, slots=True)
class _DaysShape(Worded[tuple[date, ...]]):
    """A day, or the first and the last of several; two that are written rightly can still be no stretch."""

    def read(self, tree: Tree, place: Place) -> tuple[date, ...] | None:
        text = tree.text.strip() if isinstance(tree, Scalar) else ""
        first, last = (day_of(each.strip()) for each in (text.partition(" - ")[::2]))
        if first is None or last is None or self.convert(text):
            return Worded.read(self, tree, place)
        if first > last:
            place.wrong(tree, EARLIER_FIRST, f"{last} - {first}")
        else:
            place.wrong(tree, A_YEAR_AT_MOST, self.example)
        return None


EARLIER_FIRST = Words(
    "two days of which the earlier stands first: these end before they start",
    "两个日期，早的写在前面：这里结束早于开始",
)
A_YEAR_AT_MOST = Words(f"a stretch of {MOST_DAYS} days at most", f"一段日期，最多 {MOST_DAYS} 天")
DAYS = _DaysShape(
    Words("a day, or two with ` - ` between", "一个日期，或用 ` - ` 连起来的两个日期"),
    "2026-10-01 - 2026-10-07",
    _days_of,
    meant=days_meant,
)
WEEKDAY = Worded(
    Words("a day of the week: mon, tue ... or mon-fri", "星期：mon、tue……或 mon-fri"),
    "mon-fri",
    _weekdays_of,
    meant=weekdays_meant,
)
WEEKDAY_ALONE = Worded(
    Words("one day of the week: mon, tue ...", "一个星期几：mon、tue……"),
    "fri",
    lambda text: _weekdays_of(text) if text.lower() in WEEKDAYS else None,
    meant=weekdays_meant,
)
HOURS_OR_LIST = ListShape(OPENINGS)
WEEK = RawMapping(
    Words("days of the week and their hours", "星期和时间段"),
    '{mon-fri: "09:00-17:30"}',
    HOURS_OR_LIST,
)
WORKDAYS = RawMapping(
    Words("days and the day of the week that each follows", "日期和按星期几上班"),
    "{2026-10-10: fri}",
    WEEKDAY_ALONE,
    none=True,
)
ONE_OFFS = RawMapping(
    Words("days and their hours", "日期和时间段"),
    '{2026-12-31: "09:00-12:00"}',
    HOURS_OR_LIST,
    none=True,
)

CALENDAR = Form(
    "calendar",
    {
        "calendar": LISTED_NAME,
        "week": WEEK,
        "holidays": ListShape(DAYS),
        "workdays": WORKDAYS,
        "days": ONE_OFFS,
        "emergency": LISTED_NAME,
    },
    ("calendar", "week"),
)


@dataclass(frozen=True, slots=True)
class CalendarReader:
    """Reads one calendar file."""

    report: Reporter

    def read(self, tree: Tree, place: Place) -> Calendar | None:
        form = CALENDAR.read(tree, place)
        if form is None or "calendar" not in form or "week" not in form:
            return None
        holidays = form.get("holidays", ())
        self._twice(form, {day for days in holidays for day in days}, place)
        week = self._week(form["week"], place.under("week"))
        # Of a week that is not understood whole nobody can tell what a make-up workday changes.
        compared = tuple(day or () for day in week) if None not in week else ()
        return Calendar(
            name=form["calendar"].text,
            week=tuple(day or () for day in week),
            holidays=tuple(day for days in holidays for day in days),
            workdays=tuple(self._workdays(form.get("workdays"), compared, place.under("workdays"))),
            days=tuple(self._days(form.get("days"), place.under("days"))),
            emergency=form["emergency"].text if "emergency" in form else "",
            emergency_at=form["emergency"].span if "emergency" in form else NOWHERE,
            listed_at=_first_key(tree, "holidays", "workdays", "days"),
        )

    def _openings(self, tree: Tree, place: Place) -> tuple[Opening, ...] | None:
        """The hours of a day; of those that can't be, what is wrong with them."""
        joined = _joined(tree)
        found = _pieces_of(joined.text) if isinstance(joined, Scalar) else None
        backward = next((each for each in found or () if each.start >= each.end), None)
        both = _overlapping(found or [])
        if backward is not None:
            parts = _written(Opening(backward.start, MIDNIGHT)), _written(Opening(0, backward.end))
            self.report.report(
                codes.HOURS_BACKWARD,
                tree.span,
                hours=_written(backward),
                today=parts[0],
                tomorrow=parts[1],
            )
            return None
        if both is not None:
            first, second = map(_written, both)
            self.report.report(codes.HOURS_OVERLAP, tree.span, first=first, second=second)
            return None
        return OPENINGS.read(joined, place)

    def _week(self, tree: Tree, place: Place) -> tuple[tuple[Opening, ...] | None, ...]:
        """The hours by day; None of a day whose hours are not to be understood."""
        week: list[tuple[Opening, ...] | None] = [()] * 7
        given: set[int] = set()
        for key, value in entries(tree):
            days, openings = WEEKDAY.read(key, place), self._openings(value, place)
            for day in days or ():
                if day in given:
                    self.report.report(codes.DAY_TWICE, key.span, day=WEEKDAYS[day])
                given.add(day)
                week[day] = openings
        return tuple(week)

    def _twice(self, form: dict[str, Any], holidays: set[date], place: Place) -> None:
        """A day can't be a holiday and a make-up workday; nor have two lines of one-off hours."""
        silent = replace(place, report=Reporter())
        for section, taken in (("workdays", set(holidays)), ("days", set())):
            for key, _ in entries(form.get(section)):
                for day in DAYS.read(key, silent) or ():
                    if day in taken:
                        self.report.report(codes.DAY_TWICE, key.span, day=day)
                    taken.add(day)

    def _workdays(
        self, tree: Tree | None, week: tuple[tuple[Opening, ...], ...], place: Place
    ) -> Iterator[tuple[date, int]]:
        for key, value in entries(tree):
            days, like = DAYS.read(key, place), WEEKDAY_ALONE.read(value, place)
            for day in days or ():
                if like:
                    if week:
                        self._changes(day, like[0], week, key)
                    yield day, like[0] + 1

    def _changes(
        self, day: date, like: int, week: tuple[tuple[Opening, ...], ...], key: Scalar
    ) -> None:
        """A make-up workday that keeps the hours it would have anyway is a slip of the pen."""
        if week[like] == week[day.weekday()]:
            weekday, other = NAMES[day.weekday()], NAMES[like]
            self.report.report(
                codes.NO_CHANGE,
                key.span,
                day=day,
                weekday=weekday.en,
                weekday_zh=weekday.zh,
                like=other.en,
                like_zh=other.zh,
            )

    def _days(self, tree: Tree | None, place: Place) -> Iterator[tuple[date, tuple[Opening, ...]]]:
        for key, value in entries(tree):
            days, openings = DAYS.read(key, place), self._openings(value, place)
            for day in days or ():
                if openings is not None:
                    yield day, openings


def _joined(tree: Tree) -> Tree:
    """A list of hours as one text: `[09:00-12:00, 13:30-17:30]`."""
    if isinstance(tree, Scalar):
        return tree
    pieces = (
        [item.text for item in tree if isinstance(item, Scalar)]
        if not hasattr(tree, "entries")
        else []
    )
    return Scalar(", ".join(pieces), tree.span)


def _first_key(tree: Tree, *names: str) -> Span:
    """Where the first of these stands, else the file's beginning."""
    keys = [key for key, _ in entries(tree) if key.text in names]
    return keys[0].span if keys else tree.span.source.span(tree.span.start, tree.span.start + 1)


def _written(opening: Opening) -> str:
    return f"{_clock(opening.start)}-{_clock(opening.end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
