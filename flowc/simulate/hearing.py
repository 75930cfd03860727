"""What a caller has heard, as one text to look in. Knows neither the machine nor the script's steps.

Spaces and punctuation do not count: a sentence is put together from pieces whose marks differ.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowc.simulate.line import Said

SENTENCE_ENDS = frozenset("。！？；.!?;")


class Ear:
    """A place in what was said: each text looked for is sought behind the last one found."""

    def __init__(self, said: list[Said]) -> None:
        self._said = said
        self._from_sound = 0  # where the next search begins
        self._from_letter = 0
        self.middle = 0  # of the sound in which the last text found began, in ms

    def hears(self, text: str) -> bool:
        """Is the text in what was said since? If so the next search begins behind it."""
        wanted = letters(text)
        whole, starts = self._text()
        place = whole.find(wanted)
        if place < 0:
            return False
        first = _sound_at(starts, place)
        last = _sound_at(starts, place + max(len(wanted) - 1, 0))
        begun = self._said[self._from_sound + first]
        self.middle = (begun.begins + begun.ends) // 2
        skipped = self._from_letter if last == 0 else 0
        self._from_letter = place + len(wanted) - starts[last] + skipped
        self._from_sound += last
        return True

    def skip_to(self, now: int) -> None:
        """The caller did something: what was said before is no answer to it."""
        self._from_sound = sum(one.begins < now for one in self._said)
        self._from_letter = 0

    def since(self) -> str:
        """What was said since the last text found, for people; not the sound in which that ended, unless
        more of it followed."""
        told = self._said[self._from_sound :]
        if told and self._from_letter >= len(letters(told[0].text)) > 0:
            told = told[1:]
        return " ".join(one.text for one in told).strip()

    def _text(self) -> tuple[str, list[int]]:
        """The letters since, and where each sound begins in them."""
        whole, starts = "", []
        for place, one in enumerate(self._said[self._from_sound :]):
            starts.append(len(whole))
            whole += letters(one.text)[self._from_letter if place == 0 else 0 :]
        return whole, starts


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """A text without spaces and punctuation, in small letters."""
    return "".join(c for c in text.casefold() if unicodedata.category(c)[0] not in "PZC")


def _sound_at(starts: list[int], place: int) -> int:
    """The last sound that begins at or before a letter; sounds without letters are passed over."""
    return max((i for i, start in enumerate(starts) if start <= place), default=0)


def sentences(said: Iterable[str]) -> Iterator[str]:
    """Sounds as people read them: the pieces of a sentence with its values in one line."""
    line = ""
    for text in said:
        glue = " " if line and line[-1].isascii() and text[:1].isascii() else ""
        line += glue + text
        if text[-1:] in SENTENCE_ENDS:
            yield line
            line = ""
    if line:
        yield line
