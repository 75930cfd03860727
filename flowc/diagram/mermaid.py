"""Mermaid flowchart text, for pages that draw it themselves.

Whatever is no letter, digit, blank or harmless mark is written as a numbered entity, so that no
label can end its quotes, open a tag or start Mermaid's own markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowc.diagram.measure import Lines, frame_line, label_lines, text_lines
from flowc.diagram.model import Drawing, Look, Tone
from flowc.diagram.style import ARROWS, BOXES

_HARMLESS = frozenset(" ·，。：、？！（）…←/")


def mermaid(drawing: Drawing) -> str:
    """The text of a drawing. Boxes are `b0`, `b1` ... in the drawing's order."""
    names = {box.id: f"b{at}" for at, box in enumerate(drawing.boxes)}
    lines = ["flowchart TB"]
    lines.extend(_boxes(drawing, names, "", "  "))
    for at, cluster in enumerate(drawing.clusters):
        lines.append(f'  subgraph f{at}["{_escape(frame_line(cluster).text)}"]')
        lines.extend(_boxes(drawing, names, cluster.id, "    "))
        lines.append("  end")
    lines.extend(_arrows(drawing, names))
    lines.extend(_styles(drawing, names))
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return "".join(
        c if c.isalnum() or c in _HARMLESS else f"#{ord(c)};" for c in text.replace("\n", " ")
    )


def _text(lines: Lines) -> str:
    return "<br/>".join(_escape(line.text) for line in lines.lines)


def _boxes(drawing: Drawing, names: Mapping[str, str], cluster: str, indent: str) -> Iterator[str]:
    for box in drawing.boxes:
        if box.cluster == cluster:
            before, after = BOXES[box.look].mermaid
            yield f'{indent}{names[box.id]}{before}"{_text(text_lines(box))}"{after}'


def _arrows(drawing: Drawing, names: Mapping[str, str]) -> Iterator[str]:
    for arrow in drawing.arrows:
        lines = label_lines(arrow)
        label = f'|"{_text(lines)}"|' if lines.lines else ""
        yield f"  {names[arrow.tail]} {ARROWS[arrow.tone].mermaid}{label} {names[arrow.head]}"


def _styles(drawing: Drawing, names: Mapping[str, str]) -> Iterator[str]:
    for look in Look:
        members = [names[box.id] for box in drawing.boxes if box.look is look]
        if members:
            style = BOXES[look]
            yield f"  classDef {look.value}_ fill:{style.fill},stroke:{style.line},color:{style.ink}"
            yield f"  class {','.join(members)} {look.value}_"
    for tone in Tone:
        places = [str(at) for at, arrow in enumerate(drawing.arrows) if arrow.tone is tone]
        if places and tone is not Tone.PLAIN:
            style_ = ARROWS[tone]
            yield f"  linkStyle {','.join(places)} stroke:{style_.line},stroke-width:{style_.width:g}px"
