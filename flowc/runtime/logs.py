"""What the runtime tells its operator: one JSON object a line, numbers masked, nothing that could forge a line.

Knows no event: callers name theirs and give the fields.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

MOST_CHARACTERS = 200
# Names that no caller can choose, by which lines are found again.
_OUR_OWN = frozenset({"call", "release", "site", "key"})
# In any script's digits, in groups too, and beside letters. A full stop parts none: it is in addresses.
_LONG_NUMBER = re.compile(r"\d(?:[ \u00a0-]?\d){6,}")
_DIGIT = re.compile(r"\d")
_UNSAFE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ud800-\\udfff]"
)


class Log:
    """Writes events to a stream (stderr, or a file that was opened to append)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """`stream` stays the caller's to close."""
        self._stream = stream or sys.stderr

    def event(self, name: str, level: str = "info", **fields: object) -> None:
        """One line. A log that cannot be written stops no call."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        told = {key: safe(value, key not in _OUR_OWN) for key, value in fields.items()}
        line = {"time": now, "level": level, "event": name, **told}
        try:
            self._stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return


def safe(value: object, mask: bool = True) -> object:
    """A field as it may stand in a log: numbers and truths as they are, text masked, escaped, cut."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)[: MOST_CHARACTERS * 4]
    text = masked(text) if mask else text
    shown = _UNSAFE.sub(lambda mark: f"\\u{ord(mark[0]):04x}", text)
    return shown if len(shown) <= MOST_CHARACTERS else shown[: MOST_CHARACTERS - 1] + "…"


def masked(text: str) -> str:
    """Long numbers shown by their last digits: `********000`, `*** **** *000`, `*****78`."""
    return _LONG_NUMBER.sub(lambda found: _mask(found[0]), text)


def _mask(number: str) -> str:
    """A third of the digits at most, and four; of a short number two."""
    count = sum(mark.isdecimal() for mark in number)
    hidden = count - (min(4, count // 3) if count >= 10 else 2)
    return _DIGIT.sub("*", number, count=hidden)
