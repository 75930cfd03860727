"""Expressions made ready: counters and comparisons of whole numbers as plain functions.

`expression.evaluate` is the meaning. Here is only a shorter way to the same value for what nearly
every block asks; wherever a value is missing, of another type or too large, `evaluate` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, eq, ge, gt, le, lt, mul, ne, sub

from flowc.expression.evaluate import World, evaluate
from flowc.expression.literals import MOST
from flowc.expression.operators import type_of
from flowc.expression.tree import Binary, Expression, Literal, Read
from flowc.expression.types import Scalar

Value = int | str
Formula = Callable[[Mapping[str, Value], World], Value]
_Number = Callable[[Mapping[str, Value], World], int]

_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
_CALCULATE: dict[str, Callable[[int, int], int]] = {"+": add, "-": sub, "*": mul}


def formula(expression: Expression) -> Formula:
    """A function with the value of `evaluate`, and its errors."""
    if isinstance(expression, Literal):
        return _constant(expression.value)
    quick = _number(expression)
    if quick is None:
        return lambda values, world: evaluate(expression, values, world)

    def either(values: Mapping[str, Value], world: World) -> Value:
        try:
            return quick(values, world)
        except _PlainlyError:
            return evaluate(expression, values, world)

    return either


class _PlainlyError(Exception):
    """No quick way to this value."""


def _constant(value: Value) -> Formula:
    return lambda _values, _world: value


def _number(expression: Expression) -> _Number | None:
    match expression:
        case Literal(int(value), Scalar.INT):
            return lambda _values, _world: value
        case Read(variable, Scalar.INT):
            return _read(variable)
        case Binary(operator, left, right):
            one, other = _number(left), _number(right)
            if one is not None and other is not None:
                return _binary(operator, expression, one, other)
    return None


def _read(variable: str) -> _Number:
    def read(values: Mapping[str, Value], _world: World) -> int:
        value = values.get(variable)
        if isinstance(value, int):
            return value
        raise _PlainlyError

    return read


def _binary(operator: str, binary: Binary, one: _Number, other: _Number) -> _Number | None:
    if operator == "and":
        return lambda values, world: int(bool(one(values, world) and other(values, world)))
    if operator == "or":
        return lambda values, world: int(bool(one(values, world) or other(values, world)))
    if type_of(binary.left) is not Scalar.INT or type_of(binary.right) is not Scalar.INT:
        return None
    if operator in _COMPARE:
        compare = _COMPARE[operator]
        return lambda values, world: int(compare(one(values, world), other(values, world)))
    return _calculation(_CALCULATE[operator], one, other) if operator in _CALCULATE else None


def _calculation(calculate: Callable[[int, int], int], one: _Number, other: _Number) -> _Number:
    def result(values: Mapping[str, Value], world: World) -> int:
        value = calculate(one(values, world), other(values, world))
        if -MOST <= value <= MOST:
            return value
        raise _PlainlyError

    return result
