"""Digits that are read as a number and may be longer than one. Knows no way through the graph: what a
variable may hold anywhere, it may hold everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from flowc.diagnostics.codes import flows
from flowc.diagnostics.model import Reporter
from flowc.expression.literals import MOST_DIGITS
from flowc.expression.operators import walk
from flowc.expression.tree import Call, Conditional, Expression, Read
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Assign, Collect, Digits
from flowc.graph.reads import author_name, expressions_in
from flowc.source import NOWHERE


def find_long_numbers(graph: FlowGraph, report: Reporter) -> None:
    """Report each `number(x)` that an entry can be too long for.

    How long the digits of an answer are, no service declares; a check of `range:` asks for its own.
    """
    long = _long(graph)
    for block in graph.blocks.values() if long else ():
        for call in (part for each in expressions_in(block) for part in walk(each)):
            match call:
                case Call("number", (digits,), span) if span != NOWHERE:
                    for variable in sorted(long.keys() & {*_read_in(digits)}):
                        report.report(
                            flows.LONG_NUMBER,
                            span,
                            name=author_name(variable),
                            length=long[variable],
                            most=MOST_DIGITS,
                        )


def _long(graph: FlowGraph) -> dict[str, int]:
    """The variables that hold entries of more digits than a number has, and how many."""
    long: dict[str, int] = {}
    copies: dict[str, list[str]] = {}
    for operation in (each for block in graph.blocks.values() for each in block.operations):
        match operation:
            case Collect(Digits(most=most), into) if most > MOST_DIGITS:
                long[into] = max(most, long.get(into, 0))
            case Assign(variable, value) if value is not None:
                for source in _read_in(value):
                    copies.setdefault(source, []).append(variable)
    waiting = list(long)
    while waiting:
        source = waiting.pop()
        for variable in copies.get(source, ()):
            if long.get(variable, 0) < long[source]:
                long[variable] = long[source]
                waiting.append(variable)
    return long


def _read_in(value: Expression) -> Iterator[str]:
    """The variables whose digits a value may be."""
    match value:
        case Read(variable):
            yield variable
        case Conditional(_, then, otherwise):
            yield from _read_in(then)
            yield from _read_in(otherwise)
