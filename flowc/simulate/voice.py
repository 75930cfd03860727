"""What sounds say and how long they last: static texts, fragments of values, texts made in the call.

Knows no machine and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flowc.graph.prompts import ReadAs, fragment_key
from flowc.speech import readers
from flowc.speech.pace import text_ms
from flowc.speech.readout import read_out

Held = int | str


class Voice:
    """The texts and lengths of sound keys, for one call.

    `texts`: by sound key. `lengths`: milliseconds by sound key, where the audio is known.
    `timezone`: of the moments that are read out. `is_mute`: the server has no sound at all.
    """

    __slots__ = ("_lengths", "_made", "_texts", "_timezone", "is_mute")

    def __init__(
        self,
        texts: Mapping[str, str],
        lengths: Mapping[str, int] | None = None,
        timezone: str = "UTC",
        *,
        is_mute: bool = False,
    ) -> None:
        self.is_mute = is_mute
        self._texts = texts
        self._timezone = timezone
        self._lengths = lengths or {}
        self._made: dict[str, str] = {}

    def text(self, sound: str) -> str:
        """What a caller hears; a sound without a known text is shown as its key."""
        known = self._texts.get(sound) or self._made.get(sound)
        if known is not None:
            return known
        language, _, name = sound.partition("/")
        fragments = _fragments(language) if name.startswith("_/") else {}
        return fragments.get(sound, f"<{sound}>")

    def length_ms(self, sound: str) -> int:
        """How long it lasts: as it was measured, else as the proofs take it to."""
        known = self._lengths.get(sound)
        return text_ms(self.text(sound)) if known is None else known

    def read(self, read_as: ReadAs, value: Held, language: str) -> tuple[str, ...]:
        """The sound keys that say a held value."""
        said = read_out(read_as, value, language, self._timezone)
        if read_as is ReadAs.TEXT:
            self._made[said[0]] = str(value)
        return said


@cache
def _fragments(language: str) -> Mapping[str, str]:
    try:
        known = readers.inventory(language)
    except readers.UnknownLanguageError:
        return {}
    return {fragment_key(language, fragment): text for fragment, text in known.items()}
