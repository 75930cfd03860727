"""Our own layout, for a machine without Graphviz: plain layers from the top down, one frame after another.

Each frame is laid out for itself (see `layers`), frames stand in rows, and arrows between frames are
plain curves. Not as fine as Graphviz, always there, the same every time.
"""

from __future__ import annotations

from flowc.diagram.layout.curves import between, label_size
from flowc.diagram.layout.layers import Edge, Placed, place_layers
from flowc.diagram.layout.model import Frame, Layout, Point, Route
from flowc.diagram.measure import box_size, frame_line
from flowc.diagram.model import Box, Drawing

_ABOVE, _BELOW = "", "/"  # boxes outside every frame: those that lead in, those that are led to
_PADDING, _TITLE, _GAP, _ROW = 18.0, 30.0, 70.0, 1500.0


def place(drawing: Drawing) -> Layout:
    """Places for everything; never fails."""
    groups = (_ABOVE, *(cluster.id for cluster in drawing.clusters), _BELOW)
    every = {group: _part(drawing, group) for group in groups}
    parts = {group: part for group, part in every.items() if part.boxes}
    frames = _rows(parts)
    boxes = {
        id_: (round(at[0] + frames[group].left, 2), round(at[1] + frames[group].top, 2))
        for group, part in parts.items()
        for id_, at in part.boxes.items()
    }
    routes = tuple(_route(drawing, at, parts, frames, boxes) for at in range(len(drawing.arrows)))
    width = max((f.left + f.width for f in frames.values()), default=0.0)
    height = max((f.top + f.height for f in frames.values()), default=0.0)
    shown = {id_: frame for id_, frame in frames.items() if id_ not in (_ABOVE, _BELOW)}
    return Layout(round(width, 2), round(height, 2), boxes, shown, routes)


def _part(drawing: Drawing, group: str) -> Placed:
    sizes = {box.id: box_size(box) for box in drawing.boxes if _group(box, drawing) == group}
    edges = [
        Edge(at, arrow.tail, arrow.head, label_size(arrow), max(arrow.weight, 0.25))
        for at, arrow in enumerate(drawing.arrows)
        if arrow.tail in sizes and arrow.head in sizes
    ]
    placed = place_layers(sizes, edges)
    if group in (_ABOVE, _BELOW):
        return placed
    title = next(frame_line(cluster) for cluster in drawing.clusters if cluster.id == group)
    return placed.shifted(
        _PADDING, _PADDING + _TITLE, max(placed.width, title.width) + 2 * _PADDING
    )


def _group(box: Box, drawing: Drawing) -> str:
    """The frame that a box is laid out with; a single frame takes in the loose boxes too."""
    if box.cluster:
        return box.cluster
    if len(drawing.clusters) == 1:
        return drawing.clusters[0].id
    led_to = any(arrow.head == box.id for arrow in drawing.arrows)
    return _BELOW if led_to else _ABOVE


def _rows(parts: dict[str, Placed]) -> dict[str, Frame]:
    """The frames from left to right, a new row when one is full; loose boxes in rows of their own."""
    frames: dict[str, Frame] = {}
    left, top, deepest, last_loose = 0.0, 0.0, 0.0, False
    for group, part in parts.items():
        loose = group in (_ABOVE, _BELOW)
        bottom = 0.0 if loose else _PADDING
        if left + part.width > _ROW or loose or last_loose:
            left, top = 0.0, top + deepest + (_GAP if deepest else 0.0)
            deepest = 0.0
        last_loose = loose
        frames[group] = Frame(left, top, part.width, part.height + bottom)
        left += part.width + _GAP
        deepest = max(deepest, part.height + bottom)
    return frames


def _route(
    drawing: Drawing,
    at: int,
    parts: dict[str, Placed],
    frames: dict[str, Frame],
    boxes: dict[str, Point],
) -> Route:
    for group, part in parts.items():
        if at in part.routes:
            frame = frames[group]
            return _moved(part.routes[at], frame.left, frame.top)
    return between(drawing, drawing.arrows[at], boxes)


def _moved(route: Route, right: float, down: float) -> Route:
    def move(point: Point) -> Point:
        return (round(point[0] + right, 2), round(point[1] + down, 2))

    return Route(tuple(map(move, route.points)), None if route.label is None else move(route.label))
