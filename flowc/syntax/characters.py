"""Which characters a source may hold, and their names. Knows no file and no YAML."""

from __future__ import annotations

import re
import unicodedata

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Code

# Everything that shows otherwise than it is, or ends a line in one program and not in the next.
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u00ad\u200b\u2060-\u2064\ufeff"
_SEPARATOR = "\x85\u2028\u2029"
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
# What Unicode promises never to give a meaning, and halves of pairs: YAML refuses them too.
_NO_CHARACTER = "\ud800-\udfff\ufffe\uffff"

REFUSED = re.compile(
    f"(?P<control>[{_CONTROL}{_NO_CHARACTER}])|(?P<direction>[{_DIRECTION}])"
    f"|(?P<invisible>[{_INVISIBLE}])|(?P<separator>[{_SEPARATOR}]|\r(?!\n))"
)

# One class is looked through some ten times faster than the choices above.
_WORTH_A_LOOK = re.compile(f"[{_CONTROL}{_NO_CHARACTER}{_DIRECTION}{_INVISIBLE}{_SEPARATOR}\r]")

_CODES: dict[str, Code] = {
    "control": reading.CONTROL_CHARACTER,
    "direction": reading.DIRECTION_CHARACTER,
    "invisible": reading.INVISIBLE_CHARACTER,
    "separator": reading.LINE_SEPARATOR,
}


def first_refused(text: str) -> re.Match[str] | None:
    """The first character that no source may hold."""
    return REFUSED.search(text) if _WORTH_A_LOOK.search(text) else None


def code_of(found: re.Match[str]) -> Code:
    """The finding that a match of `REFUSED` makes."""
    return _CODES[found.lastgroup or "control"]


def character_name(character: str) -> str:
    """`U+202E RIGHT-TO-LEFT OVERRIDE`: how a finding speaks of what cannot be seen."""
    named = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {named}".rstrip()
