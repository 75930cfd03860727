"""Each call of a flow as blocks of its own: what returns leads on where it was called, nowhere else.

For proofs of what every way leads to, which would else take every return for one that leads to every
call. A graph that would become too large is left as it is: where more ways count than there are, what
is proved of all of them holds all the same, and less can be proved. That is no way to add up what a
single way takes (see `calls_folded`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flowc.graph.exits import Call, Exit, Jump, Return, retargeted
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.passes.edges import jumped_into

MOST_TIMES, MOST_MORE = 4, 4000  # as large as the graph at most, and so many blocks more
APART = "@"  # no name of an author's holds it


def as_written(id_: BlockId) -> BlockId:
    """The block of the author's that a block of a call apart stands for."""
    return replace(id_, flow=id_.flow.partition(APART)[0])


@dataclass(frozen=True, slots=True)
class _Visit:
    """A flow as it is called at one place, or (without a caller) as it is entered otherwise."""

    flow: str
    name: str
    caller: _Visit | None = None
    results: Mapping[str, BlockId] = field(default_factory=dict)

    def place(self, id_: BlockId) -> BlockId:
        return replace(id_, flow=self.name) if id_.flow == self.flow else id_


def calls_apart(graph: FlowGraph) -> FlowGraph:
    """The graph without a `Call` or a `Return`; itself where it has none, or would become too large."""
    flows: dict[str, list[Block]] = {}
    for block in graph.blocks.values():
        flows.setdefault(block.id.flow, []).append(block)
    called = {b.exit.flow for b in graph.blocks.values() if isinstance(b.exit, Call)}
    if not called:
        return graph
    jumped = {*jumped_into(graph), *(entry.flow for entry in graph.entries)}
    waiting = [_Visit(flow, flow) for flow in flows if flow not in called or flow in jumped]
    blocks: dict[BlockId, Block] = {}
    menus: dict[str, BlockId] = {}
    most = MOST_TIMES * len(graph.blocks) + MOST_MORE
    for count, visit in enumerate(waiting):
        if len(blocks) > most:
            return graph
        for block in flows.get(visit.flow, ()):
            if isinstance(block.exit, Call):
                name = f"{block.exit.flow}{APART}{len(waiting)}"
                waiting.append(_Visit(block.exit.flow, name, visit, dict(block.exit.results)))
                exit_: Exit = Jump(replace(block.exit.entry, flow=name))
            else:
                exit_ = _left(block.exit, visit)
            id_ = visit.place(block.id)
            blocks[id_] = replace(block, id=id_, exit=exit_)
        own = ((name, to) for name, to in graph.menus.items() if to.flow == visit.flow)
        menus |= {f"{name}{APART}{count}": visit.place(to) for name, to in own}
    return replace(graph, blocks=blocks, menus=menus)


def _left(exit_: Exit, visit: _Visit) -> Exit:
    match exit_:
        case Return(result=result) if visit.caller and result in visit.results:
            return Jump(visit.caller.place(visit.results[result]))
        case Return(otherwise=otherwise):
            return Jump(otherwise)
        case _:
            return retargeted(exit_, visit.place)
