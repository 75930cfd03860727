"""Comparisons of a work order's words with a word that none has: `order.state == "clossed"` never holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowc.diagnostics.model import Reporter, Words
from flowc.diagnostics.unknown import report_unknown
from flowc.expression.operators import walk
from flowc.expression.tree import Binary, Expression, Items, Literal, Read
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Invoke
from flowc.graph.reads import expressions_in
from flowc.graph.services import TICKET_WORDS, TICKETS


def find_wrong_words(graph: FlowGraph, report: Reporter) -> None:
    """Report each word that the field it is compared with never holds."""
    fields = _fields(graph)
    for block in graph.blocks.values() if fields else ():
        for whole in expressions_in(block):
            for field, word in _comparisons(whole, fields):
                if word.value not in TICKET_WORDS[field]:
                    report_unknown(
                        report,
                        word.span,
                        Words(f"`{field}` of a work order", f"工单 `{field}`"),
                        str(word.value),
                        TICKET_WORDS[field],
                    )


def _fields(graph: FlowGraph) -> dict[str, str]:
    """Variables that hold one of a work order's words, and which field it is."""
    return {
        given.variable: given.path[0]
        for block in graph.blocks.values()
        for each in block.operations
        if isinstance(each, Invoke) and each.service == TICKETS
        for given in each.gives
        if len(given.path) == 1 and given.path[0] in TICKET_WORDS
    }


def _comparisons(whole: Expression, fields: Mapping[str, str]) -> Iterator[tuple[str, Literal]]:
    for part in walk(whole):
        match part:
            case Binary("==" | "!=", Read(variable), Literal() as word) if variable in fields:
                yield fields[variable], word
            case Binary("==" | "!=", Literal() as word, Read(variable)) if variable in fields:
                yield fields[variable], word
            case Binary("in", Read(variable), Items(items)) if variable in fields:
                yield from ((fields[variable], each) for each in items if isinstance(each, Literal))
