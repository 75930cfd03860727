"""Places where a caller may hear nothing for too long: look-ups one after another and no word between.

What is measured is a service that answers as late as it may, at each of them. `while_waiting` ends a
silence after a second, where it is said; an answer within that second leaves it unsaid, and the silence
goes on. An input is no silence: there it is the caller's turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Note, Reporter
from flowc.graph.exits import successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Dial, Enqueue, Invoke, Record
from flowc.passes.bounded_ways import Heaviest, heaviest
from flowc.passes.calls_apart import as_written
from flowc.passes.calls_folded import Result, calls_folded
from flowc.passes.durations import Lengths, is_heard, prompt_ms
from flowc.passes.edges import adjacent, ending, walked
from flowc.passes.example_call import example, way_through

NO_RESULT: Result = ("", "")
FILLED_AFTER_MS = 1000  # of waiting, `while_waiting` begins


@dataclass(frozen=True, slots=True)
class _Quiet:
    """Milliseconds of silence in a block: before its first sound or its end, and after its last sound.

    `passes`: nothing may be heard in it at all; `tail`: None where nothing ever is.
    """

    head: int
    passes: bool
    tail: int | None = None


@dataclass(frozen=True, slots=True)
class _Passed:
    """The longest silence in which a called flow is passed whole, and the question to tell of it."""

    ms: int
    asking: BlockId | None


@dataclass(frozen=True, slots=True)
class _Silence:
    """Of so many milliseconds, from behind the last sound of a block (or from a call's beginning)."""

    ms: int
    begins: BlockId
    start: BlockId


def find_silence(graph: FlowGraph, most_s: int, lengths: Lengths, report: Reporter) -> None:
    """Report each silence that may be longer than `most_s`, the longest of those that overlap."""
    ways = _Ways(graph, lengths)
    silences = [each for each in ways.silences() if each.ms > most_s * 1000]
    told: set[BlockId] = set()
    for silence in sorted(silences, key=lambda each: -each.ms):
        asked = ways.asked(silence)
        asking = _to_tell(graph, asked)
        if asking is not None and asking not in told:
            # What begins within it is shorter, and told anew once this one is mended.
            told.update(asked)
            report.report(
                proofs.SILENCE,
                graph.blocks[asking].origin.span,
                *_shown(graph, asking, ways.end_of(silence)),
                node=asking.node,
                seconds=-(-silence.ms // 1000),
                most=most_s,
            )


class _Ways:
    """What every silence of a graph shares: how quiet each block is, and where it leads."""

    def __init__(self, graph: FlowGraph, lengths: Lengths) -> None:
        self._graph = graph
        self._folded = calls_folded(graph)
        blocks = self._folded.graph.blocks
        self._quiet = {id_: _quiet(block, lengths) for id_, block in blocks.items()}
        self._order = {id_: place for place, id_ in enumerate(blocks)}
        self._passed: dict[Result, _Passed] = {}
        self._pass_called_flows()
        onward = {id_: self._onward(id_) for id_ in self._quiet}
        self._found = heaviest(onward, self._head, self._folded.graph)

    def silences(self) -> Iterator[_Silence]:
        """Each silence that a call may begin with, or that begins behind a sound."""
        for id_, quiet in self._quiet.items():
            if quiet.tail is not None:
                for to in self._leads(id_):
                    yield _Silence(quiet.tail + self._found.most[to], id_, to)
        for _, entry in self._graph.numbers:
            if entry in self._quiet:
                yield _Silence(self._found.most[entry], entry, entry)

    def asked(self, silence: _Silence) -> list[BlockId]:
        """The questions in it, as they are asked."""
        return [*self._asked((silence.begins,)), *self._asked_on(self._found, silence.start)]

    def end_of(self, silence: _Silence) -> frozenset[BlockId]:
        return frozenset(map(as_written, self._found.way(silence.start)[-1]))

    def _pass_called_flows(self) -> None:
        flows: dict[str, list[BlockId]] = {}
        for id_ in self._quiet:
            flows.setdefault(id_.flow, []).append(id_)
        results: dict[str, list[Result]] = {}
        for result in self._folded.ends:
            results.setdefault(result[0], []).append(result)
        for flow, entry in self._folded.called.items():
            onward = {id_: self._onward(id_) for id_ in flows.get(entry.flow, ())}
            for result in results.get(flow, ()):
                ends = [end for end in self._folded.ends[result] if end in onward]
                left = _leading_to(filter(self._passes, ends), onward)
                if entry in left:
                    found = heaviest(left, self._head, self._folded.graph)
                    asking = _to_tell(self._graph, [*self._asked_on(found, entry)])
                    self._passed[result] = _Passed(found.most[entry], asking)

    def _passes(self, id_: BlockId) -> bool:
        """Can a call come through here and hear nothing?"""
        passing = self._folded.passing
        return self._quiet[id_].passes and (id_ not in passing or passing[id_] in self._passed)

    def _onward(self, id_: BlockId) -> list[BlockId]:
        return self._leads(id_) if self._passes(id_) else []

    def _leads(self, id_: BlockId) -> list[BlockId]:
        ways = dict.fromkeys(successors(self._folded.graph.blocks[id_].exit))
        passing = self._folded.passing
        return [to for to in ways if to in self._quiet and (to not in passing or self._passes(to))]

    def _head(self, id_: BlockId) -> int:
        passed = self._passed.get(self._folded.passing.get(id_, NO_RESULT))
        return self._quiet[id_].head if passed is None else passed.ms

    def _asked_on(self, found: Heaviest, start: BlockId) -> Iterator[BlockId]:
        for part in found.way(start):
            yield from self._asked(sorted(part, key=self._order.__getitem__))

    def _asked(self, ids: Iterable[BlockId]) -> Iterator[BlockId]:
        for id_ in ids:
            passed = self._passed.get(self._folded.passing.get(id_, NO_RESULT))
            if passed is not None and passed.asking is not None:
                yield passed.asking
            elif isinstance(ending(self._folded.graph.blocks[id_]), Invoke):
                yield as_written(id_)


def _leading_to(
    ends: Iterable[BlockId], onward: Mapping[BlockId, list[BlockId]]
) -> dict[BlockId, list[BlockId]]:
    """What of a flow leads to some of its ends, and by which ways."""
    before = adjacent((to, id_) for id_, ways in onward.items() for to in ways)
    found = dict.fromkeys(walked(before, ends, set()))
    return {id_: [to for to in onward[id_] if to in found] for id_ in found}


def _quiet(block: Block, lengths: Lengths) -> _Quiet:
    said = is_heard(block.operations)
    match ending(block):
        case Collect() | Enqueue() | Dial() | Record():
            return _Quiet(0, passes=False, tail=0)
        case Invoke(deadline_ms=deadline, filler=filler) as asked:
            begins = min(FILLED_AFTER_MS, deadline) if _is_filled(asked) else deadline
            rest = max(0, deadline - begins - prompt_ms(filler, lengths))
            if said:
                return _Quiet(0, passes=False, tail=max(begins, rest))
            return _Quiet(begins, passes=True, tail=rest if begins < deadline else None)
        case _:
            return _Quiet(0, passes=not said, tail=0 if said else None)


def _is_filled(asked: Invoke) -> bool:
    """Is something surely said while the answer is waited for?"""
    return any(phrase.when is None for phrase in asked.filler)


def _to_tell(graph: FlowGraph, asked: list[BlockId]) -> BlockId | None:
    """The first question whose waiting nothing fills, since `while_waiting` helps there; else the first."""
    endings = ((id_, ending(graph.blocks[id_])) for id_ in asked)
    unfilled = (id_ for id_, each in endings if isinstance(each, Invoke) and not _is_filled(each))
    return next(unfilled, next(iter(asked), None))


def _shown(graph: FlowGraph, asking: BlockId, last: frozenset[BlockId]) -> tuple[Note, ...]:
    """A call to the question, and on to where something is heard again."""
    return example(graph, way_through(graph, asking, lambda _: True, lambda at: at in last))
