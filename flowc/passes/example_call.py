"""A call that shows a finding, in a line: `dial 3285028 -> 1 -> silence x3 -> hang up`.

The shortest way by blocks, told by what callers do and what the world answers; what takes no
caller's notice is left out. Says ways; what is wrong is a pass's to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from flowc.diagnostics.model import Note, Words, note
from flowc.graph.exits import Branch
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
from flowc.passes.edges import Edge, ending
from flowc.passes.leaving import block_ways, written
from flowc.passes.shortest_way import shortest_way

MOST_TOLD = 100  # what happens more often in a call than so shows nobody anything
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


def way_to(graph: FlowGraph, there: BlockId) -> tuple[Edge, ...] | None:
    """The shortest way of a call to a block."""
    return shortest_way(graph, True, lambda _, fact: fact, lambda at, _: at == there)


def way_through(
    graph: FlowGraph,
    there: BlockId,
    follow: Callable[[Edge], bool],
    is_end: Callable[[BlockId], bool],
) -> tuple[Edge, ...] | None:
    """The shortest way of a call to a block, and from there by edges that are followed to an end."""

    def carry(edge: Edge, passed: bool) -> bool | None:
        passed = passed or edge.source == there
        return None if passed and not follow(edge) else passed

    return shortest_way(
        graph, False, carry, lambda at, passed: (passed or at == there) and is_end(at)
    )


def example(
    graph: FlowGraph, way: tuple[Edge, ...] | None, end: Words | None = None
) -> tuple[Note, ...]:
    """The way as a note, from the number that is dialled; nothing where there is none to tell."""
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
    if len(happenings) > MOST_TOLD:
        return ()
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
