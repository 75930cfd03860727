"""The parts of a YAML text in which marks mean nothing: comments, quoted texts, block texts.

Found on the bare text, so that they are known for a file that YAML itself refuses. An unclosed
quote makes no stretch. Knows no tree and reports nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

_OPENING = re.compile(r"""[#"'|>]""")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SINGLE = re.compile(r"'(?:[^']|'')*'")
_COMMENT = re.compile(r"#[^\n]*")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]{0,2}[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
_LEVEL = re.compile(r"[ ]*(?:-[ ]+)*")
_BODY_LINE = re.compile(r"([ ]*)([^\n]*)(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text, by offsets."""

    kind: Literal["comment", "quoted", "block"]
    start: int
    end: int


class Stretches:
    """All stretches of a text, in order."""

    def __init__(self, text: str) -> None:
        self.all: tuple[Stretch, ...] = tuple(_find(text))
        self._starts = [stretch.start for stretch in self.all]

    def at(self, offset: int) -> Stretch | None:
        """The stretch that holds a character, if one does."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset >= self.all[index].end:
            return None
        return self.all[index]

    def ending_at(self, offset: int) -> Stretch | None:
        """The stretch whose last character stands right before `offset`."""
        return self.at(offset - 1) if offset else None


def _find(text: str) -> list[Stretch]:
    found: list[Stretch] = []
    offset = 0
    while opening := _OPENING.search(text, offset):
        stretch = _stretch_at(text, opening.start())
        if stretch:
            found.append(stretch)
        offset = max(stretch.end if stretch else 0, opening.end())
    return found


def _stretch_at(text: str, start: int) -> Stretch | None:
    mark = text[start]
    if mark == "#":
        return _comment(text, start)
    if not begins_value(text, start):
        return None
    if mark in "|>":
        return _block(text, start)
    quoted = (_DOUBLE if mark == '"' else _SINGLE).match(text, start)
    return Stretch("quoted", start, quoted.end()) if quoted else None


def _comment(text: str, start: int) -> Stretch | None:
    if start and text[start - 1] not in " \t\n{[,\"'":
        return None
    found = _COMMENT.match(text, start)
    return Stretch("comment", start, found.end()) if found else None


def begins_value(text: str, offset: int) -> bool:
    """Whether a word that stands here is the first of its value (or key)."""
    line_start = text.rfind("\n", 0, offset) + 1
    before = text[line_start:offset]
    bare = before.rstrip(" \t\u3000\u00a0")
    if not bare:
        return True
    return bare[-1] in "{[," or (bare[-1] in ":-?" and bare != before)


def _block(text: str, start: int) -> Stretch | None:
    header = _BLOCK_HEADER.match(text, start)
    if header is None:
        return None
    line_start = text.rfind("\n", 0, start) + 1
    level = _LEVEL.match(text, line_start)
    depth = len(level[0]) if level else 0
    if level and level.end() >= start:  # `- |`: the list is the parent, not what its dash opens
        depth = max(0, level[0].rfind("-"))
    return Stretch("block", start, _body_end(text, header.end(), depth))


def _body_end(text: str, offset: int, depth: int) -> int:
    while offset < len(text):
        line = _BODY_LINE.match(text, offset)
        if line is None or (line[2].strip("\r") and len(line[1]) <= depth):
            break
        offset = line.end()
    return offset
