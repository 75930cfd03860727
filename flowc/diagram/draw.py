"""The door: a flow graph in, the bytes of a picture out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, assert_never

from flowc.diagram.contract import Level, drawing_of, flows_of
from flowc.diagram.dot import dot
from flowc.diagram.labels import Labels
from flowc.diagram.layout.layouters import TIME_LIMIT_S, Layouter, place_all
from flowc.diagram.mermaid import mermaid
from flowc.diagram.model import Drawing
from flowc.diagram.png import png
from flowc.diagram.svg import svg
from flowc.graph.model import FlowGraph

Format = Literal["dot", "svg", "png", "mermaid"]


def draw(
    graph: FlowGraph,
    format: Format,  # noqa: A002 - the trade's word
    *,
    language: str,
    titles: Mapping[str, str],
    choice_names: Mapping[tuple[str, str], str],
    flow: str | None = None,
    level: Level = "best",
    layouter: Layouter = Layouter.BEST,
) -> bytes:
    """One picture of a graph, or of one of its flows; UTF-8 where it is text.

    `titles` by `flow.node` and by `flow`, `choice_names` by (`flow.node`, key or outcome), both in
    `language`. Raises DrawUnavailable for an unknown flow and for what is not installed.
    """
    drawing = drawing_of(graph, Labels(language, titles, choice_names), level, flow)
    return render(drawing, format, layouter)


def draw_all(
    graph: FlowGraph,
    format: Format,  # noqa: A002 - the trade's word
    labels: Labels,
    layouter: Layouter = Layouter.BEST,
    limit_s: float = 60.0,
) -> dict[str, bytes]:
    """The overview, under the name `overview`, and a picture of each flow under the flow's own.

    A flow whose name is taken is `overview_flow`. With Layouter.WASI the bytes are the same on every
    machine. Raises DrawUnavailable for what is not installed.
    """
    flows = flows_of(graph)
    drawings = {"overview": drawing_of(graph, labels, "overview")}
    for flow in flows:
        name = f"{flow}_flow" if flow in drawings else flow
        drawings[name] = drawing_of(graph, labels, "node", flow)
    every = tuple(drawings.values())
    return dict(zip(drawings, render_all(every, format, layouter, limit_s), strict=True))


def render(drawing: Drawing, format: Format, layouter: Layouter = Layouter.BEST) -> bytes:  # noqa: A002
    """A drawing in a format. Raises as `draw`."""
    return render_all((drawing,), format, layouter)[0]


def render_all(
    drawings: Sequence[Drawing],
    format: Format,  # noqa: A002 - the trade's word
    layouter: Layouter = Layouter.BEST,
    limit_s: float = TIME_LIMIT_S,
) -> list[bytes]:
    """Drawings in a format, laid out by one process within about `limit_s` seconds. Raises as `draw`."""
    match format:
        case "dot":
            return [dot(each).encode() for each in drawings]
        case "mermaid":
            return [mermaid(each).encode() for each in drawings]
        case "svg" | "png":
            layouts = place_all(drawings, layouter, limit_s)
            texts = [svg(each, layout) for each, layout in zip(drawings, layouts, strict=True)]
            return [png(text) if format == "png" else text.encode() for text in texts]
        case _:
            assert_never(format)
