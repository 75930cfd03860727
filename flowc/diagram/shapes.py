"""Outlines of boxes as SVG paths. Knows sizes and looks, no text and no colour."""

from __future__ import annotations

from typing import assert_never

from flowc.diagram.layout.model import Point
from flowc.diagram.measure import Size
from flowc.diagram.model import Look


def number(value: float) -> str:
    """A coordinate, short and the same on every machine."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def outline(look: Look, middle: Point, size: Size) -> str:
    """The path data of a box's shape."""
    left, top = middle[0] - size.width / 2, middle[1] - size.height / 2
    width, height = size.width, size.height
    match look:
        case Look.NUMBER | Look.END:
            return _rounded(left, top, width, height, height / 2 if look is Look.NUMBER else 17.0)
        case Look.INPUT:
            return _polygon(left, top, ((7, 0), (width, 0), (width - 7, height), (0, height)))
        case Look.SPEECH | Look.PERSON | Look.FLOW:
            return _rounded(left, top, width, height, 7.0)
        case Look.LOOKUP:
            return _cylinder(left, top, width, height)
        case Look.REQUEST:
            return _note(left, top, width, height)
        case Look.DECISION:
            sides = ((0, height / 2), (11, 0), (width - 11, 0), (width, height / 2))
            return _polygon(left, top, (*sides, (width - 11, height), (11, height)))
        case Look.CALL:
            bars = _path(left, top, ((7, 0), (7, height))) + _path(
                left, top, ((width - 7, 0), (width - 7, height))
            )
            return _polygon(left, top, ((0, 0), (width, 0), (width, height), (0, height))) + bars
        case Look.PORT:
            tip = ((0, 0), (width - 12, 0), (width, height / 2), (width - 12, height), (0, height))
            return _polygon(left, top, tip)
        case _:
            assert_never(look)


def _path(left: float, top: float, points: tuple[Point, ...]) -> str:
    return "M" + "L".join(f"{number(left + x)} {number(top + y)}" for x, y in points)


def _polygon(left: float, top: float, points: tuple[Point, ...]) -> str:
    return _path(left, top, points) + "Z"


def _rounded(left: float, top: float, width: float, height: float, corner: float) -> str:
    r = min(corner, height / 2, width / 2)
    arc = f"a{number(r)} {number(r)} 0 0 1 "
    across, down = number(width - 2 * r), number(height - 2 * r)
    n = number(r)
    return (
        f"M{number(left + r)} {number(top)}h{across}{arc}{n} {n}v{down}{arc}-{n} {n}"
        f"h-{across}{arc}-{n} -{n}v-{down}{arc}{n} -{n}Z"
    )


def _cylinder(left: float, top: float, width: float, height: float) -> str:
    rx, ry = number(width / 2), "6"
    down, across = number(height - 12), number(width)
    lid = f"a{rx} {ry} 0 0 0 {across} 0a{rx} {ry} 0 0 0 -{across} 0"
    start = f"M{number(left)} {number(top + 6)}"
    body = f"v{down}a{rx} {ry} 0 0 0 {across} 0v-{down}a{rx} {ry} 0 0 0 -{across} 0Z"
    return f"{start}{body}{start}{lid}"


def _note(left: float, top: float, width: float, height: float) -> str:
    fold = 10.0
    page = ((0, 0), (width - fold, 0), (width, fold), (width, height), (0, height))
    corner = ((width - fold, 0), (width - fold, fold), (width, fold))
    return _polygon(left, top, page) + _path(left, top, corner)
