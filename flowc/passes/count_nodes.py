"""A call's budget: nodes that take time are counted, and an input is where a call is told to end.

Every way round that has no bound of its own goes through an input that the caller answers (another
pass proves it), so that is where it is enough to look. The way out has a hundred nodes of its own;
a call that uses up those too is hung up.
"""

from __future__ import annotations

from dataclasses import replace

from flowc.expression.tree import Binary, IsSet, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Hangup, Jump
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import (
    Answer,
    Assign,
    Collect,
    Cue,
    CueKind,
    Dial,
    Enqueue,
    Invoke,
    Operation,
    Play,
    Record,
)

SPENT = "call.spent"  # nodes that took time so far
WAY_OUT = "call.way_out"  # set once the budget is used up
RESERVE = 100
OVER = BlockId("call", "budget")
TAKES_OVER = BlockId("call", "budget", "to")
HANGS_UP = BlockId("call", "budget", "hangup")


def count_nodes(graph: FlowGraph) -> FlowGraph:
    """The graph with each node counted once a visit, and every input guarded."""
    guarded = {id_: _guarded(_counted(block, graph), graph) for id_, block in graph.blocks.items()}
    if any(isinstance(block.exit, Branch) and block.exit.then == OVER for block in guarded.values()):
        guarded |= {block.id: block for block in _over(graph)}
    return replace(graph, blocks=guarded)


def _number(value: int) -> Literal:
    return Literal(value, Scalar.INT)


def _counted(block: Block, graph: FlowGraph) -> Block:
    """The block, counting its node where it is the node's start."""
    if any(isinstance(operation, Answer) for operation in block.operations):
        return replace(block, operations=(*block.operations, Assign(SPENT, _number(0))))
    # After the call nothing takes the caller's time.
    handler = graph.on_hangup is not None and block.id.node.startswith("hangup_")
    if block.id.part != "start" or handler or not _takes_time(block, graph):
        return block
    one_more = Assign(SPENT, Binary("+", Read(SPENT, Scalar.INT), _number(1)))
    return replace(block, operations=(one_more, *block.operations))


def _takes_time(start: Block, graph: FlowGraph) -> bool:
    """Whether the node that begins here says, asks or waits for something."""
    waits: tuple[type[Operation], ...] = (Play, Collect, Invoke, Enqueue, Dial, Record)
    if any(isinstance(operation, waits) for operation in start.operations):
        return True
    return _is_input(start) and start.id in graph.blocks


def _is_input(block: Block) -> bool:
    last = block.operations[-1] if block.operations else None
    return isinstance(last, Cue) and last.kind is CueKind.ENTRY


def _guarded(block: Block, graph: FlowGraph) -> Block:
    if not _is_input(block) or not isinstance(block.exit, Jump):
        return block
    spent = Binary(">", Read(SPENT, Scalar.INT), _number(graph.limits.nodes))
    return replace(block, exit=Branch(spent, OVER, block.exit.to))


def _over(graph: FlowGraph) -> tuple[Block, ...]:
    """Once to where the limits lead, with the reserve; a second time the end."""
    origin = Origin(OVER.node_name, "limit")
    again = IsSet(Read(WAY_OUT, Scalar.INT))
    end = graph.limits.to or HANGS_UP
    left = _number(graph.limits.nodes - RESERVE)
    taken = (Assign(WAY_OUT, _number(1)), Assign(SPENT, left))
    return (
        Block(OVER, (), Branch(again, HANGS_UP, TAKES_OVER), origin),
        Block(TAKES_OVER, taken, Jump(end), origin),
        Block(HANGS_UP, (), Hangup(), origin),
    )
