"""Where a word stood: the text of a file, and spans of it.

Knows nothing of YAML, of flows or of diagnostics. Offsets count characters of the decoded text;
lines and columns are made on demand and count from 1.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, eq=False)
class Source:
    """One file as it was read: its name (relative to the project, with `/`) and its text."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        starts = [0]
        starts.extend(at + 1 for at, mark in enumerate(self.text) if mark == "\n")
        return tuple(starts)

    def position(self, offset: int) -> Position:
        """The line and column of a character, both from 1."""
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")

    def span(self, start: int, end: int) -> Span:
        """The characters from `start` up to, not including, `end`."""
        return Span(self, start, max(start, end))


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file's text."""

    source: Source
    start: int
    end: int

    @property
    def position(self) -> Position:
        return self.source.position(self.start)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def part(self, text: str, inside: int = 0) -> Span:
        """Where a text first stands in it, less so many characters at either end; itself where the
        text is written there otherwise."""
        at = self.source.text.find(text, self.start, self.end)
        return self if at < 0 else self.source.span(at + inside, at + len(text) - inside)

    def __str__(self) -> str:
        at = self.position
        return f"{self.source.name}:{at.line}:{at.column}"


# For what no file says: a default, a value made by a test.
NOWHERE = Source("<built in>", "").span(0, 0)
