"""How wide a text stands in a terminal, and how it is shown without doing harm there.

Chinese stands two columns wide. Control and direction characters are shown by number: a file's text
must not drive the terminal of whoever reads the finding. Knows no diagnostic.
"""

from __future__ import annotations

import re
import unicodedata

TAB = 4
"""Columns that a tab takes."""

_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)


def shown(text: str) -> str:
    """A text with tabs as spaces and what cannot be seen as `<U+202E>`."""
    spaced = text.replace("\t", " " * TAB)
    return _HARMFUL.sub(lambda found: f"<U+{ord(found[0]):04X}>", spaced)


def width(text: str) -> int:
    """The columns of a text that is `shown`."""
    return len(text) if text.isascii() else sum(map(_letter_width, text))


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1
