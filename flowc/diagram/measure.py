"""How big each box and label is, in points, so that every layouter gives them the room they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flowc.diagram.model import Arrow, Badge, Box, Cluster, Look
from flowc.diagram.text import clean, units, wrap

TITLE_SIZE = 14.0
SMALL_SIZE = 10.5
LABEL_SIZE = 11.5
FRAME_SIZE = 15.0
BADGE_SIZE = 10.0
BADGE_HEIGHT, BADGE_GAP = 16.0, 4.0
_LEADING = 1.32
_MOST_TITLE = 28  # halves of an em: fourteen ideographs
_MOST_SMALL = 38
_MOST_LABEL = 20
_MOST_BADGE = 36
_BADGE_ROW = 200.0
_SLANTED = frozenset({Look.INPUT, Look.DECISION, Look.END, Look.NUMBER, Look.PORT, Look.CALL})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text and the size of its letters."""

    text: str
    size: float

    @property
    def width(self) -> float:
        return units(self.text) * self.size / 2

    @property
    def height(self) -> float:
        return self.size * _LEADING


@dataclass(frozen=True, slots=True)
class Lines:
    """A stack of lines."""

    lines: tuple[Line, ...]

    @property
    def width(self) -> float:
        return max((line.width for line in self.lines), default=0.0)

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in points."""

    width: float
    height: float


def box_lines(box: Box) -> Lines:
    """Title, then the small lines."""
    title = [Line(text, TITLE_SIZE) for text in wrap(box.title, _MOST_TITLE, 3)]
    small = "   ".join(text for text in (box.caption, *box.marks) if text)
    told = wrap(small, _MOST_SMALL, 3) if small else ()
    return Lines((*title, *(Line(text, SMALL_SIZE) for text in told)))


def badge_line(badge: Badge) -> Line:
    return Line(wrap(badge.text, _MOST_BADGE, 1)[0], BADGE_SIZE)


def badge_width(badge: Badge) -> float:
    return round(badge_line(badge).width + 12.0, 1)


def badge_rows(box: Box) -> tuple[tuple[Badge, ...], ...]:
    """The badges of a box, as many in a row as fit."""
    rows: list[list[Badge]] = []
    for badge in box.badges:
        if rows and row_width((*rows[-1], badge)) <= _BADGE_ROW:
            rows[-1].append(badge)
        else:
            rows.append([badge])
    return tuple(map(tuple, rows))


def row_width(row: Sequence[Badge]) -> float:
    return sum(map(badge_width, row)) + BADGE_GAP * (len(row) - 1)


def badges_height(box: Box) -> float:
    """What the badges add to the height of a box."""
    return len(badge_rows(box)) * (BADGE_HEIGHT + BADGE_GAP)


def box_size(box: Box) -> Size:
    """Room for the text and the badges, and for what the shape cuts off at its sides."""
    lines = box_lines(box)
    side = 20.0 if box.look in _SLANTED else 13.0
    above = 8.0 if box.look is Look.LOOKUP else 0.0
    inner = max(lines.width, *map(row_width, badge_rows(box)), 0.0)
    height = lines.height + badges_height(box) + 15.0 + 2 * above
    return Size(max(90.0, round(inner + 2 * side, 1)), round(height, 1))


def text_lines(box: Box) -> Lines:
    """What a format without badges writes: the badges are lines of their own."""
    rows = ("   ".join(badge.text for badge in row) for row in badge_rows(box))
    return Lines((*box_lines(box).lines, *(Line(clean(row), BADGE_SIZE) for row in rows)))


def label_lines(arrow: Arrow) -> Lines:
    if not arrow.label:
        return Lines(())
    texts = (t for part in arrow.label.split("\n") for t in _label_texts(part))
    return Lines(tuple(Line(text, LABEL_SIZE) for text in texts))


def _label_texts(part: str) -> Iterator[str]:
    """One reason wrapped; several, between slashes, as many on a line as fit."""
    line = ""
    for reason in part.split(" / "):
        if line and units(f"{line} / {reason}") > _MOST_LABEL:
            yield from wrap(f"{line} /", _MOST_LABEL + 4, 2)
            line = reason
        else:
            line = f"{line} / {reason}" if line else reason
    yield from wrap(line, _MOST_LABEL, 2)


def frame_line(cluster: Cluster) -> Line:
    return Line(wrap(cluster.title, 60, 1)[0], FRAME_SIZE)
