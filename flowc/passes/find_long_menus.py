"""Menus that take so long to say that their first choice is forgotten: advice of ISO/IEC 13714."""

from __future__ import annotations

from flowc.diagnostics.codes import flows
from flowc.diagnostics.model import Reporter
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Cue, CueKind
from flowc.passes.durations import Lengths, prompt_ms

MOST_S = 30


def find_long_menus(graph: FlowGraph, lengths: Lengths, report: Reporter) -> None:
    """Report each menu whose first prompt is longer than that."""
    for block in graph.blocks.values():
        for operation in block.operations if block.origin.kind == "menu" else ():
            match operation:
                case Cue(prompt, CueKind.ENTRY, deaf):
                    seconds = prompt_ms((*deaf, *prompt), lengths) // 1000
                    if seconds > MOST_S:
                        node = block.id.node
                        report.report(
                            flows.LONG_PROMPT, block.origin.span, node=node, seconds=seconds
                        )
