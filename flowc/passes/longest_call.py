"""The longest call that nobody draws out by choice: how many nodes, how much speech, how much silence.

Whoever chooses the same again, goes back or has a prompt repeated goes round by choice, and is not
followed round. Everything else is taken at its longest: every attempt used up, every bounded way
back taken as often as it may be, every answer at its deadline, every key pressed at the last moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flowc.graph.exits import Back, Call, Return
from flowc.graph.ids import START, BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Cue, CueKind, outcomes
from flowc.passes.attempts import attempts_in_all
from flowc.passes.bounded_ways import rounds_of
from flowc.passes.components import components
from flowc.passes.durations import NOTHING, Lasting, Lengths, longest, said_in
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


def longest_call(graph: FlowGraph, lengths: Lengths) -> LongestCall | None:
    """None for a project without numbers."""
    sums = _Sums(graph, lengths)
    found = [(sums.of(entry), number) for number, entry in graph.numbers if entry in graph.blocks]
    if not found:
        return None
    most, number = max(found, key=lambda pair: pair[0].lasting.whole)
    lasting = most.lasting
    return LongestCall(number, most.nodes, lasting.speech // 1000, lasting.silence // 1000)


class _Sums:
    """The longest ways, part by part; a part is what a call can go round in without a choice."""

    def __init__(self, graph: FlowGraph, lengths: Lengths) -> None:
        self._graph = graph
        self._attempts = _attempts(graph)
        self._asked_again = _asked_again(graph, lengths)
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
        self._found: dict[Part, _Sum] = {}

    def of(self, start: BlockId) -> _Sum:
        """From a block to the end of the call. Depth first, and never into what is on the way here."""
        on_the_way: dict[Part, Iterator[Part]] = {}
        waiting = [self._part[start]]
        while waiting:
            part = waiting[-1]
            ways = on_the_way.setdefault(part, iter(self._leads_to(part)))
            following = next(
                (to for to in ways if to not in self._found and to not in on_the_way), None
            )
            if following is not None:
                waiting.append(following)
                continue
            self._found[part] = self._sum(part)
            del on_the_way[waiting.pop()]
        return self._found[self._part[start]]

    def _leads_to(self, part: Part) -> list[Part]:
        ways = [self._part[edge.to] for id_ in part for edge in self._onward[id_]]
        return [to for to in dict.fromkeys(ways) if to != part]

    def _sum(self, part: Part) -> _Sum:
        rounds = rounds_of(part, self._graph) if len(part) > 1 else 1
        own = sum((self._own(self._graph.blocks[id_]) for id_ in part), _Sum())
        on = [self._found[to] for to in self._after(part) if to in self._found]
        best = max(on, key=lambda each: each.lasting.whole, default=_Sum())
        return own.times(rounds) + best

    def _after(self, part: Part) -> list[Part]:
        """Where the call goes on behind a part; what a called flow takes is the part's own."""
        entries = {
            self._part[exit_.entry]
            for id_ in part
            if isinstance(exit_ := self._graph.blocks[id_].exit, Call)
        }
        return [to for to in self._leads_to(part) if to not in entries]

    def _own(self, block: Block) -> _Sum:
        exit_ = block.exit
        called = (
            self._found.get(self._part[exit_.entry], _Sum()) if isinstance(exit_, Call) else _Sum()
        )
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
        again = Lasting(self._asked_again.get(block.id.node_name, 0))
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


def _asked_again(graph: FlowGraph, lengths: Lengths) -> Mapping[str, int]:
    """By node: the longest that is said before a further attempt, in milliseconds."""
    found: dict[str, int] = {}
    for id_, block in graph.blocks.items():
        last = ending(block)
        if isinstance(last, Cue) and last.kind is CueKind.RETRY:
            said = said_in(block, lengths)
            found[id_.node_name] = max(found.get(id_.node_name, 0), said)
    return found
