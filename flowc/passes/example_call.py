"""A call that shows a finding, in a line: `dial 3285028 -> 1 -> silence x3 -> hang up`.

The shortest way by blocks, told by what callers do and what the world answers; what takes no
caller's notice is left out. Finds ways and says them; what is wrong is a pass's to know.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from flowc.diagnostics.model import Note, Words, note
from flowc.graph.exits import Branch, Call, Return
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
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
from flowc.passes.attempts import attempts_at, is_giving_up, rounds_left
from flowc.passes.edges import Edge, edges_of, ending
from flowc.passes.leaving import block_ways, written

State = TypeVar("State", bound=Hashable)
Place = tuple[
    BlockId, tuple[BlockId, ...]
]  # a block, and the calls of flows that are open, newest first

SHOWN = Words("for example: {call}", "例如：{call_zh}")
HANG_UP = Words("hang up", "挂断")
FOR_EVER = Words("and so on for ever", "如此往复不止")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing in a call, in each language, and how often it happens."""

    words: Words
    times: int = 1

    def say(self, language: str) -> str:
        said = self.words.say(language, {})
        return said if self.times == 1 else f"{said} x{self.times}"


def steps(graph: FlowGraph) -> Callable[[Place], Iterator[tuple[Edge, Place]]]:
    """Where a call can go from a place, and with what: the calls of flows that it will return to.

    *Back* leads where it does with no menu left: where else depends on the call.
    """
    blocks = graph.blocks

    def onward(place: Place) -> Iterator[tuple[Edge, Place]]:
        at, calls = place
        block = blocks[at]
        exit_ = block.exit
        match exit_:
            # No caller needs to be shown a flow within itself, and such calls have no end.
            case Call(entry=entry) if at not in calls:
                yield Edge(at, entry), (entry, (at, *calls))
            case Call():
                return
            case Return(flow=flow, result=result) if calls and _calls(blocks[calls[0]], flow):
                to = _returned(blocks[calls[0]], result)
                if to is not None:
                    yield Edge(at, to, result), (to, calls[1:])
            case _:
                for edge in edges_of(block):
                    if edge.to in blocks:
                        yield edge, (edge.to, calls)

    return onward


def _calls(site: Block, flow: str) -> bool:
    return isinstance(site.exit, Call) and site.exit.flow == flow


def _returned(site: Block, result: str) -> BlockId | None:
    return dict(site.exit.results).get(result) if isinstance(site.exit, Call) else None


def shortest(
    starts: Iterable[State],
    onward: Callable[[State], Iterable[tuple[Edge, State]]],
    is_there: Callable[[State], bool],
) -> tuple[Edge, ...] | None:
    """The fewest edges from one of the states to one that is there; None where no way leads there."""
    came: dict[State, tuple[Edge, State] | None] = dict.fromkeys(starts)
    for state in (waiting := list(came)):
        if is_there(state):
            return tuple(reversed(list(_way_back(state, came))))
        for edge, following in onward(state):
            if following not in came:
                came[following] = edge, state
                waiting.append(following)
    return None


def _way_back(state: State, came: Mapping[State, tuple[Edge, State] | None]) -> Iterator[Edge]:
    step = came[state]
    while step is not None:
        edge, before = step
        yield edge
        step = came[before]


def starts(graph: FlowGraph) -> list[Place]:
    """Where calls begin."""
    return [(entry, ()) for _, entry in graph.numbers]


def way_to(graph: FlowGraph, there: BlockId) -> tuple[Edge, ...] | None:
    """The shortest way of a call to a block."""
    return shortest(starts(graph), steps(graph), lambda place: place[0] == there)


def way_through(
    graph: FlowGraph,
    there: BlockId,
    follow: Callable[[Edge], bool],
    is_end: Callable[[BlockId], bool],
) -> tuple[Edge, ...] | None:
    """The shortest way of a call to a block, and from there by edges that are followed to an end."""
    step = steps(graph)

    def onward(state: tuple[Place, bool]) -> Iterator[tuple[Edge, tuple[Place, bool]]]:
        place, passed = state
        for edge, following in step(place):
            if not passed or follow(edge):
                yield edge, (following, passed or following[0] == there)

    begun = [(place, place[0] == there) for place in starts(graph)]
    return shortest(begun, onward, lambda state: state[1] and is_end(state[0][0]))


def example(
    graph: FlowGraph, way: tuple[Edge, ...] | None, end: Words | None = None
) -> tuple[Note, ...]:
    """The way as a note, from the number that is dialled; nothing where there is no way."""
    if way is None:
        return ()
    entry = way[0].source if way else None
    number = next((number for number, at in graph.numbers if entry in (at, None)), None)
    if number is None:
        return ()
    happenings = [
        Happening(Words(f"dial {number}", f"拨打 {number}")),
        *told(graph, way),
        *([Happening(end)] if end else []),
    ]
    en, zh = (" -> ".join(each.say(language) for each in happenings) for language in ("en", "zh"))
    return (note(None, SHOWN, call=en, call_zh=zh),)


def told(graph: FlowGraph, way: Iterable[Edge]) -> list[Happening]:
    """What happens on a way. A way that is taken once it was counted often enough says how often."""
    found: list[Happening] = []
    for edge in way:
        block = graph.blocks[edge.source]
        times = _times(block, edge)
        if times is not None and found:
            found[-1] = replace(found[-1], times=times)
        happening = _happening(block, edge)
        if happening is not None:
            found.append(Happening(happening))
    return found


def _times(block: Block, edge: Edge) -> int | None:
    """How often what happened last has happened by then: where attempts or ways are counted."""
    if is_giving_up(block, edge):
        return attempts_at(block)
    rounds = rounds_left(block)
    is_over = isinstance(block.exit, Branch) and edge.to == block.exit.otherwise
    return rounds + 1 if rounds is not None and is_over else None


def _happening(block: Block, edge: Edge) -> Words | None:
    match ending(block):
        case Collect(Options(keys)) if edge.outcome in keys:
            return Words(edge.outcome, edge.outcome)
        case Collect(Digits(least=least)) if edge.outcome == "done":
            return Words(f"{least} digits", f"{least} 位按键")
        case Collect():
            return _ATTEMPTS.get(edge.outcome)
        case Invoke(kind=InvokeKind.TICKET, operation=operation):
            return _as_it_is(f"ticket {operation}: {edge.outcome}")
        case Invoke(service=service, operation=operation):
            return _as_it_is(f"{service}.{operation}: {edge.outcome}")
        case Enqueue(queue):
            return _as_it_is(f"{queue}: {edge.outcome.removeprefix('key_')}")
        case Dial():
            return _as_it_is(f"{block.origin.kind}: {edge.outcome}")
        case Record():
            return _as_it_is(f"{block.origin.kind}: {edge.outcome}")
        case _:
            return _decided(block, edge)


_ATTEMPTS = {
    "silence": Words("silence", "不按键"),
    "key": Words("a wrong key", "按错键"),
    "empty": Words("#", "#"),
    "too_short": Words("too few digits", "位数不够"),
    "person": Words("0", "0"),
    "back": Words("*", "*"),
    "error": Words("nothing can be played", "放音失败"),
}


def _as_it_is(words: str) -> Words:
    safe = words.replace("{", "{{").replace("}", "}}")
    return Words(safe, safe)


def _decided(block: Block, edge: Edge) -> Words | None:
    """What an author's condition, or a calendar, decides on the way out of its node."""
    if block.origin.kind not in ("branch", "switch", "hours"):
        return None
    reason = next((way.reason for way in block_ways(block) if way.head == edge.to), "")
    match block.exit:
        case Branch() if block.origin.kind != "hours" and reason == "else":
            said = written(block, block.exit)
            safe = _as_it_is(said).en
            return Words(f"not ({safe})", f"不满足 ({safe})") if said else None
        case _ if not reason or reason == "else":
            return None
        case _:
            return _as_it_is(f"({reason})")
