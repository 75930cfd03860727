"""Layout by Graphviz: asks with numbers for names and sizes for texts, reads the places out of its JSON.

No text of a flow reaches Graphviz: boxes have fixed sizes, and a label is a block of `M` in a fixed-width
face that is as wide and high as the label will be. Knows not which Graphviz answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import chain
from math import ceil
from typing import Any

from flowc.diagram.layout.curves import between
from flowc.diagram.layout.model import Frame, Layout, Point, Route
from flowc.diagram.measure import box_size, frame_line, label_lines
from flowc.diagram.model import Arrow, Box, Drawing

_HEAD = """digraph {{
graph [rankdir=TB nodesep=0.28 ranksep=0.34 margin=0 pad=0 nslimit=8 nslimit1=8 mclimit=1{}]
node [shape=box fixedsize=true label="" margin=0]
edge [arrowhead=none fontname=Courier fontsize=10]
"""
_EM_WIDTH, _EM_HEIGHT = 6.0, 12.0  # of Courier at 10 points, as Graphviz reckons it


class Ranking(Enum):
    """How Graphviz finds the layers, in the order in which it is asked.

    By frame looks better; in large drawings with labels on arrows between frames it loses count of where
    it put the labels, and boxes come to lie on each other. All at once does not.
    """

    BY_FRAME = ""
    ALL_AT_ONCE = " newrank=true"


def request(drawing: Drawing, ranking: Ranking = Ranking.BY_FRAME) -> str:
    """The question to Graphviz. Box n is `n<n>`, frame n `cluster_<n>`, in the drawing's order."""
    numbers = {box.id: number for number, box in enumerate(drawing.boxes)}
    parts = (_frames(drawing, numbers), _loose(drawing, numbers), _edges(drawing, numbers))
    return "".join((_HEAD.format(ranking.value), *chain.from_iterable(parts), "}\n"))


def _frames(drawing: Drawing, numbers: Mapping[str, int]) -> Iterator[str]:
    for at, cluster in enumerate(drawing.clusters):
        line = frame_line(cluster)
        yield f'subgraph cluster_{at} {{ margin=14 labeljust=l label="{_filling(line.width, line.height)}"\n'
        yield "fontname=Courier fontsize=10\n"
        yield from (_node(box, numbers) for box in drawing.boxes if box.cluster == cluster.id)
        yield "}\n"


def _loose(drawing: Drawing, numbers: Mapping[str, int]) -> Iterator[str]:
    yield from (_node(box, numbers) for box in drawing.boxes if not box.cluster)


def _node(box: Box, numbers: Mapping[str, int]) -> str:
    size = box_size(box)
    return f"n{numbers[box.id]} [width={size.width / 72:.4f} height={size.height / 72:.4f}]\n"


def _edges(drawing: Drawing, numbers: Mapping[str, int]) -> Iterator[str]:
    # Graphviz answers in an order of its own; the id tells which arrow is meant.
    for at, arrow in enumerate(drawing.arrows):
        ends = f"n{numbers[arrow.tail]} -> n{numbers[arrow.head]}"
        yield f"{ends} [id=e{at} {_manner(arrow)}]\n"


def _manner(arrow: Arrow) -> str:
    lines = label_lines(arrow)
    label = f' label="{_filling(lines.width, lines.height)}"' if lines.lines else ""
    return f"weight={arrow.weight}{label}"


def _filling(width: float, height: float) -> str:
    line = "M" * max(1, ceil(width / _EM_WIDTH))
    return "\\n".join([line] * max(1, ceil(height / _EM_HEIGHT)))


def read(answer: str, drawing: Drawing) -> Layout:
    """The layout in Graphviz' JSON (`-Tjson0`). Raises ValueError or KeyError where it is something else."""
    found: dict[str, Any] = json.loads(answer)
    left, bottom, right, top = _numbers(found["bb"])
    objects = {each["name"]: each for each in found.get("objects", ())}

    def place(pair: str) -> Point:
        x, y = _numbers(pair)
        return (round(x - left, 2), round(top - y, 2))

    boxes = {box.id: place(objects[f"n{at}"]["pos"]) for at, box in enumerate(drawing.boxes)}
    frames: dict[str, Frame] = {}
    for at, cluster in enumerate(drawing.clusters):
        x1, y1, x2, y2 = _numbers(objects[f"cluster_{at}"]["bb"])
        frames[cluster.id] = Frame(
            round(x1 - left, 2), round(top - y2, 2), round(x2 - x1, 2), round(y2 - y1, 2)
        )
    edges = {edge["id"]: edge for edge in found.get("edges", ())}

    def route(arrow: Arrow, edge: Mapping[str, str]) -> Route:
        if "pos" not in edge:  # Graphviz loses some arrows between frames of large drawings
            return between(drawing, arrow, boxes)
        label = place(edge["lp"]) if "lp" in edge else None
        return Route(tuple(map(place, edge["pos"].split())), label)

    routes = tuple(route(arrow, edges[f"e{at}"]) for at, arrow in enumerate(drawing.arrows))
    return Layout(round(right - left, 2), round(top - bottom, 2), boxes, frames, routes)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]
