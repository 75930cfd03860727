"""Inputs from which a caller can't get to a person: at all, within the keys and seconds promised, by silence."""

from __future__ import annotations

from collections.abc import Collection

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Note, Reporter
from flowc.graph.exits import Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Cue, CueKind
from flowc.graph.surroundings import PersonPromise
from flowc.passes.calls_apart import as_written
from flowc.passes.durations import Lengths
from flowc.passes.edges import Edge, ending
from flowc.passes.example_call import HANG_UP, example, way_through, way_to
from flowc.passes.ways_to_a_person import (
    Ways,
    by_any_way,
    by_silence,
    keys_to_a_person,
    seconds_to_a_person,
    ways_of,
)


def find_no_person(
    graph: FlowGraph, promise: PersonPromise, lengths: Lengths, report: Reporter
) -> None:
    """Report each input that breaks the promise; a project without `person:` promises nothing."""
    if promise.within_keys is None and promise.within_s is None:
        return
    ways = ways_of(graph)
    _find_by_keys(ways, promise.within_keys, report)
    if promise.within_s is not None:
        _find_by_seconds(ways, promise.within_s, lengths, report)


def _find_by_keys(ways: Ways, most: int | None, report: Reporter) -> None:
    """`most` None: as many keys as it takes, or none."""
    graph, reached, silent = ways.graph, by_any_way(ways), by_silence(ways)
    keys = keys_to_a_person(ways) if most is not None else {}
    told: set[BlockId] = set()
    for id_, block in graph.blocks.items():
        if not isinstance(ending(block), Collect) or as_written(id_) in told:
            continue
        span, node = block.origin.span, id_.node
        if id_ not in reached:
            report.report(proofs.NO_PERSON, span, *_lost(graph, id_, reached), node=node)
        elif most is not None and id_ not in keys:
            shown = example(graph, way_to(graph, id_))
            report.report(proofs.NO_KEYS, span, *shown, node=node, most=most)
        elif most is not None and keys[id_] > most:
            shown = example(graph, way_to(graph, id_))
            report.report(proofs.TOO_MANY_KEYS, span, *shown, node=node, keys=keys[id_], most=most)
        elif id_ not in silent:
            report.report(proofs.SILENT_NO_PERSON, span, *_lost(graph, id_, silent), node=node)
        else:
            continue
        told.add(as_written(id_))


def _find_by_seconds(ways: Ways, most: int, lengths: Lengths, report: Reporter) -> None:
    """From where an input is first heard; one from which nobody is reached is told by its keys."""
    graph, away = ways.graph, seconds_to_a_person(ways, lengths)
    told: set[str] = set()
    for id_, block in graph.blocks.items():
        seconds = -(-away.get(id_, 0) // 1000)
        written = as_written(id_).node_name
        if seconds > most and _is_heard_first(block) and written not in told:
            told.add(written)
            report.report(
                proofs.TOO_MANY_SECONDS,
                block.origin.span,
                *example(graph, way_to(graph, id_)),
                node=id_.node,
                seconds=seconds,
                most=most,
            )


def _is_heard_first(block: Block) -> bool:
    last = ending(block)
    return isinstance(last, Cue) and last.kind is CueKind.ENTRY


def _lost(graph: FlowGraph, there: BlockId, found: Collection[BlockId]) -> tuple[Note, ...]:
    """A call that comes there and is silent from then on, to its end without a person."""

    def is_lost(edge: Edge) -> bool:
        asks = isinstance(ending(graph.blocks[edge.source]), Collect)
        return edge.to not in found and (not asks or edge.outcome == "silence")

    ended = way_through(graph, there, is_lost, lambda at: isinstance(graph.blocks[at].exit, Hangup))
    return example(graph, ended or way_to(graph, there), HANG_UP if ended else None)
