"""Every way from block to block, with what it takes to go there. Shared by the passes that prove things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flowc.graph.exits import Back, Call, Return, Switch, behind_calls, successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import OUTCOME, Collect, Enqueue, Operation, Options

HUB = "@hub"  # the flow of hubs: what many blocks lead to that all lead on to the same places
MENUS = BlockId(HUB, "menus")  # where *back* leads


@dataclass(frozen=True, slots=True)
class Edge:
    """A way out of a block; `outcome` is that of its ending operation, else ""."""

    source: BlockId
    to: BlockId
    outcome: str = ""


def edges_of(block: Block) -> tuple[Edge, ...]:
    """The ways that a block's exit names."""
    match block.exit:
        case Switch(variable=variable, cases=cases) if variable == OUTCOME:
            return tuple(Edge(block.id, to, outcome) for outcome, to in cases)
        case _:
            return tuple(Edge(block.id, to) for to in dict.fromkeys(successors(block.exit)))


def all_edges(graph: FlowGraph) -> Iterator[Edge]:
    """Every way, those by `Back` and `Return` too: they lead wherever they could.

    These are as many as there are backs times menus. Where only what leads to what counts, and not how
    often, see `hubbed_edges`.
    """
    yield from edges_but_back(graph)
    for block in graph.blocks.values():
        if isinstance(block.exit, Back):
            yield from (Edge(block.id, menu) for menu in graph.menus.values())


def edges_but_back(graph: FlowGraph) -> Iterator[Edge]:
    """Every way but *back* to a menu."""
    behind = _behind_calls(graph)
    for block in graph.blocks.values():
        yield from edges_of(block)
        if isinstance(block.exit, Return):
            result = block.exit.flow, block.exit.result
            yield from (Edge(block.id, to) for to in behind.get(result, ()))


def hubbed_edges(graph: FlowGraph) -> Iterator[Edge]:
    """The same ways, those by `Back` and `Return` in two steps over a hub, which is no block."""
    behind = _behind_calls(graph)
    for block in graph.blocks.values():
        yield from edges_of(block)
        match block.exit:
            case Back():
                yield Edge(block.id, MENUS)
            case Return(flow=flow, result=result) if (flow, result) in behind:
                yield Edge(block.id, BlockId(HUB, flow, result))
    yield from (Edge(MENUS, menu) for menu in dict.fromkeys(graph.menus.values()))
    for (flow, result), ways in behind.items():
        yield from (Edge(BlockId(HUB, flow, result), to) for to in dict.fromkeys(ways))


def _behind_calls(graph: FlowGraph) -> Mapping[tuple[str, str], list[BlockId]]:
    return behind_calls(block.exit for block in graph.blocks.values())


def possible_edges(graph: FlowGraph) -> Iterator[Edge]:
    """Every way that some call can go, step by step, over hubs.

    A flow that is called leads on by its returns, and one that is only called to nowhere else.
    """
    jumped = frozenset(jumped_into(graph))
    for edge in hubbed_edges(graph):
        match graph.blocks[edge.source].exit if edge.source.flow != HUB else None:
            case Return(flow=flow, otherwise=otherwise) if edge.to == otherwise:
                if flow in jumped:
                    yield edge
            case Call(entry=entry):
                if edge.to == entry:
                    yield edge
            case _:
                yield edge


def jumped_into(graph: FlowGraph) -> Iterator[str]:
    """The flows that some call enters without being called."""
    for block in graph.blocks.values():
        entry = block.exit.entry if isinstance(block.exit, Call) else None
        for edge in edges_of(block):
            if edge.to != entry and edge.to.flow != block.id.flow:
                yield edge.to.flow


def ending(block: Block) -> Operation | None:
    """The last operation, which may be one that can end in several ways."""
    return block.operations[-1] if block.operations else None


def reachable(graph: FlowGraph, roots: tuple[BlockId, ...]) -> frozenset[BlockId]:
    """The blocks that some call gets to."""
    return frozenset(at for at in walked(leading_on(graph), roots, set()) if at in graph.blocks)


def leading_on(graph: FlowGraph) -> Mapping[BlockId, list[BlockId]]:
    """Where each block leads, over hubs."""
    return adjacent((edge.source, edge.to) for edge in hubbed_edges(graph))


def adjacent(pairs: Iterable[tuple[BlockId, BlockId]]) -> Mapping[BlockId, list[BlockId]]:
    """From pairs of a block and one beside it: the blocks beside each, in the order of the pairs."""
    found: dict[BlockId, list[BlockId]] = {}
    for at, to in pairs:
        found.setdefault(at, []).append(to)
    return found


def walked(
    onward: Mapping[BlockId, list[BlockId]], roots: Iterable[BlockId], seen: set[BlockId]
) -> Iterator[BlockId]:
    """The roots and whatever they lead to, hubs too; what was `seen` is not gone to once more."""
    waiting = list(roots)
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            yield at
            waiting.extend(onward.get(at, ()))


def chosen_in_a_menu(block: Block, outcome: str) -> bool:
    """Whether the caller went this way by pressing a key that is offered."""
    match ending(block):
        case Collect(Options(keys=keys)):
            # To say that digits were read back rightly is no choice of where to go.
            return outcome in keys and block.origin.kind != "collect"
        case Collect():
            return outcome in ("back", "person")
        case Enqueue():
            return outcome.startswith("key_")
        case _:
            return False
