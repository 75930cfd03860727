"""Whether a layout may be shown: nothing lies on something else, and nothing lies outside.

Graphviz, with labelled arrows between frames, at times puts one box on another; a picture that looks
right and cannot be read is worse than a plainer one.
"""

from __future__ import annotations

from itertools import combinations

from flowc.diagram.layout.model import Frame, Layout
from flowc.diagram.measure import box_size
from flowc.diagram.model import Drawing

_SLACK = 0.5  # points by which rounding may be off


def overlaps(layout: Layout, drawing: Drawing) -> tuple[tuple[str, str], ...]:
    """Every pair of boxes that lie on each other, by their ids."""
    places = _places(layout, drawing)
    return tuple(
        (one, other) for (one, a), (other, b) in combinations(places.items(), 2) if _touch(a, b)
    )


def is_sound(layout: Layout, drawing: Drawing) -> bool:
    """No two boxes overlap, no two frames do, and each box is in the picture and in its frame alone."""
    places = _places(layout, drawing)
    whole = Frame(0.0, 0.0, layout.width, layout.height)
    if overlaps(layout, drawing) or not all(_within(each, whole) for each in places.values()):
        return False
    if any(_touch(a, b) for a, b in combinations(layout.frames.values(), 2)):
        return False
    return all(
        _within(places[box.id], frame) if id_ == box.cluster else not _touch(places[box.id], frame)
        for box in drawing.boxes
        for id_, frame in layout.frames.items()
        if box.cluster or len(layout.frames) > 1  # a single frame may take in the loose boxes
    )


def _places(layout: Layout, drawing: Drawing) -> dict[str, Frame]:
    places: dict[str, Frame] = {}
    for box in drawing.boxes:
        (x, y), size = layout.boxes[box.id], box_size(box)
        places[box.id] = Frame(x - size.width / 2, y - size.height / 2, size.width, size.height)
    return places


def _touch(a: Frame, b: Frame) -> bool:
    aside = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    below = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    return aside > _SLACK and below > _SLACK


def _within(inner: Frame, outer: Frame) -> bool:
    right = inner.left + inner.width <= outer.left + outer.width + _SLACK
    bottom = inner.top + inner.height <= outer.top + outer.height + _SLACK
    return (
        right and bottom and inner.left >= outer.left - _SLACK and inner.top >= outer.top - _SLACK
    )
