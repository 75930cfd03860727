"""What the graph alone tells of the digits in a variable: how many, and that they are nothing else.

Keys and constants are digits by themselves; what a back end answers, or the caller's telephone
says, is not known here. Knows no dialplan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flowc.expression.tree import Literal
from flowc.expression.types import Scalar
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Assign, Collect, Digits, Invoke, Operation, Record

_ANY = 0  # the length of what is not known to be digits


@dataclass(frozen=True, slots=True)
class KnownDigits:
    """`clean`: variables that only keys and constants fill. `exact`: those of one length only."""

    clean: frozenset[str]
    exact: dict[str, int]


def known_digits(graph: FlowGraph) -> KnownDigits:
    """Of every variable that the graph fills. An unset one is empty, whatever stands here."""
    lengths: dict[str, set[int]] = {}
    for block in graph.blocks.values():
        for operation in block.operations:
            for variable, found in _written(graph, operation):
                lengths.setdefault(variable, set()).update(found)
    clean = {name: found for name, found in lengths.items() if found and _ANY not in found}
    exact = {name: min(found) for name, found in clean.items() if len(found) == 1}
    return KnownDigits(frozenset(clean), exact)


def _written(graph: FlowGraph, operation: Operation) -> Iterator[tuple[str, Iterable[int]]]:
    match operation:
        case Collect(Digits(least, most), into) if into:
            is_digits = graph.variables.get(into) is Scalar.DIGITS
            yield into, range(least, most + 1) if is_digits else (_ANY,)
        case Assign(variable, value) if value is not None:
            yield variable, (_constant(value),)
        case Record():
            yield operation.into, (_ANY,)
        case Invoke():
            for given in operation.gives:
                yield given.variable, (_ANY,)
        case _:
            pass


def _constant(value: object) -> int:
    match value:
        case Literal(value=str(text)) if text.isascii() and text.isdecimal():
            return len(text)
        case _:
            return _ANY
