"""A layout: places in points, from the upper left corner. Knows no shapes, colours or texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle by its upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """A curve of cubic pieces (1 + 3n points) from tail to head; `label` is its label's middle."""

    points: tuple[Point, ...]
    label: Point | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """`boxes` are middles by box id, `frames` by cluster id, `routes` in the drawing's order of arrows."""

    width: float
    height: float
    boxes: Mapping[str, Point]
    frames: Mapping[str, Frame]
    routes: tuple[Route, ...]
