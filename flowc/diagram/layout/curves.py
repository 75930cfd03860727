"""A plain curve from one box to another, past everything else: where a layouter gives an arrow no route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowc.diagram.layout.model import Point, Route
from flowc.diagram.measure import Size, box_size, label_lines
from flowc.diagram.model import Arrow, Drawing


def between(drawing: Drawing, arrow: Arrow, boxes: Mapping[str, Point]) -> Route:
    """A curve between frames: out at the bottom, in at the top, or side to side in one row."""
    sizes = {box.id: box_size(box) for box in drawing.boxes if box.id in (arrow.tail, arrow.head)}
    (x1, y1), (x2, y2) = boxes[arrow.tail], boxes[arrow.head]
    tail, head = sizes[arrow.tail], sizes[arrow.head]
    down = y2 - head.height / 2 > y1 + tail.height / 2 + 20
    if down:
        start, end = (x1, y1 + tail.height / 2), (x2, y2 - head.height / 2)
        bend = (end[1] - start[1]) / 2
        points = [start, (start[0], start[1] + bend), (end[0], end[1] - bend), end]
    else:
        side = 1 if x2 > x1 else -1
        start, end = (x1 + side * tail.width / 2, y1), (x2 - side * head.width / 2, y2)
        bend = side * max(40.0, abs(end[0] - start[0]) / 2)
        points = [start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end]
    return Route(_rounded(points), _free_place(points, drawing, arrow, boxes))


def _free_place(
    points: Sequence[Point], drawing: Drawing, arrow: Arrow, boxes: Mapping[str, Point]
) -> Point | None:
    """The middle of the label: where it lies on no box, as near as may be to where the arrow starts."""
    if not arrow.label:
        return None
    label = label_size(arrow)
    sizes = [(boxes[box.id], box_size(box)) for box in drawing.boxes]
    for share in (0.3, 0.2, 0.4, 0.1, 0.5, 0.6, 0.7, 0.8):
        x, y = place_ = _on_curve(points, share)
        if not any(
            abs(x - middle[0]) * 2 < label.width + size.width
            and abs(y - middle[1]) * 2 < label.height + size.height
            for middle, size in sizes
        ):
            return place_
    return _on_curve(points, 0.3)


def _on_curve(points: Sequence[Point], t: float) -> Point:
    a, b, c, d = points
    u = 1 - t
    x, y = (u**3 * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t**3 * d[i] for i in (0, 1))
    return (round(x, 2), round(y, 2))


def _rounded(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple((round(x, 2), round(y, 2)) for x, y in points)


def label_size(arrow: Arrow) -> Size:
    """The room that an arrow's label takes."""
    lines = label_lines(arrow)
    return Size(lines.width + 8, lines.height)
