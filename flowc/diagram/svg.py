"""SVG that stands alone: no script, no style sheet, no font file; text stays text.

The one place where a flow's words enter XML; `_escape` is its only door.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from flowc.diagram import words
from flowc.diagram.layout.model import Frame, Layout, Point, Route
from flowc.diagram.measure import (
    BADGE_GAP,
    BADGE_HEIGHT,
    Lines,
    badge_line,
    badge_rows,
    badge_width,
    badges_height,
    box_lines,
    box_size,
    frame_line,
    label_lines,
    row_width,
)
from flowc.diagram.model import Arrow, Badge, Box, Cluster, Drawing, Look, Tone
from flowc.diagram.shapes import number, outline
from flowc.diagram.style import ARROWS, BOXES, FAINT, FONTS, FRAME_FILL, FRAME_LINE, INK
from flowc.diagram.text import clean

_MARGIN = 16.0
# What keeps a text readable where a line runs under it.
_HALO = ' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'


def svg(drawing: Drawing, layout: Layout) -> str:
    """The picture of a drawing in its layout."""
    return "\n".join((*_head(drawing, layout), *_body(drawing, layout), "</g>", "</svg>", ""))


def _escape(text: str) -> str:
    return escape(clean(text).replace("\n", " "), quote=True)


def _head(drawing: Drawing, layout: Layout) -> Iterator[str]:
    width = number(layout.width + 2 * _MARGIN)
    height = number(layout.height + 2 * _MARGIN)
    fonts = ", ".join(name if name == "sans-serif" else f"'{name}'" for name in FONTS)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc"'
        f' xml:lang="{_escape(drawing.language)}" font-family="{fonts}">'
    )
    yield f'<title id="title">{_escape(drawing.title)}</title>'
    yield f'<desc id="desc">{_escape(_described(drawing))}</desc>'
    yield "<defs>"
    yield from (_head_of_arrow(tone) for tone in Tone)
    yield "</defs>"
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    yield f'<g transform="translate({number(_MARGIN)} {number(_MARGIN)})">'


def _described(drawing: Drawing) -> str:
    counts = words.phrase("counts", drawing.language)
    return counts.format(len(drawing.boxes), len(drawing.arrows))


def _head_of_arrow(tone: Tone) -> str:
    size = 6 if tone is Tone.QUIET else 8
    return (
        f'<marker id="{tone.value}" viewBox="0 0 10 10" refX="9.5" refY="5" markerUnits="userSpaceOnUse"'
        f' markerWidth="{size}" markerHeight="{size}" orient="auto">'
        f'<path d="M0 1L10 5L0 9Z" fill="{ARROWS[tone].line}"/></marker>'
    )


def _body(drawing: Drawing, layout: Layout) -> Iterator[str]:
    """Frames below, then arrows, quiet ones first, then boxes, labels on top."""
    for cluster in drawing.clusters:
        if cluster.id in layout.frames:
            yield _frame(layout.frames[cluster.id])
    pairs = sorted(
        zip(drawing.arrows, layout.routes, strict=True), key=lambda p: p[0].tone is not Tone.QUIET
    )
    yield from (_curve(arrow, route) for arrow, route in pairs)
    for cluster in drawing.clusters:
        if cluster.id in layout.frames:
            yield _frame_title(cluster, layout.frames[cluster.id])
    for box in drawing.boxes:
        yield from _box(box, layout.boxes[box.id])
    for arrow, route in pairs:
        if route.label is not None and arrow.label:
            yield _label(arrow, route.label)


def _frame(frame: Frame) -> str:
    """Drawn a little within its place, so that neighbours do not touch."""
    return (
        f'<rect x="{number(frame.left + 3)}" y="{number(frame.top + 3)}"'
        f' width="{number(frame.width - 6)}" height="{number(frame.height - 6)}" rx="10"'
        f' fill="{FRAME_FILL}" stroke="{FRAME_LINE}"/>'
    )


def _frame_title(cluster: Cluster, frame: Frame) -> str:
    line = frame_line(cluster)
    return (
        f'<text x="{number(frame.left + 14)}" y="{number(frame.top + line.height + 6)}"'
        f' font-size="{number(line.size)}" font-weight="bold" fill="{INK}"{_HALO}>{_escape(line.text)}</text>'
    )


def _curve(arrow: Arrow, route: Route) -> str:
    style = ARROWS[arrow.tone]
    places = [f"{number(x)} {number(y)}" for x, y in route.points]
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    return (
        f'<path d="M{places[0]}C{" ".join(places[1:])}" fill="none" stroke="{style.line}"'
        f' stroke-width="{number(style.width)}"{dashes} marker-end="url(#{arrow.tone.value})"/>'
    )


def _box(box: Box, middle: Point) -> Iterator[str]:
    style, size = BOXES[box.look], box_size(box)
    dashes = ' stroke-dasharray="3 3"' if box.look is Look.PORT else ""
    width = "2.4" if box.look is Look.PERSON else "1.3"
    yield f'<g id="{_escape(box.id)}">'
    yield f"<title>{_escape(f'{box.title} ({box.id})')}</title>"
    yield (
        f'<path d="{outline(box.look, middle, size)}" fill="{style.fill}" stroke="{style.line}"'
        f' stroke-width="{width}"{dashes}/>'
    )
    lower = (5.0 if box.look is Look.LOOKUP else 0.0) - badges_height(box) / 2
    small = style.ink if style.ink == "#ffffff" else FAINT
    yield _text(box_lines(box), (middle[0], middle[1] + lower), style.ink, small)
    yield from _badges(box, middle[0], middle[1] + lower + box_lines(box).height / 2)
    yield "</g>"


def _badges(box: Box, middle: float, top: float) -> Iterator[str]:
    """Rows of rounded notes, each row round the middle of its box."""
    for row in badge_rows(box):
        left, top = middle - row_width(row) / 2, top + BADGE_GAP
        for badge in row:
            yield _badge(badge, left, top)
            left += badge_width(badge) + BADGE_GAP
        top += BADGE_HEIGHT


def _badge(badge: Badge, left: float, top: float) -> str:
    style, line, width = BOXES[badge.look], badge_line(badge), badge_width(badge)
    return (
        f'<rect x="{number(left)}" y="{number(top)}" width="{number(width)}"'
        f' height="{number(BADGE_HEIGHT)}" rx="{number(BADGE_HEIGHT / 2)}" fill="{style.fill}"'
        f' stroke="{style.line}" stroke-width="0.7"/>'
        f'<text x="{number(left + width / 2)}" y="{number(top + BADGE_HEIGHT * 0.73)}"'
        f' font-size="{number(line.size)}" text-anchor="middle" fill="{style.ink}">'
        f"{_escape(line.text)}</text>"
    )


def _label(arrow: Arrow, middle: Point) -> str:
    ink = ARROWS[arrow.tone].ink
    return _text(label_lines(arrow), middle, ink, ink, _HALO)


def _text(lines: Lines, middle: Point, ink: str, small: str, more: str = "") -> str:
    """Lines one under another round a middle; all but those of the first one's size are small print."""
    spans: list[str] = []
    at = middle[1] - lines.height / 2
    for line in lines.lines:
        baseline = at + line.height * 0.76
        at += line.height
        fill = ink if line.size == lines.lines[0].size else small
        spans.append(
            f'<tspan x="{number(middle[0])}" y="{number(baseline)}" font-size="{number(line.size)}"'
            f' fill="{fill}">{_escape(line.text)}</tspan>'
        )
    return f'<text text-anchor="middle"{more}>{"".join(spans)}</text>'
