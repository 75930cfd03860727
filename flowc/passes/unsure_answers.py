"""A graph for the proof of set variables: what a work order may come without is set by no question.

`promised` is unset where the order's class has no `handle:`. Knows the classes of a project.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from flowc.expression.tree import Literal
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Assign, Invoke, Operation
from flowc.graph.services import TICKETS, TicketSettings

_PROMISED = ("promised",)


def unsure_answers(graph: FlowGraph, tickets: TicketSettings) -> FlowGraph:
    """The same graph, where a question unsets what its answer may lack. Nothing is built of it."""
    handled = {each.name for each in tickets.classes if each.handle_s}
    if handled and len(handled) == len(tickets.classes):
        return graph
    blocks = {
        id_: replace(block, operations=tuple(_in_doubt(block.operations, handled)))
        for id_, block in graph.blocks.items()
    }
    return replace(graph, blocks=blocks)


def _in_doubt(operations: tuple[Operation, ...], handled: Collection[str]) -> Iterator[Operation]:
    for each in operations:
        if isinstance(each, Invoke) and each.service == TICKETS and _class_of(each) not in handled:
            lost = tuple(given for given in each.gives if given.path == _PROMISED)
            yield from (Assign(given.variable, None) for given in lost)
            yield replace(each, gives=tuple(given for given in each.gives if given not in lost))
        else:
            yield each


def _class_of(asked: Invoke) -> object:
    """The class that an order is opened in; None where it was opened before, in any."""
    found = dict(asked.arguments).get("class")
    return found.value if isinstance(found, Literal) else None
