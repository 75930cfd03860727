"""A held value as the sound keys that say it. Between the graph's words and the readers.

Knows no call: the simulator and the live runtime read values out by the same rules.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flowc.expression.literals import calendar_date
from flowc.graph.prompts import ReadAs, fragment_key, text_key
from flowc.speech import readers
from flowc.speech.readers.model import Value


def read_out(
    read_as: ReadAs, value: int | str, language: str, timezone: str = "UTC"
) -> tuple[str, ...]:
    """The keys, in order; a moment is read out as in `timezone`.

    A free text is one key; whether its sound exists is not known here. Raises UnreadableError,
    UnknownLanguageError; ValueError for no date.
    """
    if read_as is ReadAs.TEXT:
        return (text_key(language, str(value)),)
    if read_as is ReadAs.DATETIME:
        return _moment(int(value), language, ZoneInfo(timezone))
    said = readers.read(readers.ReadAs(read_as.value), _value(read_as, value), language)
    return tuple(fragment_key(language, fragment) for fragment in said)


def _moment(seconds: int, language: str, zone: ZoneInfo) -> tuple[str, ...]:
    """The date, then the time of that day."""
    try:
        moment = datetime.fromtimestamp(seconds, zone)
    except (OverflowError, OSError, ValueError) as error:
        raise readers.UnreadableError(f"no moment that has a date: {seconds}") from error
    said = (
        *readers.read(readers.ReadAs.DATE, moment.date(), language),
        *readers.read(readers.ReadAs.TIME, moment.time(), language),
    )
    return tuple(fragment_key(language, fragment) for fragment in said)


def _value(read_as: ReadAs, held: int | str) -> Value:
    match read_as:
        case ReadAs.DATE:
            return calendar_date(int(held))
        case ReadAs.TIME:
            return time(int(held) // 60, int(held) % 60)
        case ReadAs.DIGITS | ReadAs.DECIMAL:
            return str(held)
        case _:
            return int(held)
