"""A call's budget: nodes that take time and can come round are counted, and a call that uses it up ends.

A node that no way leads back to is passed once a call, so it needs no budget: only nodes on ways
round are counted. Every way round that has no bound of its own goes through an input that the
caller answers (another pass proves it), leaves a queue by a key, or goes *back* to a menu; so it is
enough to look where remembered menus are gone back to, at so many inputs that each other way round
with an input has one, and at the keys of queues on what is left. The way out has a hundred nodes of
its own; a call that uses up those too is hung up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flowc.expression.tree import Binary, IsSet, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Back, Branch, Hangup, Jump, Switch
from flowc.graph.ids import START, BlockId
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
from flowc.passes.components import on_ways_round
from flowc.passes.edges import MENUS, Edge, chosen_in_a_menu, edges_but_back, edges_of, ending

SPENT = "call.spent"  # nodes that took time so far
WAY_OUT = "call.way_out"  # set once the budget is used up
RESERVE = 100
OVER = BlockId("call", "budget")
TAKES_OVER = BlockId("call", "budget", "to")
HANGS_UP = BlockId("call", "budget", "hangup")
BACK_IN = "back_in"  # the part by which a menu is gone back to, where that takes a look first

Onward = dict[BlockId, set[BlockId]]


def count_nodes(graph: FlowGraph) -> FlowGraph:
    """The graph with each node on a way round counted once a visit, and a guard on every way round."""
    onward = _onward(graph)
    parts = [part - {MENUS} for part in on_ways_round(onward)]
    round_about = frozenset[BlockId]().union(*parts)
    menus = _gone_back_to(graph, parts)
    inputs, left = _in_the_way(_forward(onward), graph)
    keys = _keys_of_queues(left, graph)
    if not menus and not inputs and not keys:
        return graph
    blocks = {id_: _counted(block, graph, round_about) for id_, block in graph.blocks.items()}
    for id_ in inputs:
        blocks[id_] = _guarded(blocks[id_], graph)
    for id_, outcomes in keys.items():
        blocks |= _guarded_keys(blocks[id_], outcomes, graph)
    entered = dict(graph.menus)
    for name in menus:
        back_in = _back_in(blocks[graph.menus[name]], graph)
        blocks[back_in.id], entered[name] = back_in, back_in.id
    blocks |= {block.id: block for block in _over(graph)}
    return replace(graph, blocks=blocks, menus=entered)


# --- ways round


def _onward(graph: FlowGraph) -> Onward:
    """Where each block leads, but for an input's own attempts, which are counted by themselves.

    *Back* leads to the menus over a hub, so that there are no backs times menus of them.
    """
    onward: Onward = {
        id_: {MENUS} if _goes_back(block) else set() for id_, block in graph.blocks.items()
    }
    onward[MENUS] = set(graph.menus.values())
    for edge in edges_but_back(graph):
        if not _is_attempt(edge, graph):
            onward[edge.source].add(edge.to)
    return onward


def _is_attempt(edge: Edge, graph: FlowGraph) -> bool:
    if edge.source.node_name != edge.to.node_name or edge.source.part == START:
        return False
    return edge.to in graph.blocks and isinstance(ending(graph.blocks[edge.to]), Collect)


def _forward(onward: Onward) -> Onward:
    """The same without *back*: menus look for themselves."""
    return {id_: ways - {MENUS} for id_, ways in onward.items() if id_ != MENUS}


def _goes_back(block: Block) -> bool:
    return isinstance(block.exit, Back)


def _gone_back_to(graph: FlowGraph, parts: Iterable[frozenset[BlockId]]) -> tuple[str, ...]:
    """The remembered menus that a way round goes back to."""
    rounds = [part for part in parts if any(_goes_back(graph.blocks[id_]) for id_ in part)]
    return tuple(
        name
        for name, entered in graph.menus.items()
        if entered in graph.blocks and any(entered in part for part in rounds)
    )


def _in_the_way(onward: Onward, graph: FlowGraph) -> tuple[tuple[BlockId, ...], Onward]:
    """Inputs such that every way round that meets an input meets one of them; not the fewest. And
    where blocks lead without them.
    """
    found: list[BlockId] = []
    while True:
        parts = on_ways_round(onward)
        chosen = [one for part in parts if (one := _busiest(part, onward, graph)) is not None]
        if not chosen:
            return tuple(found), onward
        found += chosen
        left = frozenset[BlockId]().union(*parts) - set(chosen)
        onward = {id_: onward[id_] & left for id_ in onward if id_ in left}


def _busiest(part: frozenset[BlockId], onward: Onward, graph: FlowGraph) -> BlockId | None:
    """The input that most ways of the part lead to; the first in the source among equals."""
    ways: dict[BlockId, int] = {
        id_: 0 for id_ in graph.blocks if id_ in part and _is_input(graph.blocks[id_])
    }
    for id_ in part:
        for to in onward[id_] & ways.keys():
            ways[to] += 1
    return max(ways, key=ways.__getitem__, default=None)


def _keys_of_queues(onward: Onward, graph: FlowGraph) -> dict[BlockId, tuple[str, ...]]:
    """The keys that lead out of queues and round, by queue."""
    part_of = {id_: part for part in on_ways_round(onward) for id_ in part}
    found = {
        id_: tuple(
            edge.outcome
            for edge in edges_of(block)
            if chosen_in_a_menu(block, edge.outcome) and edge.to in part_of[id_]
        )
        for id_, block in graph.blocks.items()
        if id_ in part_of and isinstance(ending(block), Enqueue)
    }
    return {id_: keys for id_, keys in found.items() if keys}


# --- counting


def _number(value: int) -> Literal:
    return Literal(value, Scalar.INT)


def _counted(block: Block, graph: FlowGraph, round_about: frozenset[BlockId]) -> Block:
    """The block, counting its node where it is the node's start."""
    if any(isinstance(operation, Answer) for operation in block.operations):
        return replace(block, operations=(*block.operations, Assign(SPENT, _number(0))))
    # After the call nothing takes the caller's time.
    handler = graph.on_hangup is not None and block.id.node.startswith("hangup_")
    if block.id not in round_about or block.id.part != START or handler or not _takes_time(block):
        return block
    one_more = Assign(SPENT, Binary("+", Read(SPENT, Scalar.INT), _number(1)))
    return replace(block, operations=(one_more, *block.operations))


def _takes_time(start: Block) -> bool:
    """Whether the node that begins here says, asks or waits for something."""
    waits: tuple[type[Operation], ...] = (Play, Collect, Invoke, Enqueue, Dial, Record)
    return any(isinstance(operation, waits) for operation in start.operations) or _is_input(start)


def _is_input(block: Block) -> bool:
    last = ending(block)
    return isinstance(last, Cue) and last.kind is CueKind.ENTRY and isinstance(block.exit, Jump)


def _guarded(block: Block, graph: FlowGraph) -> Block:
    match block.exit:
        case Jump(to):
            spent = Binary(">", Read(SPENT, Scalar.INT), _number(graph.limits.nodes))
            return replace(block, exit=Branch(spent, OVER, to))
        case _:
            return block


def _guarded_keys(
    queue: Block, outcomes: tuple[str, ...], graph: FlowGraph
) -> dict[BlockId, Block]:
    """A queue whose keys lead through a look at the budget, and those looks."""
    assert isinstance(queue.exit, Switch)
    looks = {
        outcome: _guarded(Block(_look(queue.id, place), (), Jump(to), queue.origin), graph)
        for place, (outcome, to) in enumerate(queue.exit.cases)
        if outcome in outcomes
    }
    cases = tuple((way, looks[way].id if way in looks else to) for way, to in queue.exit.cases)
    left = replace(queue, exit=replace(queue.exit, cases=cases))
    return {queue.id: left, **{look.id: look for look in looks.values()}}


def _look(queue: BlockId, place: int) -> BlockId:
    return BlockId(queue.flow, queue.node, f"within_{place}")  # no name holds `#`


def _back_in(entered: Block, graph: FlowGraph) -> Block:
    """The block that a menu is gone back to by, with its look at the budget."""
    if entered.id.part != START:
        return _guarded(entered, graph)
    id_ = BlockId(entered.id.flow, entered.id.node, BACK_IN)
    return _guarded(Block(id_, (), Jump(entered.id), entered.origin), graph)


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
