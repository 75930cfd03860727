"""A held value as the sound keys that say it. Between the graph's words and the readers.

Knows no call: the simulator and the live runtime read values out by the same rules.
"""

from __future__ import annotations

from datetime import time

from flowc.expression.literals import calendar_date
from flowc.graph.prompts import ReadAs, fragment_key, text_key
from flowc.speech import readers
from flowc.speech.readers.model import Value


def read_out(read_as: ReadAs, value: int | str, language: str) -> tuple[str, ...]:
    """The keys, in order. Raises UnreadableError, UnknownLanguageError; ValueError for no date.

    A free text is one key; whether its sound exists is not known here.
    """
    if read_as is ReadAs.TEXT:
        return (text_key(language, str(value)),)
    said = readers.read(readers.ReadAs(read_as.value), _value(read_as, value), language)
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
