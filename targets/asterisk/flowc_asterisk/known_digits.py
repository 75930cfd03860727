"""What the graph alone tells of the digits in a variable: how many, and that they are nothing else.

Keys and constants are digits by themselves, and so is what is copied from them; what a back end
answers, or the caller's telephone says, is not known here. Knows no dialplan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flowc.expression.tree import Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Assign, Collect, Digits, Invoke, InvokeKind, Operation, Record

_ANY = 0  # the length of what is not known to be digits
_ORDER = -16  # a work order's number is shorter, and comes from outside

Lengths = set[int]


@dataclass(frozen=True, slots=True)
class KnownDigits:
    """`clean`: variables that only keys and constants fill. `exact`: those of one length only.

    `most`: how many there can be, of what is clean and of work orders' numbers.
    """

    clean: frozenset[str]
    exact: Mapping[str, int]
    most: Mapping[str, int] = field(default_factory=dict)


def known_digits(graph: FlowGraph) -> KnownDigits:
    """Of every variable that the graph fills. An unset one is empty, whatever stands here."""
    lengths: dict[str, Lengths] = {}
    copies: list[tuple[str, str]] = []
    for operation in (one for block in graph.blocks.values() for one in block.operations):
        match operation:
            case Assign(variable, Read(other)):
                copies.append((variable, other))
                lengths.setdefault(variable, set())
            case _:
                for variable, found in _written(graph, operation):
                    lengths.setdefault(variable, set()).update(found)
    _copy(copies, lengths)
    clean = {name: found for name, found in lengths.items() if found and min(found) > _ANY}
    exact = {name: min(found) for name, found in clean.items() if len(found) == 1}
    most = {
        name: max(map(abs, found)) for name, found in lengths.items() if found and _ANY not in found
    }
    return KnownDigits(frozenset(clean), exact, most)


def _copy(copies: list[tuple[str, str]], lengths: dict[str, Lengths]) -> None:
    """What is copied has the lengths of what it is copied from, over any number of copies."""
    grown = True
    while grown:
        grown = False
        for variable, other in copies:
            more = lengths.get(other, {_ANY}) - lengths[variable]
            lengths[variable] |= more
            grown = grown or bool(more)


def _written(graph: FlowGraph, operation: Operation) -> Iterator[tuple[str, Iterable[int]]]:
    match operation:
        case Collect(Digits(least, most), into) if into:
            is_digits = graph.variables.get(into) is Scalar.DIGITS
            yield into, range(least, most + 1) if is_digits else (_ANY,)
        case Assign(variable, value) if value is not None:
            yield variable, (_constant(value),)
        case Record():
            yield operation.into, (_ANY,)
        case Invoke(kind=kind):
            for given in operation.gives:
                is_order = kind is InvokeKind.TICKET and given.path == ("number",)
                yield given.variable, (_ORDER if is_order else _ANY,)
        case _:
            pass


def _constant(value: object) -> int:
    match value:
        case Literal(value=str(text)) if text.isascii() and text.isdecimal():
            return len(text)
        case _:
            return _ANY
