"""Expressions made ready: each node as a function of the call's values and its world.

`expression.evaluate` is the meaning. A function here is a shorter way to the same value for what
flows ask again and again; where a value is missing, of another type or too large, and for every node
that has no short way, `evaluate` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, eq, ge, gt, le, lt, mul, ne, sub

from flowc.expression.evaluate import World, evaluate
from flowc.expression.literals import MOST
from flowc.expression.operators import type_of
from flowc.expression.tree import Binary, Call, Conditional, Expression, IsSet, Literal, Not, Read
from flowc.expression.types import WHOLE_NUMBERS, Scalar

Value = int | str
Formula = Callable[[Mapping[str, Value], World], Value]
_Compare = Callable[[Value, Value], bool]

_CALCULATE: dict[str, Callable[[int, int], int]] = {"+": add, "-": sub, "*": mul}
_COMPARE: dict[str, _Compare] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_WORDS: dict[str, Callable[[str, str], bool]] = {
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


def formula(expression: Expression) -> Formula:
    """A function with the value of `evaluate`, and its errors."""
    match expression:
        case Literal(value):
            return lambda _values, _world: value
        case Read(variable, kind):
            return _read(expression, variable, int if kind in WHOLE_NUMBERS else str)
        case IsSet(Read(variable)):
            return lambda values, _world: int(values.get(variable, "") != "")
        case Not(operand):
            return _not(formula(operand))
        case Conditional(condition, then, otherwise):
            return _conditional(formula(condition), formula(then), formula(otherwise))
        case Binary():
            return _binary(expression)
        case Call(function, (text, part)) if function in _WORDS:
            return _words(_WORDS[function], formula(text), formula(part))
        case _:
            return _evaluated(expression)


def _evaluated(expression: Expression) -> Formula:
    return lambda values, world: evaluate(expression, values, world)


def _read(read: Read, variable: str, kind: type[int] | type[str]) -> Formula:
    def value_of(values: Mapping[str, Value], world: World) -> Value:
        value = values.get(variable, "")
        if value != "" and isinstance(value, kind):
            return value
        return evaluate(read, values, world)

    return value_of


def _not(operand: Formula) -> Formula:
    return lambda values, world: 0 if operand(values, world) else 1


def _conditional(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    return lambda values, world: (then if condition(values, world) else otherwise)(values, world)


def _words(holds: Callable[[str, str], bool], text: Formula, part: Formula) -> Formula:
    return lambda values, world: int(holds(str(text(values, world)), str(part(values, world))))


def _binary(binary: Binary) -> Formula:
    match binary:
        case Binary("and", left, right):
            return _and(formula(left), formula(right))
        case Binary("or", left, right):
            return _or(formula(left), formula(right))
        case Binary(operator) if operator in _COMPARE and not _has(binary, Scalar.DECIMAL):
            return _comparison(binary, _COMPARE[operator])
        case Binary(operator) if operator in _CALCULATE and not _has(binary, Scalar.DATE):
            return _calculation(binary, _CALCULATE[operator])
        case _:
            return _evaluated(binary)


def _has(binary: Binary, kind: Scalar) -> bool:
    return kind in (type_of(binary.left), type_of(binary.right))


def _and(one: Formula, other: Formula) -> Formula:
    return lambda values, world: 1 if one(values, world) and other(values, world) else 0


def _or(one: Formula, other: Formula) -> Formula:
    return lambda values, world: 1 if one(values, world) or other(values, world) else 0


def _comparison(binary: Binary, compare: _Compare) -> Formula:
    match binary:
        case Binary(_, Read(variable, Scalar.INT), Literal(int(number))):
            return _counter_comparison(binary, compare, variable, number)
    one, other = formula(binary.left), formula(binary.right)
    return lambda values, world: 1 if compare(one(values, world), other(values, world)) else 0


def _counter_comparison(binary: Binary, compare: _Compare, variable: str, number: int) -> Formula:
    """What nearly every block asks: has a counter come so far?"""

    def result(values: Mapping[str, Value], world: World) -> Value:
        count = values.get(variable)
        if isinstance(count, int):
            return 1 if compare(count, number) else 0
        return evaluate(binary, values, world)

    return result


def _calculation(binary: Binary, calculate: Callable[[int, int], int]) -> Formula:
    match binary:
        case Binary(_, Read(variable, Scalar.INT), Literal(int(number))):
            return _count(binary, calculate, variable, number)
    one, other = formula(binary.left), formula(binary.right)

    def result(values: Mapping[str, Value], world: World) -> Value:
        left, right = one(values, world), other(values, world)
        if isinstance(left, int) and isinstance(right, int):
            value = calculate(left, right)
            if -MOST <= value <= MOST:
                return value
        return evaluate(binary, values, world)

    return result


def _count(
    binary: Binary, calculate: Callable[[int, int], int], variable: str, number: int
) -> Formula:
    """A counter that goes up, as it does in nearly every block."""

    def result(values: Mapping[str, Value], world: World) -> Value:
        count = values.get(variable)
        if isinstance(count, int):
            value = calculate(count, number)
            if -MOST <= value <= MOST:
                return value
        return evaluate(binary, values, world)

    return result
