"""What a string of keys means: an entry of digits, or a choice among options.

Knows neither time nor prompts. A reader takes one key after another; each answer is an outcome of
`Collect`, or None while more keys may come.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flowc.graph.operations import MOST_KEYS, Digits, Options


class DigitsReader:
    """One entry: what stands after the last `*` counts."""

    __slots__ = ("_cleared", "_entry", "_keys", "_most", "is_full", "text")

    def __init__(self, entry: Digits) -> None:
        self._entry = entry
        self._most = entry.most
        self._keys = 0
        self._cleared: bool | None = None  # did the last `*` find anything to clear?
        self.text = ""
        self.is_full = False

    @property
    def is_fresh(self) -> bool:
        return self._keys == 0

    def key(self, key: str) -> str | None:
        if key == "#":
            return self._judge()
        self._keys += 1
        if key == "*":
            self._cleared = self.text != ""
            self.text = ""
        else:
            self.text += key
            if len(self.text) >= self._most:
                return self._judge_full()
        return self._judge() if self._keys >= MOST_KEYS else None

    def silence(self) -> str:
        """The outcome where no more keys come."""
        return "silence" if self._keys == 0 else self._judge()

    def _judge_full(self) -> str:
        outcome = self._judge()
        self.is_full = outcome != "key"  # an entry with a letter opens no window for a `#`
        return outcome

    def _judge(self) -> str:
        text, entry = self.text, self._entry
        if not text:
            return "back" if self._cleared is False else "empty"
        if text == "0" and entry.person and entry.least > 1:
            return "person"
        if not text.isdigit():
            return "key"
        return "too_short" if len(text) < entry.least else "done"


class OptionsReader:
    """One choice: keys act at once where no longer option begins with them."""

    __slots__ = ("_keys", "_prefixes", "text")

    is_full = False

    def __init__(self, keys: frozenset[str], prefixes: frozenset[str]) -> None:
        self._keys = keys
        self._prefixes = prefixes
        self.text = ""

    @property
    def is_fresh(self) -> bool:
        return not self.text

    def key(self, key: str) -> str | None:
        if key == "#" and self.text:
            return self._judge()
        self.text += key
        return None if self.text in self._prefixes else self._judge()

    def silence(self) -> str:
        """The outcome where no more keys come."""
        return self._judge() if self.text else "silence"

    def _judge(self) -> str:
        return self.text if self.text in self._keys else "key"


Reader = DigitsReader | OptionsReader


def new_reader(entry: Digits | Options) -> Callable[[], Reader]:
    """A function that makes a reader for each attempt at this entry."""
    if isinstance(entry, Digits):
        return partial(DigitsReader, entry)
    return partial(OptionsReader, frozenset(entry.keys), prefixes(entry.keys))


def prefixes(keys: tuple[str, ...]) -> frozenset[str]:
    """What an option begins with and is not itself the end of: after it, keys are waited for."""
    return frozenset(key[:end] for key in keys for end in range(1, len(key)))
