"""How a node is left: its blocks walked from every door, each way out with the reason that led there.

A reason is an outcome or a key (`not_found`, `1`, `silence`), a condition as its author wrote it, a value that a
`switch` goes by (`= closed`), or ""; of a way that was taken as often as it may be, that and `(at_most)`. It is set where the call's fate is decided (the outcome of an operation, the cause of a failed
attempt, an author's condition) and kept over blocks that only count, so that the arrow after the
third silence still says silence. Knows no words and no shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from flowc.expression.tree import Call as Asked
from flowc.expression.tree import Literal
from flowc.graph.exits import Back, Branch, Call, Hangup, Jump, Return, Switch, successors
from flowc.graph.ids import START, BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    CAUSE,
    OUTCOME,
    Assign,
    Collect,
    Dial,
    Enqueue,
    Invoke,
    Operation,
    Record,
)
from flowc.passes.attempts import rounds_left

VALUE = "= "  # before the value of a `switch`, which is nobody's outcome
TOO_OFTEN = "(at_most)"
_DATE = "clock.date"  # what Clock writes
_DECIDING = frozenset({"branch", "switch", "split"})
# Parts of an `hours` node that have not decided yet.
_STILL_ASKING = ("by_", "day_")
_NUMBERED = re.compile(r"_?[0-9]+$")


class Manner(Enum):
    GO = "go"
    CALL = "call"
    ROUND = "round"  # to the node's own beginning, by a way that says something or is bounded
    RETURN = "return"  # where a returning flow goes that nobody called


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a node, from the block `tail` to a block of another node, or round to its own start."""

    tail: BlockId
    head: BlockId
    reason: str
    manner: Manner = Manner.GO


def doors(graph: FlowGraph) -> frozenset[BlockId]:
    """Blocks where a node is entered from outside it."""
    found = {id_ for id_ in graph.blocks if id_.part == START}
    found.update(graph.entries)
    found.update(graph.menus.values())
    for block in graph.blocks.values():
        found.update(to for to in successors(block.exit) if to.node_name != block.id.node_name)
    return frozenset(found)


def ways_out(
    graph: FlowGraph, blocks: Iterable[Block], entered: frozenset[BlockId], hints: frozenset[str]
) -> tuple[Way, ...]:
    """Every way out of the node that `blocks` are, in the order in which a walk meets them.

    `hints`: names of parts that are outcomes by themselves (`closed`, `gave_up`).
    """
    waiting = [(block.id, "") for block in reversed(tuple(blocks)) if block.id in entered]
    seen = set(waiting)
    found: dict[Way, None] = {}
    while waiting:
        at, reason = waiting.pop()
        onward: list[tuple[BlockId, str]] = []
        for way in _leave(graph.blocks[at], reason, hints):
            if _stays_inside(way, graph):
                onward.append((way.head, way.reason))
                if _goes_round(way):
                    found.setdefault(replace(way, manner=Manner.ROUND))
            else:
                found.setdefault(way)
        fresh = [state for state in onward if state not in seen]
        seen.update(fresh)
        waiting.extend(reversed(fresh))
    return tuple(found)


def block_ways(block: Block) -> tuple[Way, ...]:
    """The ways of one block by itself, for a drawing of blocks."""
    return tuple(_leave(block, "", frozenset()))


def _stays_inside(way: Way, graph: FlowGraph) -> bool:
    inside = way.head.node_name == way.tail.node_name
    return inside and way.head in graph.blocks and way.manner is not Manner.CALL


def _goes_round(way: Way) -> bool:
    """Does an author's way lead back to where it began? To ask again is the kind's own doing, and is not told."""
    return way.head.part == START and way.tail.part.endswith(("_way", "_way_taken"))


def _leave(block: Block, reason: str, hints: frozenset[str]) -> Iterator[Way]:
    reason = _after_operations(block, _hinted(block.id.part, reason, hints))
    match block.exit:
        case Jump(to) | Back(BlockId() as to):
            yield Way(block.id, to, reason)
        case Return(_, _, otherwise):
            yield Way(block.id, otherwise, reason, Manner.RETURN)
        case Branch() as branch:
            yield from _branch(block, branch, reason)
        case Switch() as switch:
            yield from _switch(block, switch, reason)
        case Call(_, entry, _, results):
            yield Way(block.id, entry, "", Manner.CALL)
            for result, to in results:
                yield Way(block.id, to, result)
        case Hangup() | Back():
            return
        case _:
            assert_never(block.exit)


def _hinted(part: str, reason: str, hints: frozenset[str]) -> str:
    name = part if part in hints else _NUMBERED.sub("", part)
    return name if name in hints else reason


def _after_operations(block: Block, reason: str) -> str:
    for operation in block.operations:
        reason = _after(operation, reason)
    return reason


def _after(operation: Operation, reason: str) -> str:
    """An ending operation makes a new fate; a failed attempt names its cause by a constant."""
    match operation:
        case Collect() | Invoke() | Enqueue() | Dial() | Record():
            return ""
        case Assign(variable, Literal(value=cause)) if variable == CAUSE:
            return str(cause)
        case _:
            return reason


def written(block: Block, branch: Branch) -> str:
    """A condition in its author's words, and the value of a `switch`; "" where none wrote it."""
    words = " ".join(branch.condition.span.text.split())
    return f"{VALUE}{words}" if words and block.origin.kind == "switch" else words


def _branch(block: Block, branch: Branch, reason: str) -> Iterator[Way]:
    said = written(block, branch)
    if rounds_left(block) is not None:
        yes, no = reason, f"{reason.removesuffix(TOO_OFTEN)}{TOO_OFTEN}"
    elif block.origin.kind == "hours":
        # Either the emergency flag, which closes, or the minutes of a day.
        flag = isinstance(branch.condition, Asked)
        yes, no = ("closed", "") if flag else ("open", "closed")
    elif block.origin.kind not in _DECIDING:
        yes, no = reason, reason
    else:
        yes, no = said or "yes", "else" if said else "no"
    yield Way(block.id, branch.then, yes)
    yield Way(block.id, branch.otherwise, no)


def _switch(block: Block, switch: Switch, reason: str) -> Iterator[Way]:
    if block.origin.kind == "hours":
        yield from _calendar(block, switch)
        return
    decides = switch.variable == OUTCOME or block.origin.kind in _DECIDING
    for value, to in switch.cases:
        yield Way(block.id, to, value if decides else reason)
    if switch.otherwise is not None:
        yield Way(block.id, switch.otherwise, "else" if decides else reason)


def _calendar(block: Block, switch: Switch) -> Iterator[Way]:
    """Days that need no look at the minutes: closed on a day of the week, a holiday by the date."""
    word = "holiday" if switch.variable == _DATE else "closed"
    for _, to in switch.cases:
        yield Way(block.id, to, "" if to.part.startswith(_STILL_ASKING) else word)
    if switch.otherwise is not None:
        asks = switch.otherwise.part.startswith(_STILL_ASKING)
        yield Way(block.id, switch.otherwise, "" if asks else "closed")
