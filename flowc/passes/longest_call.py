"""The longest call that nobody draws out by choice: how many nodes, how much speech, how much silence.

Whoever chooses to come where the call has been, goes back, has a prompt repeated or clears an entry
with `*` draws it out by choice, and is not followed. Everything else is taken at its longest: every
attempt used up, every bounded way back taken as often as it may be, every answer at its deadline,
every key pressed at the last moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from flowc.graph.exits import Back, Call, Return
from flowc.graph.ids import START, BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Cue, CueKind, outcomes
from flowc.passes.attempts import attempts_in_all
from flowc.passes.bounded_ways import rounds_of
from flowc.passes.components import components, leads_nowhere_twice
from flowc.passes.durations import NOTHING, Lasting, Lengths, further_attempts, longest
from flowc.passes.edges import Edge, chosen_in_a_menu, edges_of, ending

Part = frozenset[BlockId]


@dataclass(frozen=True, slots=True)
class LongestCall:
    """Of all numbers. Seconds are about right; waiting for agents and talking are left out."""

    number: str
    nodes: int
    speech_s: int
    silence_s: int


@dataclass(frozen=True, slots=True)
class _Sum:
    """What adds up from some block on."""

    lasting: Lasting = NOTHING
    nodes: int = 0

    def __add__(self, other: _Sum) -> _Sum:
        return _Sum(self.lasting + other.lasting, self.nodes + other.nodes)

    def times(self, count: int) -> _Sum:
        return _Sum(self.lasting.times(count), self.nodes * count)

    def at_most(self, other: _Sum) -> _Sum:
        """The longer one's time, and the nodes of whichever has more."""
        longer = max(self.lasting, other.lasting, key=lambda each: (each.whole, each.speech))
        return _Sum(longer, max(self.nodes, other.nodes))


def longest_call(graph: FlowGraph, lengths: Lengths) -> LongestCall | None:
    """None for a project without numbers."""
    sums = _Sums(graph, lengths)
    found = {number: sums.of(entry) for number, entry in graph.numbers if entry in graph.blocks}
    if not found:
        return None
    number = max(found, key=lambda each: found[each].lasting.whole)
    most = reduce(_Sum.at_most, found.values())
    lasting = most.lasting
    return LongestCall(number, most.nodes, lasting.speech // 1000, lasting.silence // 1000)


class _Sums:
    """The longest ways, part by part; a part is what a call can go round in without a choice.

    Where choices can lead from part to part and back, all those parts count once: which of them a call
    makes first is not looked at, and more than all it does not come to that goes nowhere twice.
    """

    def __init__(self, graph: FlowGraph, lengths: Lengths) -> None:
        self._graph = graph
        self._attempts = _attempts(graph)
        self._further = further_attempts(graph, lengths)
        self._lengths = lengths
        self._onward: dict[BlockId, list[Edge]] = {}
        for id_, block in graph.blocks.items():
            ways = () if _is_left_out(block) else edges_of(block)
            self._onward[id_] = [edge for edge in ways if edge.to in graph.blocks]
        unchosen = {
            id_: [e.to for e in edges if not chosen_in_a_menu(graph.blocks[id_], e.outcome)]
            for id_, edges in self._onward.items()
        }
        self._part = {id_: part for part in components(unchosen) for id_ in part}
        starts = {self._part[entry] for _, entry in graph.numbers if entry in graph.blocks}
        leads: dict[Part, set[Part]] = {}
        for part in (waiting := [*starts]):
            if part not in leads:
                leads[part] = self._leads_to(part)
                waiting += leads[part]
        self._found: dict[Part, _Sum] = {}
        for group in components(leads_nowhere_twice(leads, starts)):
            self._found |= dict.fromkeys(group, self._sum(group))

    def of(self, start: BlockId) -> _Sum:
        """From a block to the end of the call."""
        return self._found[self._part[start]]

    def _leads_to(self, part: Part) -> set[Part]:
        return {self._part[edge.to] for id_ in part for edge in self._onward[id_]} - {part}

    def _sum(self, group: frozenset[Part]) -> _Sum:
        own = (self._once(part) for part in group)
        on = [self._found[to] for part in group for to in self._behind(part) if to in self._found]
        return sum(own, reduce(_Sum.at_most, on, _Sum()))

    def _once(self, part: Part) -> _Sum:
        rounds = rounds_of(part, self._graph) if len(part) > 1 else 1
        return sum((self._own(self._graph.blocks[id_]) for id_ in part), _Sum()).times(rounds)

    def _behind(self, part: Part) -> set[Part]:
        """Where the call goes on behind a part; what a called flow takes is the part's own."""
        exits = (self._graph.blocks[id_].exit for id_ in part)
        entries = {self._part[exit_.entry] for exit_ in exits if isinstance(exit_, Call)}
        return self._leads_to(part) - entries

    def _own(self, block: Block) -> _Sum:
        exit_ = block.exit
        # A flow that comes round to its own call is in the group itself, and not found yet.
        entry = self._part[exit_.entry] if isinstance(exit_, Call) else None
        called = self._found.get(entry, _Sum()) if entry is not None else _Sum()
        return _Sum(self._lasting(block), int(block.id.part == START)) + called

    def _lasting(self, block: Block) -> Lasting:
        """An input's blocks count once an attempt, and what it says before each further one."""
        last = ending(block)
        if _is_left_out(block):
            return NOTHING
        if not isinstance(last, Collect):
            ways = [edge.outcome for edge in edges_of(block)] or [""]
            return max((longest(block, way, self._lengths) for way in ways), key=_whole)
        attempts = self._attempts.get(block.id.node_name, 1)
        once = max((longest(block, way, self._lengths) for way in outcomes(last)), key=_whole)
        again = Lasting(self._further.get(block.id.node_name, NOTHING).speech)
        return once.times(attempts) + again.times(attempts - 1)


def _whole(lasting: Lasting) -> int:
    return lasting.whole


def _is_left_out(block: Block) -> bool:
    """Ways that are taken by choice or counted elsewhere: back, once more, the next attempt, a return."""
    last = ending(block)
    asks_again = isinstance(last, Cue) and last.kind is not CueKind.ENTRY
    return asks_again or isinstance(block.exit, Back | Return)


def _attempts(graph: FlowGraph) -> Mapping[str, int]:
    """By node: how often it asks at most in a visit."""
    found: dict[str, int] = {}
    for id_, block in graph.blocks.items():
        found[id_.node_name] = max(found.get(id_.node_name, 1), attempts_in_all(block))
    return found
