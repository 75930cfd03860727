"""Constants: from the words an author writes to the form in which `types` holds them, and back.

Knows single constants only: no expressions, no reports. A word that means nothing gives None.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from flowc.expression.tree import Literal
from flowc.expression.types import Scalar
from flowc.source import NOWHERE, Span

# The largest number a call holds: 15 digits, which every telephone system adds exactly.
MOST_DIGITS = 15
MOST = 10**MOST_DIGITS - 1

# What each constant looks like, in the order in which they are tried; `grammar.lark` says the same.
PATTERNS = (
    (
        "DATETIME",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}T[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    ),
    ("DATE", r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])"),
    ("TIME", r"[0-9]{1,2}:[0-9]{2}(?![0-9])"),
    ("DURATION", r"[0-9]+[smh](?![A-Za-z0-9_])"),
    ("DECIMAL", r"[0-9]+\.[0-9]+"),
    ("INT", r"[0-9]+"),
)
UNITS = {"s": 1, "m": 60, "h": 3600}
_DIGITS = re.compile(r"\+?[0-9]+")
_ESCAPED = re.compile(r"\\([\\\"'])")


def read_literal(kind: str, word: str, span: Span = NOWHERE) -> Literal | None:
    """The constant of a token (`kind` as in the grammar); None where no such value exists."""
    match kind:
        case "INT":
            return Literal(int(word), Scalar.INT, span)
        case "DECIMAL":
            return Literal(word, Scalar.DECIMAL, span)
        case "TEXT":
            return Literal(_ESCAPED.sub(r"\1", word[1:-1]), Scalar.TEXT, span)
        case "TRUE" | "YES" | "FALSE" | "NO":
            return Literal(int(kind in ("TRUE", "YES")), Scalar.BOOL, span)
        case "DURATION":
            return Literal(int(word[:-1]) * UNITS[word[-1]], Scalar.DURATION, span)
        case _:
            return _read_calendar(kind, word, span)


def _read_calendar(kind: str, word: str, span: Span) -> Literal | None:
    try:
        match kind:
            case "DATE":
                return Literal(held_date(_date(word)), Scalar.DATE, span)
            case "TIME":
                return Literal(_minutes(word), Scalar.TIME, span)
            case _:
                return Literal(_seconds(word), Scalar.DATETIME, span)
    except ValueError:
        return None


def _date(word: str) -> date:
    year, month, day = word.split("-")
    return date(int(year), int(month), int(day))


def _minutes(word: str) -> int:
    hour, minute = (int(part) for part in word.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(word)
    return hour * 60 + minute


def _seconds(word: str) -> int:
    day, clock = word.split("T")
    hour, _, rest = clock.partition(":")
    whole = f"{_date(day).isoformat()}T{hour.zfill(2)}:{rest}"
    try:
        return int(datetime.fromisoformat(whole).timestamp())
    except OverflowError as beyond:
        raise ValueError(word) from beyond


def held_date(day: date) -> int:
    """A date as it is held: 20261124."""
    return day.year * 10_000 + day.month * 100 + day.day


def calendar_date(held: int) -> date:
    """The date of 20261124. ValueError where there is none."""
    return date(held // 10_000, held // 100 % 100, held % 100)


def fit(literal: Literal, wanted: Scalar) -> Literal | None:
    """The same constant as the other type, where an author may mean it so; else None."""
    if literal.type is wanted:
        return literal
    value: int | str | None = None
    match literal.type, wanted:
        case ((Scalar.INT | Scalar.DECIMAL), Scalar.MONEY):
            value = cents(str(literal.value))
        case Scalar.INT, Scalar.DECIMAL:
            value = str(literal.value)
        case Scalar.INT, Scalar.DURATION if literal.value == 0:
            value = 0
        case Scalar.TEXT, Scalar.DIGITS if _DIGITS.fullmatch(str(literal.value)):
            value = literal.value
    return None if value is None else Literal(value, wanted, literal.span)


def cents(amount: str) -> int | None:
    """Whole cents of `12.5` (1250); None past two decimals or 15 digits."""
    whole, _, part = amount.removeprefix("-").partition(".")
    part = part.rstrip("0")
    if len(part) > 2:
        return None
    held = int(whole + part.ljust(2, "0"))
    if held > MOST:
        return None
    return -held if amount.startswith("-") else held


def literal_text(literal: Literal) -> str:
    """The constant as an author writes it."""
    value = literal.value
    if isinstance(value, str):
        return value if literal.type is Scalar.DECIMAL else quoted(value)
    match literal.type:
        case Scalar.BOOL:
            return "true" if value else "false"
        case Scalar.MONEY:
            return f"{'-' * (value < 0)}{abs(value) // 100}.{abs(value) % 100:02}"
        case Scalar.DATE:
            return calendar_date(value).isoformat()
        case Scalar.TIME:
            return f"{value // 60:02}:{value % 60:02}"
        case Scalar.DATETIME:
            moment = datetime.fromtimestamp(value, UTC)
            return moment.replace(tzinfo=None).isoformat() + "Z"
        case Scalar.DURATION:
            return _duration_text(value)
        case _:
            return str(value)


def _duration_text(seconds: int) -> str:
    unit = next(unit for unit in ("h", "m", "s") if seconds % UNITS[unit] == 0)
    return "0s" if seconds == 0 else f"{seconds // UNITS[unit]}{unit}"


def quoted(text: str) -> str:
    """A text in quotes, so that it reads back as it is."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
