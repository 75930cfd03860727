"""How long a release's sounds last: as measured, or guessed by their texts as the simulator does."""

from __future__ import annotations

from collections.abc import Mapping

from flowc.graph.prompts import text_key
from flowc.simulate.voice import Voice
from flowc.speech.pace import text_ms


class Sounds:
    """By sound key, in milliseconds. `lengths` where they were measured, `texts` of the others."""

    def __init__(self, lengths: Mapping[str, int], texts: Mapping[str, str]) -> None:
        self._voice = Voice(texts)
        self._known = dict(lengths)

    def length_ms(self, key: str) -> int | None:
        """None where there is no such sound."""
        known = self._known.get(key)
        if known is None:
            text = self._voice.text(key)
            if text == f"<{key}>":
                return None
            known = self._known[key] = text_ms(text)
        return known

    def made(self, language: str, text: str) -> str:
        """A text that was rendered for a call; its key."""
        key = text_key(language, text)
        self._known.setdefault(key, text_ms(text))
        return key
