"""Invariants of a graph, tried between passes. What it finds is our mistake, never an author's.

Knows no source and no target; it reads blocks only.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.graph.exits import Call, Return, Switch, behind_calls, successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    OUTCOME,
    Answer,
    Assign,
    Clock,
    Collect,
    Cue,
    Ending,
    Invoke,
    Mark,
    outcomes,
)

_AFTER_THE_CALL = (Assign, Mark, Invoke, Clock)


def verify(graph: FlowGraph) -> tuple[str, ...]:
    """Every broken invariant as a sentence for us; empty where all hold."""
    found = [*dict.fromkeys(_missing_blocks(graph))]
    if found:
        return tuple(found)
    for name, block in graph.blocks.items():
        if block.id != name:
            found.append(f"{name}: the block calls itself {block.id}")
        found.extend(f"{name}: {wrong}" for wrong in _wrong_in(block))
    found.extend(_wrong_sites(graph))
    found.extend(_wrong_numbers(graph))
    found.extend(_wrong_handler(graph))
    found.extend(_collects_without_cue(graph))
    return tuple(found)


def _missing_blocks(graph: FlowGraph) -> Iterator[str]:
    named = [("the graph", entry) for entry in (*graph.entries, *graph.menus.values())]
    for name, block in graph.blocks.items():
        named.extend((str(name), to) for to in successors(block.exit))
    for who, to in named:
        if to not in graph.blocks:
            yield f"{who} names {to}, which is no block"


def _wrong_in(block: Block) -> Iterator[str]:
    *before, last = block.operations or (None,)
    if any(isinstance(operation, Ending) for operation in before):
        yield "an operation with outcomes stands before another one"
    by_outcome = isinstance(block.exit, Switch) and block.exit.variable == OUTCOME
    if not isinstance(last, Ending):
        if by_outcome:
            yield "switches over the outcome of nothing"
        return
    if not isinstance(block.exit, Switch) or block.exit.variable != OUTCOME:
        yield "its outcome is not switched over"
        return
    cases = [value for value, _ in block.exit.cases]
    if sorted(cases) != sorted(set(outcomes(last))) or block.exit.otherwise is not None:
        wanted = ", ".join(outcomes(last))
        yield f"its cases are {', '.join(cases)}; the outcomes are {wanted}"


def _wrong_sites(graph: FlowGraph) -> Iterator[str]:
    sites: dict[tuple[str, int], BlockId] = {}
    returned: dict[str, set[str]] = {}
    for block in graph.blocks.values():
        if isinstance(block.exit, Return):
            returned.setdefault(block.exit.flow, set()).add(block.exit.result)
    for name, block in graph.blocks.items():
        if not isinstance(block.exit, Call):
            continue
        key = (block.exit.flow, block.exit.site)
        if key in sites:
            yield f"{name}: call site {key[1]} of {key[0]} is {sites[key]}'s already"
        sites[key] = name
        missing = returned.get(block.exit.flow, set()) - {r for r, _ in block.exit.results}
        if missing:
            yield f"{name}: no way for the results {', '.join(sorted(missing))}"


def _wrong_numbers(graph: FlowGraph) -> Iterator[str]:
    for number, entry in graph.numbers:
        first = graph.blocks[entry].operations[:1]
        if not first or not isinstance(first[0], Answer):
            yield f"number {number} starts at {entry}, which does not answer first"


def _wrong_handler(graph: FlowGraph) -> Iterator[str]:
    if graph.on_hangup is None:
        return
    for name in sorted(_reachable(graph, graph.on_hangup)):
        for operation in graph.blocks[name].operations:
            if not isinstance(operation, _AFTER_THE_CALL):
                yield f"{name}: {type(operation).__name__} after the call has ended"


def _reachable(graph: FlowGraph, start: BlockId) -> set[BlockId]:
    found, waiting = {start}, [start]
    while waiting:
        for to in successors(graph.blocks[waiting.pop()].exit):
            if to not in found:
                found.add(to)
                waiting.append(to)
    return found


def _collects_without_cue(graph: FlowGraph) -> Iterator[str]:
    """Forward over all paths: which blocks can be entered with nothing cued yet?"""
    waiting = list(graph.entries)
    uncued = set(waiting)
    behind = behind_calls(block.exit for block in graph.blocks.values())
    while waiting:
        name = waiting.pop()
        block = graph.blocks[name]
        first = next((o for o in block.operations if isinstance(o, Cue | Collect)), None)
        if isinstance(first, Collect):
            yield f"{name}: collects before anything was cued"
        if first is not None:
            continue
        onward = [*successors(block.exit)]
        if isinstance(block.exit, Return):
            # Whatever returns so comes to the same places, which are there after the first.
            onward += behind.pop((block.exit.flow, block.exit.result), ())
        for to in onward:
            if to not in uncued:
                uncued.add(to)
                waiting.append(to)
