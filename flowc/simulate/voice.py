"""What sounds say and how long they last: static texts, fragments of values, texts made in the call.

Knows no machine and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from functools import cache

from flowc.expression.literals import calendar_date
from flowc.graph.prompts import ReadAs, fragment_key, text_key
from flowc.speech import readers
from flowc.speech.readers.model import Value as Spoken

MS_A_CHARACTER = 200
Held = int | str


class Voice:
    """The texts and lengths of sound keys, for one call.

    `texts`: by sound key. `lengths`: milliseconds by sound key, where the audio is known.
    """

    __slots__ = ("_lengths", "_made", "_texts")

    def __init__(self, texts: Mapping[str, str], lengths: Mapping[str, int] | None = None) -> None:
        self._texts = texts
        self._lengths = lengths or {}
        self._made: dict[str, str] = {}

    def text(self, sound: str) -> str:
        """What a caller hears; a sound without a known text is shown as its key."""
        language, _, name = sound.partition("/")
        known = self._texts.get(sound) or self._made.get(sound)
        if known is None and name.startswith("_/"):
            known = _fragments(language).get(sound)
        return f"<{sound}>" if known is None else known

    def length_ms(self, sound: str) -> int:
        """How long it lasts: as it was measured, else a guess by its characters."""
        known = self._lengths.get(sound)
        return len(self.text(sound)) * MS_A_CHARACTER if known is None else known

    def read(self, read_as: ReadAs, value: Held, language: str) -> tuple[str, ...]:
        """The sound keys that say a held value."""
        if read_as is ReadAs.TEXT:
            key = text_key(language, str(value))
            self._made[key] = str(value)
            return (key,)
        said = readers.read(readers.ReadAs(read_as.value), _spoken(read_as, value), language)
        return tuple(fragment_key(language, fragment) for fragment in said)


def _spoken(read_as: ReadAs, value: Held) -> Spoken:
    match read_as:
        case ReadAs.DATE:
            return calendar_date(int(value))
        case ReadAs.TIME:
            return time(int(value) // 60, int(value) % 60)
        case ReadAs.DIGITS | ReadAs.DECIMAL:
            return str(value)
        case _:
            return int(value)


@cache
def _fragments(language: str) -> Mapping[str, str]:
    try:
        known = readers.inventory(language)
    except readers.UnknownLanguageError:
        return {}
    return {fragment_key(language, fragment): text for fragment, text in known.items()}
