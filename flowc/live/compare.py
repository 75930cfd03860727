"""Two traces of one call: where they first part, in words, and what of it is allowed.

Knows no server and no simulator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Record
from flowc.live.allowances import PARTS, Allowance
from flowc.machine.trace import (
    Assigned,
    Ended,
    Entered,
    HungUp,
    Marked,
    Offered,
    Step,
    Trace,
)
from flowc.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two traces part: the block they were in, where it was written, what each did next."""

    block: BlockId | None
    span: Span
    meant: str
    found: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The first difference, None where there is none; and the allowances without which there were one."""

    difference: Difference | None
    allowed: tuple[Allowance, ...] = ()


def compared(graph: FlowGraph, meant: Trace, found: Trace) -> Compared:
    """What `found` has otherwise than was `meant`."""
    ours, theirs = comparable(graph, meant), comparable(graph, found)
    whole = _whole_offers(ours, theirs)
    allowed = (PARTS,) if whole != theirs else ()
    return Compared(_first_difference(graph, ours, whole), allowed)


def first_difference(graph: FlowGraph, meant: Trace, found: Trace) -> Difference | None:
    """The first step in which `found` is not what was `meant`; None where nothing is but what may be."""
    return compared(graph, meant, found).difference


def _first_difference(
    graph: FlowGraph, ours: tuple[Step, ...], theirs: tuple[Step, ...]
) -> Difference | None:
    if ours == theirs:
        return None
    place = next(
        (at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other),
        min(len(ours), len(theirs)),
    )
    block = _block_at(ours, place)
    known = None if block is None else graph.blocks.get(block)
    span = NOWHERE if known is None else known.origin.span
    return Difference(block, span, _said(ours, place), _said(theirs, place))


def comparable(graph: FlowGraph, trace: Trace) -> tuple[Step, ...]:
    """The steps, with recordings by their number in the call: their ids are each executor's own."""
    recorded = {
        operation.into
        for block in graph.blocks.values()
        for operation in block.operations
        if isinstance(operation, Record)
    }
    names: dict[int | str, str] = {}
    steps: list[Step] = []
    for step in trace.steps:
        if isinstance(step, Assigned) and step.value is not None:
            if step.variable in recorded:
                names.setdefault(step.value, f"recording {len(names) + 1}")
            steps.append(Assigned(step.variable, names.get(step.value, step.value)))
        else:
            steps.append(step)
    return tuple(steps)


def _whole_offers(meant: tuple[Step, ...], found: tuple[Step, ...]) -> tuple[Step, ...]:
    """What was found, with the last prompt whole where the caller hung up in it (see PARTS)."""
    whole = list(found)
    for place, (ours, theirs) in enumerate(zip(meant, found, strict=False)):
        last = found[place + 1 : place + 2]
        if isinstance(ours, Offered) and isinstance(theirs, Offered):
            is_cut = any(isinstance(step, HungUp) for step in last)
            if is_cut and ours.sounds[: len(theirs.sounds)] == theirs.sounds:
                whole[place] = ours
    return tuple(whole)


def parted(meant: Trace, found: Trace) -> bool:
    """Has a call that goes on already entered another block than it should have?"""
    ours = [step.block for step in meant.steps if isinstance(step, Entered)]
    theirs = [step.block for step in found.steps if isinstance(step, Entered)]
    return theirs != ours[: len(theirs)]


def _block_at(steps: tuple[Step, ...], place: int) -> BlockId | None:
    for step in reversed(steps[: place + 1]):
        if isinstance(step, Entered):
            return step.block
    return None


def _said(steps: tuple[Step, ...], place: int) -> str:
    return words(steps[place]) if place < len(steps) else "nothing more"


def words(step: Step) -> str:
    """A step as a person would tell it."""
    match step:
        case Entered(block):
            return f"came to {block}"
        case Offered(sounds):
            return f"said {' '.join(sounds)}"
        case Ended(block, outcome):
            return f"{block} ended with `{outcome}`"
        case Assigned(variable, None):
            return f"{variable} was unset"
        case Assigned(variable, value):
            return f"{variable} became {value!r}"
        case Marked(name):
            return f"passed the mark `{name}`"
        case HungUp(by):
            return f"was hung up by the {by}"
        case _:
            assert_never(step)
