"""How big each box and label is, in points, so that every layouter gives them the room they need."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.diagram.model import Arrow, Box, Cluster, Look
from flowc.diagram.text import units, wrap

TITLE_SIZE = 14.0
SMALL_SIZE = 10.5
LABEL_SIZE = 11.5
FRAME_SIZE = 15.0
_LEADING = 1.32
_MOST_TITLE = 28  # halves of an em: fourteen ideographs
_MOST_SMALL = 38
_MOST_LABEL = 20
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


def box_size(box: Box) -> Size:
    """Room for the text, and for what the shape cuts off at its sides."""
    lines = box_lines(box)
    side = 20.0 if box.look in _SLANTED else 13.0
    above = 8.0 if box.look is Look.LOOKUP else 0.0
    return Size(
        max(90.0, round(lines.width + 2 * side, 1)), round(lines.height + 15.0 + 2 * above, 1)
    )


def label_lines(arrow: Arrow) -> Lines:
    if not arrow.label:
        return Lines(())
    texts = (t for part in arrow.label.split("\n") for t in wrap(part, _MOST_LABEL, 2))
    return Lines(tuple(Line(text, LABEL_SIZE) for text in texts))


def frame_line(cluster: Cluster) -> Line:
    return Line(wrap(cluster.title, 60, 1)[0], FRAME_SIZE)
