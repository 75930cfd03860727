"""The door: a flow graph in, the bytes of a picture out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, assert_never

from flowc.diagram.contract import Level, drawing_of
from flowc.diagram.dot import dot
from flowc.diagram.labels import Labels
from flowc.diagram.layout.layouters import Layouter, place
from flowc.diagram.mermaid import mermaid
from flowc.diagram.model import Drawing
from flowc.diagram.png import png
from flowc.diagram.svg import svg
from flowc.graph.model import FlowGraph

Format = Literal["dot", "svg", "png", "mermaid"]


def draw(  # noqa: PLR0913 - what to draw and in whose words, all by name
    graph: FlowGraph,
    format: Format,  # noqa: A002 - the trade's word
    *,
    language: str,
    titles: Mapping[str, str],
    choice_names: Mapping[tuple[str, str], str],
    flow: str | None = None,
    level: Level = "node",
    layouter: Layouter = Layouter.BEST,
) -> bytes:
    """One picture of a graph, or of one of its flows; UTF-8 where it is text.

    `titles` by `flow.node` and by `flow`, `choice_names` by (`flow.node`, key or outcome), both in
    `language`. Raises DrawUnavailable for an unknown flow and for what is not installed.
    """
    drawing = drawing_of(graph, Labels(language, titles, choice_names), level, flow)
    return render(drawing, format, layouter)


def render(drawing: Drawing, format: Format, layouter: Layouter = Layouter.BEST) -> bytes:  # noqa: A002
    """A drawing in a format. Raises as `draw`."""
    match format:
        case "dot":
            return dot(drawing).encode()
        case "mermaid":
            return mermaid(drawing).encode()
        case "svg":
            return svg(drawing, place(drawing, layouter)).encode()
        case "png":
            return png(svg(drawing, place(drawing, layouter)))
        case _:
            assert_never(format)
