"""Colours, lines and shape names: one table a look, one a tone. Every format reads these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flowc.diagram.model import Look, Tone

FONTS = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "sans-serif",
)
INK, FAINT, FRAME_FILL, FRAME_LINE = "#1f2933", "#5f6c7b", "#f7f9fb", "#cbd5df"


@dataclass(frozen=True, slots=True)
class BoxStyle:
    """`dot` is Graphviz' shape, `mermaid` what stands before and after a label."""

    fill: str
    line: str
    ink: str
    dot: str
    mermaid: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ArrowStyle:
    """`dashes` as SVG writes them, "" for a whole line; `mermaid` is the arrow itself."""

    line: str
    width: float
    dashes: str
    ink: str
    mermaid: str


BOXES: Mapping[Look, BoxStyle] = MappingProxyType(
    {
        Look.NUMBER: BoxStyle("#22364d", "#22364d", "#ffffff", "oval", ("([", "])")),
        Look.INPUT: BoxStyle("#dcebfb", "#2f6fb0", INK, "parallelogram", ("[/", "/]")),
        Look.SPEECH: BoxStyle("#ffffff", "#7b8794", INK, "box", ("(", ")")),
        Look.LOOKUP: BoxStyle("#ece6f8", "#6b4fa8", INK, "cylinder", ("[(", ")]")),
        Look.REQUEST: BoxStyle("#fdebd3", "#b8741a", INK, "note", ("[[", "]]")),
        Look.PERSON: BoxStyle("#d9f2e3", "#1f8a55", INK, "box", ("[", "]")),
        Look.DECISION: BoxStyle("#fdf6c9", "#a08c12", INK, "hexagon", ("{{", "}}")),
        Look.CALL: BoxStyle("#e6edf2", "#4a6375", INK, "cds", ("[[", "]]")),
        Look.END: BoxStyle("#f6dcdc", "#a94442", INK, "octagon", ("([", "])")),
        Look.FLOW: BoxStyle("#ffffff", "#2f6fb0", INK, "box", ("(", ")")),
        Look.PORT: BoxStyle("#ffffff", "#9aa5b1", FAINT, "cds", (">", "]")),
    }
)

ARROWS: Mapping[Tone, ArrowStyle] = MappingProxyType(
    {
        Tone.PLAIN: ArrowStyle("#3e4c59", 1.5, "", INK, "-->"),
        Tone.PERSON: ArrowStyle("#1f8a55", 1.5, "", "#166a41", "==>"),
        Tone.QUIET: ArrowStyle("#aab4bf", 0.9, "4 3", "#7b8794", "-.->"),
        Tone.CALL: ArrowStyle("#2f6fb0", 1.2, "7 4", "#2f6fb0", "-.->"),
    }
)
