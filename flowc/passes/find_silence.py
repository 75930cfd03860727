"""Places where a caller may hear nothing for too long: look-ups one after another and no word between.

What is measured is a service that answers at its deadline, at each of them. `while_waiting` ends a
silence after a second, where it is said. An input is no silence: there it is the caller's turn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Note, Reporter
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Dial, Enqueue, Invoke, Record
from flowc.passes.bounded_ways import heaviest
from flowc.passes.calls_apart import as_written
from flowc.passes.durations import Lengths, is_heard, prompt_ms
from flowc.passes.edges import Edge, ending, possible_edges, reachable
from flowc.passes.example_call import example, way_through

FILLED_AFTER_MS = 1000  # of waiting, `while_waiting` begins


@dataclass(frozen=True, slots=True)
class _Quiet:
    """Milliseconds of silence in a block: before its first sound, and after its last.

    `head` of a block without any sound is all of it, and its `tail` None.
    """

    head: int
    tail: int | None = None


def find_silence(graph: FlowGraph, most_s: int, lengths: Lengths, report: Reporter) -> None:
    """Report each silence that may be longer than `most_s`, once for the question that begins it."""
    during = reachable(graph, tuple(entry for _, entry in graph.numbers))
    quiet = {id_: _quiet(graph.blocks[id_], lengths) for id_ in graph.blocks if id_ in during}
    ways: dict[BlockId, list[Edge]] = {id_: [] for id_ in quiet}
    for edge in possible_edges(graph):
        if edge.source in quiet and edge.to in quiet:
            ways[edge.source].append(edge)
    onward: dict[BlockId, Collection[BlockId]] = {
        id_: [edge.to for edge in ways[id_]] if each.tail is None else ()
        for id_, each in quiet.items()
    }
    found = heaviest(onward, lambda id_: quiet[id_].head, graph)
    told: set[BlockId] = set()
    for before, silent, start in _beginnings(graph, quiet, ways):
        total = before + found.most[start]
        if total <= most_s * 1000:
            continue
        asking = _first_question(graph, silent, found.way(start))
        if asking is not None and as_written(asking) not in told:
            told.add(as_written(asking))
            block = graph.blocks[asking]
            report.report(
                proofs.SILENCE,
                block.origin.span,
                *_shown(graph, asking, found.way(start)[-1]),
                node=asking.node,
                seconds=-(-total // 1000),
                most=most_s,
            )


def _beginnings(
    graph: FlowGraph, quiet: Mapping[BlockId, _Quiet], ways: Mapping[BlockId, list[Edge]]
) -> Iterator[tuple[int, BlockId, BlockId]]:
    """The silence that a block ends with, the block, and where it goes on; longest first."""
    ended = sorted(
        ((each.tail, id_) for id_, each in quiet.items() if each.tail is not None),
        key=lambda pair: -pair[0],
    )
    for tail, id_ in ended:
        yield from ((tail, id_, edge.to) for edge in ways[id_] if edge.to in quiet)
    yield from ((0, entry, entry) for _, entry in graph.numbers if entry in quiet)


def _quiet(block: Block, lengths: Lengths) -> _Quiet:
    said = is_heard(block.operations)
    match ending(block):
        case Collect() | Enqueue() | Dial() | Record():
            return _Quiet(0, 0)
        case Invoke(deadline_ms=deadline, filler=filler) if any(p.when is None for p in filler):
            begins = min(FILLED_AFTER_MS, deadline)
            rest = max(0, deadline - begins - prompt_ms(filler, lengths))
            return _Quiet(0 if said else begins, rest)
        case Invoke(deadline_ms=deadline):
            return _Quiet(0, deadline) if said else _Quiet(deadline)
        case _:
            return _Quiet(0, 0) if said else _Quiet(0)


def _first_question(
    graph: FlowGraph, silent: BlockId, way: tuple[frozenset[BlockId], ...]
) -> BlockId | None:
    """The first question whose waiting nothing fills, since `while_waiting` helps there; else the first."""
    at_first = [silent, *(id_ for part in way for id_ in graph.blocks if id_ in part)]
    asking = [id_ for id_ in at_first if isinstance(ending(graph.blocks[id_]), Invoke)]
    unfilled = [id_ for id_ in asking if not _is_filled(graph.blocks[id_])]
    return next(iter([*unfilled, *asking]), None)


def _is_filled(block: Block) -> bool:
    match ending(block):
        case Invoke(filler=filler):
            return bool(filler)
        case _:
            return False


def _shown(graph: FlowGraph, asking: BlockId, last: frozenset[BlockId]) -> tuple[Note, ...]:
    """A call to the question, and on to where something is heard again."""
    return example(graph, way_through(graph, asking, lambda _: True, lambda at: at in last))
