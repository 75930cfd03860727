"""A held value as the sound keys that say it. Between the graph's words and the speech readers."""

from __future__ import annotations

from datetime import time

from flowc.expression.evaluate import Value
from flowc.graph.prompts import ReadAs, fragment_key, text_key
from flowc.runtime.services.templates import as_date
from flowc.speech import readers
from flowc.speech.readers.model import Value as Spoken


def read_out(read_as: ReadAs, value: Value, language: str) -> tuple[str, ...]:
    """The keys, in order. Raises UnreadableError, UnknownLanguageError.

    A free text is one key; whether its sound exists is not known here.
    """
    if read_as is ReadAs.TEXT:
        return (text_key(language, str(value)),)
    said = readers.read(readers.ReadAs(read_as.value), _spoken(read_as, value), language)
    return tuple(fragment_key(language, fragment) for fragment in said)


def _spoken(read_as: ReadAs, value: Value) -> Spoken:
    match read_as:
        case ReadAs.DATE:
            return as_date(int(value))
        case ReadAs.TIME:
            return time(int(value) // 60, int(value) % 60)
        case ReadAs.DIGITS | ReadAs.DECIMAL:
            return str(value)
        case _:
            return int(value)
