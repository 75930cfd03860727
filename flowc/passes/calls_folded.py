"""Each called flow once, whoever calls it: for proofs of what adds up on a way of a call.

A flow stands under its own name as it is entered by a jump. Where it is called, it stands twice more:
*down*, as who was called and has not come to its end, and *up*, as who comes to its end and goes on
behind any of its calls. From the call to what stands behind it there is a block of its own for each
result: what it takes to pass the called flow is for the reader to say. So the graph is a few times as
large at most, however deep calls stand in calls, and no way leads back to where it was not called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from flowc.graph.exits import Back, Call, Exit, Hangup, Jump, Return, Switch, retargeted, successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.passes.calls_apart import APART, as_written
from flowc.passes.components import components
from flowc.passes.edges import jumped_into

BY_JUMP, DOWN, UP = "", f"{APART}down", f"{APART}up"
ANY = ""  # a switch over nothing: each way may be taken
MENUS = BlockId(APART, "menus")  # where *back* leads from everywhere
Result = tuple[str, str]  # a flow, and one of its results
Place = Callable[[BlockId], BlockId]


@dataclass(frozen=True, slots=True)
class Folded:
    """The graph of what calls come to, whose blocks have neither `Call` nor `Return` nor *back*.

    `called`: of each called flow its entry, down; those that it calls before it. `ends`: where such a
    flow ends, by result. `passing`: the blocks between a call and what stands behind it.
    """

    graph: FlowGraph
    called: Mapping[str, BlockId]
    ends: Mapping[Result, list[BlockId]]
    passing: Mapping[BlockId, Result]


def calls_folded(graph: FlowGraph) -> Folded:
    """The graph with each of its flows as often as it has ways to be entered."""
    return _Folding(graph).folded()


@dataclass
class _Folding:
    graph: FlowGraph
    blocks: dict[BlockId, Block] = field(default_factory=dict)
    ends: dict[Result, list[BlockId]] = field(default_factory=dict)
    passing: dict[BlockId, Result] = field(default_factory=dict)
    behind: dict[Result, list[BlockId]] = field(default_factory=dict)

    def folded(self) -> Folded:
        calls = {b.id: b.exit for b in self.graph.blocks.values() if isinstance(b.exit, Call)}
        entries = {call.flow: call.entry for call in calls.values()}
        entered = {*jumped_into(self.graph), *(entry.flow for entry in self.graph.entries)}
        for block in self.graph.blocks.values():
            if block.id.flow in entries:
                self._stand(block, DOWN)
                self._stand(block, UP)
            if block.id.flow not in entries or block.id.flow in entered:
                self._stand(block, BY_JUMP)
        for result, sites in self.behind.items():
            self._lead(_behind(result), sites)
        menus = self.graph.menus.values()
        self._lead(MENUS, [each for to in menus for each in _forms(to) if each in self.blocks])
        inner: dict[str, set[str]] = {flow: set() for flow in entries}
        for id_, call in calls.items():
            inner.setdefault(id_.flow, set()).add(call.flow)
        in_order = [flow for part in components(inner) for flow in part if flow in entries]
        called = {flow: _in_form(entries[flow], DOWN) for flow in in_order}
        reached = self._reached()
        blocks = {id_: block for id_, block in self.blocks.items() if _as_come_to(id_) in reached}
        folded = replace(self.graph, blocks=blocks, menus={})
        return Folded(folded, called, self.ends, self.passing)

    def _reached(self) -> set[BlockId]:
        """What some call comes to. Behind a call it comes where the called flow ends so; as who comes
        *up* it is where it came *down*.
        """
        ends = {end: result for result, each in self.ends.items() for end in each}
        held: dict[Result, list[BlockId]] = {result: [] for result in self.passing.values()}
        waiting = [entry for _, entry in self.graph.numbers]
        found: set[BlockId] = set()
        while waiting:
            at = waiting.pop()
            if at in found or at not in self.blocks:
                continue
            if (result := self.passing.get(at)) in held:
                held[result].append(at)
                continue
            found.add(at)
            waiting += map(_as_come_to, successors(self.blocks[at].exit))
            if at in ends:
                waiting += held.pop(ends[at], ())
        return found | {_behind(result) for result in self.behind}

    def _stand(self, block: Block, form: str) -> None:
        """Put a block in one of its flow's forms, which only a jump to another flow leaves."""

        def place(to: BlockId) -> BlockId:
            return _in_form(to, form) if to.flow == block.id.flow else to

        id_ = place(block.id)
        self.blocks[id_] = replace(block, id=id_, exit=self._left(block, id_, form, place))

    def _left(self, block: Block, id_: BlockId, form: str, place: Place) -> Exit:
        match block.exit:
            case Call(flow=flow, entry=entry, results=results):
                passes = [self._pass(id_, (flow, name), place(to), form) for name, to in results]
                return _any([_in_form(entry, DOWN), *passes])
            case Return(otherwise=otherwise) if form == BY_JUMP:
                return Jump(otherwise)
            case Return(flow=flow, result=result) if form == UP:
                return Jump(_behind((flow, result)))
            case Return(flow=flow, result=result):
                self.ends.setdefault((flow, result), []).append(id_)
                return Hangup()
            case Back(otherwise):
                return _any([MENUS, *([] if otherwise is None else [place(otherwise)])])
            case _:
                return retargeted(block.exit, place)

    def _pass(self, site: BlockId, result: Result, to: BlockId, form: str) -> BlockId:
        id_ = replace(site, part=f"{site.part}{APART}{result[1]}")
        self.blocks[id_] = Block(id_, (), Jump(to), self.graph.blocks[as_written(site)].origin)
        self.passing[id_] = result
        if form != DOWN:
            self.behind.setdefault(result, []).append(to)
        return id_

    def _lead(self, id_: BlockId, ways: Iterable[BlockId]) -> None:
        self.blocks[id_] = Block(id_, (), _any(ways), Origin(id_.node_name, ""))


def _any(ways: Iterable[BlockId]) -> Switch:
    return Switch(ANY, tuple((ANY, to) for to in ways))


def _in_form(id_: BlockId, form: str) -> BlockId:
    return replace(id_, flow=f"{id_.flow}{form}") if form else id_


def _as_come_to(id_: BlockId) -> BlockId:
    """The form in which a call comes to a block first: *down* for *up*."""
    flow = id_.flow.removesuffix(UP)
    return id_ if flow == id_.flow else replace(id_, flow=f"{flow}{DOWN}")


def _forms(id_: BlockId) -> tuple[BlockId, ...]:
    return (id_, _in_form(id_, UP))


def _behind(result: Result) -> BlockId:
    """What leads on from the end of a called flow to behind each of its calls."""
    return BlockId(APART, *result)
