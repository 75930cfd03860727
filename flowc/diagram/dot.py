"""DOT text, whole, for whoever has Graphviz: the labels are in it, quoted by the graphviz package.

Box names are the ids of nodes, so that the text can be read and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.diagram.measure import Lines, box_size, frame_line, label_lines, text_lines
from flowc.diagram.model import Arrow, Box, Drawing, Look, Tone
from flowc.diagram.style import ARROWS, BOXES, FONTS, FRAME_FILL, FRAME_LINE, INK
from flowc.diagram.text import clean

if TYPE_CHECKING:
    from graphviz import Digraph


def dot(drawing: Drawing) -> str:
    """The text of a drawing; the same drawing gives the same text."""
    import graphviz

    digraph = graphviz.Digraph("flow")
    digraph.attr("graph", rankdir="TB", nodesep="0.28", ranksep="0.42", fontname=FONTS[0])
    digraph.attr("graph", label=_quoted(drawing.title), labelloc="t", fontcolor=INK)
    digraph.attr("node", fontname=FONTS[0], fontsize="13", fixedsize="true")
    digraph.attr("edge", fontname=FONTS[0], fontsize="11")
    for box in drawing.boxes:
        if not box.cluster:
            _box(digraph, box)
    for at, cluster in enumerate(drawing.clusters):
        with digraph.subgraph(name=f"cluster_{at}") as frame:
            frame.attr(
                label=_quoted(frame_line(cluster).text), labeljust="l", style="rounded,filled"
            )
            frame.attr(fillcolor=FRAME_FILL, color=FRAME_LINE, fontsize="15")
            for box in drawing.boxes:
                if box.cluster == cluster.id:
                    _box(frame, box)
    for arrow in drawing.arrows:
        _arrow(digraph, arrow)
    return str(digraph.source)


def _label(lines: Lines) -> str:
    return _quoted("\n".join(line.text for line in lines.lines))


def _quoted(text: str) -> str:
    r"""Plain text as a label: `\n` in it becomes Graphviz' own line break, all else stays as it is."""
    import graphviz

    lines = clean(text).replace("\\", "\\\\").split("\n")
    # nohtml: a text in angle brackets stays text. Its type must reach the package as it is.
    label: str = graphviz.nohtml("\\n".join(lines))
    return label


def _box(digraph: Digraph, box: Box) -> None:
    style, size = BOXES[box.look], box_size(box)
    lined = {Look.SPEECH: "rounded,filled", Look.PORT: "dashed,filled"}.get(box.look, "filled")
    digraph.node(
        box.id,
        label=_label(text_lines(box)),
        shape=style.dot,
        style=lined,
        fillcolor=style.fill,
        color=style.line,
        fontcolor=style.ink,
        # Graphviz without a CJK face takes an ideograph for half of what it is: the width is ours.
        width=f"{size.width / 72:.3f}",
        height=f"{size.height / 72:.3f}",
        penwidth="2.2" if box.look is Look.PERSON else "1.2",
    )


def _arrow(digraph: Digraph, arrow: Arrow) -> None:
    style = ARROWS[arrow.tone]
    digraph.edge(
        arrow.tail,
        arrow.head,
        label=_label(label_lines(arrow)),
        color=style.line,
        fontcolor=style.ink,
        penwidth=f"{style.width:g}",
        style="dashed" if style.dashes else "solid",
        arrowsize="0.6" if arrow.tone is Tone.QUIET else "0.8",
        weight=str(arrow.weight),
    )
