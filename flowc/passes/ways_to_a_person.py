"""How far a person is from every block: in keys, and in seconds, whatever the world answers.

A caller chooses what to press; services, calendars, conditions and the flow that is returned to
decide against them. A caller listens to every prompt whole and then presses at once, so that the
seconds hold for somebody who hears the menu for the first time. A message box counts as a person, and so
does a work order that was opened.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import count

from flowc.graph.exits import Branch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    Collect,
    Cue,
    CueKind,
    Dial,
    Digits,
    Enqueue,
    Invoke,
    InvokeKind,
    Options,
    Record,
)
from flowc.passes.attempts import attempts_at, is_counted, is_giving_up, rounds_left
from flowc.passes.durations import Lengths, longest, said_in
from flowc.passes.edges import Edge, ending, keys_pressed, possible_edges

Cost = Callable[[Block, Edge], int | None]
Costs = Mapping[BlockId, int]


def is_person(block: Block) -> bool:
    """Does a caller come to somebody here, or leave a message?"""
    return isinstance(ending(block), Enqueue | Dial | Record)


def _is_promise(block: Block, outcome: str) -> bool:
    """A work order was opened: somebody will see to it."""
    match ending(block):
        case Invoke(kind=InvokeKind.TICKET, operation="open"):
            return outcome == "done"
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Ways:
    """What every question about the way to a person shares.

    `edges`: the ways that count, with their blocks; `chosen`: where the caller decides, or only
    counts attempts; `bounded`: where a way is taken so often and then another, which leads.
    """

    graph: FlowGraph
    edges: tuple[tuple[Block, Edge], ...]
    chosen: frozenset[BlockId]
    bounded: Mapping[BlockId, BlockId]


def ways_of(graph: FlowGraph) -> Ways:
    """The ways of a graph."""
    blocks = graph.blocks
    edges = ((blocks[edge.source], edge) for edge in possible_edges(graph))
    chosen = (id_ for id_, block in blocks.items() if is_counted(block) or _asks(block))
    bounded = {
        id_: block.exit.otherwise
        for id_, block in blocks.items()
        if isinstance(block.exit, Branch) and rounds_left(block) is not None
    }
    leading = tuple(pair for pair in edges if not _leads_nowhere(*pair))
    return Ways(graph, leading, frozenset(chosen), bounded)


def _asks(block: Block) -> bool:
    return isinstance(ending(block), Collect)


def _leads_nowhere(block: Block, edge: Edge) -> bool:
    """A caller is there already; or nothing can be played, which nobody can choose."""
    failed = edge.outcome == "error" and _asks(block)
    return failed or is_person(block) or _is_promise(block, edge.outcome)


def keys_to_a_person(ways: Ways) -> Costs:
    """The fewest keys from each block from which a caller surely gets to a person."""
    return _found(ways, lambda block, edge: keys_pressed(block, edge.outcome))


def by_silence(ways: Ways) -> Costs:
    """The blocks from which a caller who presses nothing surely gets to a person."""
    return _found(ways, _silent)


def _silent(block: Block, edge: Edge) -> int | None:
    """No way but silence out of an input; every way out of all else."""
    return None if _asks(block) and edge.outcome != "silence" else 0


def seconds_to_a_person(ways: Ways, lengths: Lengths) -> Costs:
    """Milliseconds from each block to a person, by the quickest keys."""
    return _found(ways, _Quickest(ways.graph, lengths).ms)


@dataclass(frozen=True, slots=True)
class _Quickest:
    """What a way takes of somebody who hears everything and presses the right key at once."""

    graph: FlowGraph
    lengths: Lengths

    def ms(self, block: Block, edge: Edge) -> int:
        match ending(block):
            case Collect(Options(keys=keys), inter_ms=inter) if edge.outcome in keys:
                waits = any(key != edge.outcome and key.startswith(edge.outcome) for key in keys)
                return inter if waits else 0
            case Collect(Digits(), inter_ms=inter) if edge.outcome in ("person", "too_short"):
                return inter
            case Collect(first_ms=first) if edge.outcome == "silence":
                return first
            case Collect():
                return 0
            case Invoke():
                return longest(block, edge.outcome, self.lengths).whole
            case _:
                return said_in(block, self.lengths) + self._attempts_before(block, edge)

    def _attempts_before(self, block: Block, edge: Edge) -> int:
        """Who gives up by silence has been asked before: all attempts but the last."""
        if not is_giving_up(block, edge):
            return 0
        node = [one for one in self.graph.blocks.values() if one.id.node_name == block.id.node_name]
        waits = max(last.first_ms for one in node if isinstance(last := ending(one), Collect))
        said = max((said_in(one, self.lengths) for one in node if _asks_again(one)), default=0)
        return (attempts_at(block) - 1) * (waits + said)


def _asks_again(block: Block) -> bool:
    last = ending(block)
    return isinstance(last, Cue) and last.kind is CueKind.RETRY


def _found(ways: Ways, cost: Cost) -> Costs:
    """What each block costs from which a person is reached at all, nearest first.

    A block where the caller chooses is as far as its best way; any other as its worst, and it is
    settled when all of its ways are. A way that is bounded comes to its `else` in the end, so that
    settles it - unless the way itself leads to where nobody is.
    """
    trusted = set(ways.bounded)
    while True:
        found = _settled(ways, cost, trusted)
        onward = ((at, ways.graph.blocks[at].exit) for at in trusted if at in found)
        broken = {at for at, to in onward if isinstance(to, Branch) and to.then not in found}
        if not broken:
            return found
        trusted -= broken


def _settled(ways: Ways, cost: Cost, trusted: Collection[BlockId]) -> Costs:
    """The same, where the ways in `trusted` are as far as their `else`."""
    backward: dict[BlockId, list[tuple[BlockId, int]]] = {}
    unsettled: dict[BlockId, set[BlockId]] = {}
    for (source, to), price in _priced(ways, cost).items():
        backward.setdefault(to, []).append((source, price))
        unsettled.setdefault(source, set()).add(to)
    found: dict[BlockId, int] = {}
    worst: dict[BlockId, int] = {}
    people = [id_ for id_, block in ways.graph.blocks.items() if is_person(block)]
    heap = [(0, at, id_) for at, id_ in enumerate(people)]
    pushed = count(len(heap))
    while heap:
        total, _, at = heapq.heappop(heap)
        if at in found:
            continue
        found[at] = total
        for before, price in backward.get(at, ()):
            if before in trusted and at != ways.bounded[before]:
                continue
            worst[before] = max(worst.get(before, 0), total + price)
            unsettled[before].discard(at)
            if before in ways.chosen or before in trusted:
                heapq.heappush(heap, (total + price, next(pushed), before))
            elif not unsettled[before]:
                heapq.heappush(heap, (worst[before], next(pushed), before))
    return found


def _priced(ways: Ways, cost: Cost) -> dict[tuple[BlockId, BlockId], int]:
    """What each way costs; of several from a block to another, the one that counts."""
    found: dict[tuple[BlockId, BlockId], int] = {}
    for block, edge in ways.edges:
        price = cost(block, edge)
        if price is not None:
            way, which = (edge.source, edge.to), min if edge.source in ways.chosen else max
            found[way] = which(price, found.get(way, price))
    return found
