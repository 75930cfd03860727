"""How long a text lasts when it is said, about: for proofs that are made before there is any audio.

Measured on the prompts of `flows/` as the engine says them: right within a tenth for most. Knows no
engine and no recording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flowc.graph.prompts import ReadAs
from flowc.speech import readers
from flowc.speech.longest import longest_lists

CHARACTER_MS = 280  # a Chinese character, or a digit
LETTER_MS = 65
STOP_MS = 250  # the breath at a comma or a full stop
# What a call can't tell beforehand: a name that a back end answers, a number of unknown length.
USUAL_TEXT_MS = 8 * CHARACTER_MS
USUAL_DIGITS = 12

_CHARACTERS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff0-9]")
_LETTERS = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]")
_STOPS = re.compile(r"[，。、；：！？,.;:!?]")


def text_ms(text: str) -> int:
    """Milliseconds that a text takes, about."""
    return (
        CHARACTER_MS * len(_CHARACTERS.findall(text))
        + LETTER_MS * len(_LETTERS.findall(text))
        + STOP_MS * len(_STOPS.findall(text))
    )


class Pace:
    """Lengths of what is said in a project, by its texts. See `flowc.passes.durations.Lengths`."""

    __slots__ = ("_texts", "_values")

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._values: dict[tuple[ReadAs, str], int] = {}

    def sound_ms(self, key: str) -> int:
        """A static text by its sound key."""
        return text_ms(self._texts.get(key, ""))

    def value_ms(self, read_as: ReadAs, language: str) -> int:
        """The longest value that is read out so; for texts and digits, a usual one."""
        known = self._values.get((read_as, language))
        if known is None:
            known = self._values[read_as, language] = _value_ms(read_as, language)
        return known


def _value_ms(read_as: ReadAs, language: str) -> int:
    if read_as is not ReadAs.TEXT and readers.unread_languages([language]):
        return USUAL_TEXT_MS  # it is refused elsewhere
    match read_as:
        case ReadAs.TEXT:
            return USUAL_TEXT_MS
        case ReadAs.DIGITS:
            return USUAL_DIGITS * CHARACTER_MS
        case _:
            return max(_list_ms(keys, language) for keys in longest_lists(read_as, language))


def _list_ms(keys: tuple[str, ...], language: str) -> int:
    texts = readers.inventory(language)
    return sum(text_ms(texts[key.rpartition("/")[2]]) for key in keys)
