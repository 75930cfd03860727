"""What a graph asks of a target beyond what every one can do, told by node where the target lacks it.

Knows no target.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.expression.operators import type_of, walk
from flowc.expression.tree import Binary, Call, Expression
from flowc.expression.types import Scalar
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Dial, Enqueue, Invoke, Operation
from flowc.graph.reads import expressions_in
from flowc.target.release import Capability, Problem


def lacking(graph: FlowGraph, supported: frozenset[Capability]) -> tuple[Problem, ...]:
    """Where the graph asks for what is not supported, once a node, in the order of the graph."""
    found: dict[tuple[str, Capability], Problem] = {}
    for block in graph.blocks.values():
        for capability in asked_by(block):
            if capability not in supported:
                problem = Problem(f"it has no {capability.value}", block.id)
                found.setdefault((block.id.node_name, capability), problem)
    return tuple(found.values())


def asked_by(block: Block) -> Iterator[Capability]:
    """What one block needs."""
    for operation in block.operations:
        yield from _of_operation(operation)
    for expression in expressions_in(block):
        for part in walk(expression):
            yield from _of_expression(part)


def _of_operation(operation: Operation) -> Iterator[Capability]:
    match operation:
        case Enqueue():
            yield Capability.QUEUES
        case Invoke(filler=filler) if filler:
            yield Capability.FILLER
        case Dial(accept=accept) if accept:
            yield Capability.ACCEPT_KEY
        case _:  # every target can do the others
            pass


def _of_expression(part: Expression) -> Iterator[Capability]:
    match part:
        case Call("flag"):
            yield Capability.FLAGS
        case Call("listed"):
            yield Capability.LISTS
        case Binary("+" | "-", left) if type_of(left) is Scalar.DATE:
            yield Capability.DATE_ARITHMETIC
        case _:
            pass
