"""How far a person is from every block: in keys, and in seconds, whatever the world answers.

A caller chooses what to press; services, calendars, conditions and the flow that is returned to
decide against them. A caller listens to every prompt whole and then presses at once, so that the
seconds hold for somebody who hears the menu for the first time. A message box counts as a person, and so
does a work order that was opened.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from flowc.graph.exits import Branch, Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import (
    Collect,
    Dial,
    Digits,
    Enqueue,
    Invoke,
    InvokeKind,
    Options,
    Record,
)
from flowc.passes.attempts import (
    attempts_at,
    is_counted,
    is_giving_up,
    is_repeated_too_often,
    rounds_left,
)
from flowc.passes.components import components
from flowc.passes.durations import NOTHING, Lasting, Lengths, further_attempts, longest, said_in
from flowc.passes.edges import HUB, Edge, ending, possible_edges

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


_NO_BLOCK = Block(BlockId(HUB, ""), (), Hangup(), Origin("", ""))  # a hub, where nothing is done


def ways_of(graph: FlowGraph) -> Ways:
    """The ways of a graph."""
    blocks = graph.blocks
    edges = ((blocks.get(edge.source, _NO_BLOCK), edge) for edge in possible_edges(graph))
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


def by_any_way(ways: Ways) -> Collection[BlockId]:
    """The blocks from which a caller surely gets to a person, by keys or by waiting."""
    return _trusting(ways, _priced(ways, lambda _, __: 0)).found.keys()


def by_silence(ways: Ways) -> Collection[BlockId]:
    """The blocks from which a caller who presses nothing surely gets to a person."""
    return _trusting(ways, _priced(ways, _silent)).found.keys()


def _silent(block: Block, edge: Edge) -> int | None:
    """No way but silence out of an input; every way out of all else."""
    return None if _asks(block) and edge.outcome != "silence" else 0


def keys_to_a_person(ways: Ways) -> Costs:
    """The fewest keys from each block by which a caller surely gets to a person who presses right ones.

    Silence is no key, and whoever has pressed wrong ones often enough has chosen nothing.
    """
    once = {
        id_.node_name: _keys_of(block) for id_, block in ways.graph.blocks.items() if _asks(block)
    }

    def keys(block: Block, edge: Edge) -> int | None:
        if _asks(block):
            return _keys_pressed(block, edge.outcome)
        if is_repeated_too_often(block, edge):
            return None
        # Keys that fail a check of the input's own are pressed anew, until it gives up.
        again = attempts_at(block) - 1 if is_giving_up(block, edge) else 0
        return again * once.get(block.id.node_name, 0)

    return _found(ways, keys)


def _keys_pressed(block: Block, outcome: str) -> int | None:
    """How many keys it takes to leave an input this way on purpose."""
    match ending(block):
        case Collect(Options(keys=keys)) if outcome in keys:
            return len(outcome)
        case Collect(Digits()) if outcome == "done":
            return _keys_of(block)
        case Collect(Digits()) if outcome in ("back", "person"):
            return 1
        case _:
            return None


def _keys_of(block: Block) -> int:
    """The fewest keys that an input takes for an entry."""
    match ending(block):
        case Collect(Digits(least=least)):
            return least
        case _:
            return 1


def seconds_to_a_person(ways: Ways, lengths: Lengths) -> Costs:
    """Milliseconds from each block to a person, by the quickest keys."""
    return _found(ways, _Quickest(further_attempts(ways.graph, lengths), lengths).ms)


@dataclass(frozen=True, slots=True)
class _Quickest:
    """What a way takes of somebody who hears everything and presses the right key at once."""

    further: Mapping[str, Lasting]
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
        again = self.further.get(block.id.node_name, NOTHING)
        return (attempts_at(block) - 1) * again.whole


# --- the game: a caller chooses what to press, the world all else


Prices = Mapping[BlockId, Mapping[BlockId, int]]  # of each way, by where it begins and leads
NO_WAYS: Mapping[BlockId, int] = {}


@dataclass(frozen=True, slots=True)
class _Settled:
    """What each block costs from which a person is reached at all, nearest first.

    `chose`: the way that a caller takes, where callers choose. `trusted`: the bounded ways that are
    as far as their `else`, since the way itself leads to a person, too, or round.
    """

    found: Costs
    chose: Mapping[BlockId, BlockId]
    trusted: Collection[BlockId]


def _found(ways: Ways, cost: Cost) -> Costs:
    """What each block costs at worst; of the ways that a caller may choose, the best.

    A caller chooses by what bounded ways cost once they are used up, and then by what they do with
    their rounds; what was better holds, from each block.
    """
    prices = _priced(ways, cost)
    first = _trusting(ways, prices)
    most = _at_worst(ways, prices, first)
    dearer = {at: most[at] - first.found[at] for at in first.trusted if at in most}
    if not any(dearer.values()):
        return most
    again = _at_worst(ways, prices, _settled(ways, prices, first.trusted, dearer))
    return {at: min(total, again[at]) for at, total in most.items()}


def _trusting(ways: Ways, prices: Prices) -> _Settled:
    """A way that is bounded comes to its `else` in the end, so that settles it - unless the way itself
    leads to where nobody is.
    """
    trusted = frozenset(ways.bounded)
    while True:
        settled = _settled(ways, prices, trusted, {})
        onward = ((at, ways.graph.blocks[at].exit) for at in trusted if at in settled.found)
        broken = {
            at for at, to in onward if isinstance(to, Branch) and to.then not in settled.found
        }
        if not broken:
            return settled
        trusted -= broken


def _settled(
    ways: Ways, prices: Prices, trusted: Collection[BlockId], dearer: Mapping[BlockId, int]
) -> _Settled:
    """A block where the caller chooses is as far as its best way; any other as its worst, and it is
    settled when all of its ways are.

    `dearer`: what bounded ways cost more than their `else`.
    """
    backward: dict[BlockId, list[BlockId]] = {}
    for source, each in prices.items():
        for to in each:
            backward.setdefault(to, []).append(source)
    unsettled = {source: len(each) for source, each in prices.items()}
    worst: dict[BlockId, int] = {}
    found: dict[BlockId, int] = {}
    chose: dict[BlockId, BlockId] = {}
    people = [id_ for id_, block in ways.graph.blocks.items() if is_person(block)]
    heap = [(0, at, id_, id_) for at, id_ in enumerate(people)]
    pushed = count(len(heap))
    while heap:
        total, _, at, through = heapq.heappop(heap)
        if at in found:
            continue
        found[at], chose[at] = total, through
        for before in backward.get(at, ()):
            if before in trusted and at != ways.bounded[before]:
                continue
            price = total + prices[before][at] + dearer.get(before, 0)
            worst[before] = max(worst.get(before, 0), price)
            unsettled[before] -= 1
            if before in ways.chosen or before in trusted:
                heapq.heappush(heap, (price, next(pushed), before, at))
            elif not unsettled[before]:
                heapq.heappush(heap, (worst[before], next(pushed), before, at))
    return _Settled(found, chose, trusted)


def _priced(ways: Ways, cost: Cost) -> Prices:
    """What each way costs; of several from a block to another, the one that counts."""
    found: dict[BlockId, dict[BlockId, int]] = {}
    for block, edge in ways.edges:
        price = cost(block, edge)
        if price is not None:
            each = found.setdefault(edge.source, {})
            which = min if edge.source in ways.chosen else max
            each[edge.to] = which(price, each.get(edge.to, price))
    return found


# --- what it costs with every round of the bounded ways


def _at_worst(ways: Ways, prices: Prices, settled: _Settled) -> Costs:
    """The dearest way that the world can lead a caller who chooses as was settled."""
    onward: dict[BlockId, Mapping[BlockId, int]] = {}
    for at in settled.found:
        each = prices.get(at, NO_WAYS)
        to = settled.chose[at]
        onward[at] = {to: each[to]} if at in ways.chosen else each
    # Whatever does not go round once more leads to what was settled before.
    order = {at: place for place, at in enumerate(settled.found)}
    most: dict[BlockId, int] = {}
    for part in components(onward):
        if len(part) == 1:
            (at,) = part
            most[at] = max((price + most[to] for to, price in onward[at].items()), default=0)
        else:
            in_order = sorted(part, key=order.__getitem__)
            most |= _round_about(in_order, onward, most, ways.graph, settled.trusted)
    return most


def _round_about(
    part: Sequence[BlockId],
    onward: Prices,
    most: Costs,
    graph: FlowGraph,
    trusted: Collection[BlockId],
) -> Costs:
    """The same for a part that bounded ways lead round in: every round at its dearest, and then out.

    A round begins with a bounded way and ends where the next one begins; behind the last it is out.
    """
    within = frozenset(part)
    bounded = ((at, graph.blocks[at].exit) for at in part if at in trusted)
    round_by = {
        at: to.then
        for at, to in bounded
        if isinstance(to, Branch) and to.then in within and to.then != to.otherwise
    }
    out: dict[BlockId, int] = {}  # from each block, with no round left
    back: dict[BlockId, int] = {}  # to where a round begins
    for at in part:
        ways = {to: price for to, price in onward[at].items() if to != round_by.get(at)}
        out[at] = max(price + (out if to in within else most)[to] for to, price in ways.items())
        again = [price + back[to] for to, price in ways.items() if to in within]
        back[at] = max([*again, *([0] if at in round_by else [])])
    rounds = sum(
        (rounds_left(graph.blocks[at]) or 0) * (onward[at][to] + back[to])
        for at, to in round_by.items()
    )
    last = max(out[to] - back[to] for to in round_by.values())
    return {at: max(out[at], back[at] + rounds + last) for at in part}
