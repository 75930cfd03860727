"""How often an input asks, and a way is taken, before the count of it leads elsewhere.

The counts are branches that the kinds' lowerings make; this is where passes read them.
"""

from __future__ import annotations

from flowc.expression.operators import reads, walk
from flowc.expression.tree import Expression, Literal
from flowc.graph.exits import Branch
from flowc.graph.model import Block
from flowc.graph.operations import REPEATS, SILENCES, WRONGS
from flowc.passes.edges import Edge

WAY = "way."  # what counters of bounded ways begin with


def is_giving_up(block: Block, edge: Edge) -> bool:
    """Does a way lead out of an input because of its many attempts?"""
    match block.exit:
        case Branch(condition, then):
            return bool(reads(condition) & {SILENCES, WRONGS}) and edge.to == then
        case _:
            return False


def is_repeated_too_often(block: Block, edge: Edge) -> bool:
    """Is a way that of a *repeat* too many, which is a wrong key?"""
    match block.exit:
        case Branch(condition, then):
            return REPEATS in reads(condition) and edge.to == then
        case _:
            return False


def attempts_at(block: Block) -> int:
    """The attempt at which a block gives up that counts one sort of them; 1 where nothing is counted."""
    return min(_attempts(block), default=1)


def attempts_in_all(block: Block) -> int:
    """The same where both sorts come in turn."""
    return max(_attempts(block), default=1)


def _attempts(block: Block) -> list[int]:
    match block.exit:
        case Branch(condition) if reads(condition) & {SILENCES, WRONGS}:
            return _numbers(condition)
        case _:
            return []


def rounds_left(block: Block) -> int | None:
    """How often a bounded way may be taken that a block counts; None where it counts none."""
    match block.exit:
        case Branch(condition) if any(name.startswith(WAY) for name in reads(condition)):
            return max(_numbers(condition), default=0)
        case _:
            return None


def is_counted(block: Block) -> bool:
    """Does a block only count attempts, so that whoever goes on long enough decides?"""
    match block.exit:
        case Branch(condition):
            return any(name.startswith("input.") for name in reads(condition))
        case _:
            return False


def _numbers(condition: Expression) -> list[int]:
    return [
        each.value
        for each in walk(condition)
        if isinstance(each, Literal) and isinstance(each.value, int) and each.value > 0
    ]
