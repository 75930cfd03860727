"""An expression tree back to the text an author would write, with as few brackets as it needs.

Takes trees as parsed and as checked; knows the strength of each operator and nothing of types.
"""

from __future__ import annotations

from enum import IntEnum
from typing import assert_never

from flowc.expression.literals import literal_text
from flowc.expression.tree import (
    Binary,
    Call,
    Conditional,
    Expression,
    Field,
    IsSet,
    Items,
    Literal,
    Name,
    Not,
    Read,
)


class _Strength(IntEnum):
    CONDITIONAL = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    ATOM = 7


_STRENGTH = {
    "or": _Strength.OR,
    "and": _Strength.AND,
    "+": _Strength.SUM,
    "-": _Strength.SUM,
    "*": _Strength.PRODUCT,
}


def expression_text(expression: Expression) -> str:
    """The text of an expression; parsed again, it gives the same tree."""
    match expression:
        case Literal():
            return literal_text(expression)
        case Name(name) | Read(name):
            return name
        case Field(record, name):
            return f"{expression_text(record)}.{name}"
        case Call():
            return _call(expression)
        case Not(operand):
            return _not(operand)
        case IsSet(operand):
            return f"{_at_least(_Strength.SUM, operand)} is set"
        case Binary():
            return _binary(expression)
        case Items(items):
            return f"({', '.join(expression_text(item) for item in items)})"
        case Conditional():
            return _conditional(expression)
        case _:
            assert_never(expression)


def _call(call: Call) -> str:
    match call:
        case Call("listed", (value, Literal(str(name)))):
            return f"{_at_least(_Strength.SUM, value)} in lists.{name}"
        case Call("flag", (Literal(str(name)),)):
            return f"flags.{name}"
        case _:
            return f"{call.function}({', '.join(expression_text(one) for one in call.arguments)})"


def _not(operand: Expression) -> str:
    match operand:
        case IsSet(inner):
            return f"{_at_least(_Strength.SUM, inner)} is not set"
        case Binary("in", left, right):
            return f"{_at_least(_Strength.SUM, left)} not in {expression_text(right)}"
        case Call("listed", (value, Literal(str(name)))):
            return f"{_at_least(_Strength.SUM, value)} not in lists.{name}"
        case _:
            return f"not {_at_least(_Strength.NOT, operand)}"


def _binary(binary: Binary) -> str:
    strength = _STRENGTH.get(binary.operator, _Strength.COMPARISON)
    if strength is _Strength.COMPARISON:
        left = _at_least(_Strength.SUM, binary.left)
        right = _at_least(_Strength.SUM, binary.right)
    else:
        left = _at_least(strength, binary.left)
        right = _at_least(_Strength(strength + 1), binary.right)
    return f"{left} {binary.operator} {right}"


def _conditional(conditional: Conditional) -> str:
    then = _at_least(_Strength.OR, conditional.then)
    condition = _at_least(_Strength.OR, conditional.condition)
    return f"{then} if {condition} else {expression_text(conditional.otherwise)}"


def _at_least(strength: _Strength, expression: Expression) -> str:
    text = expression_text(expression)
    return text if _strength(expression) >= strength else f"({text})"


def _strength(expression: Expression) -> _Strength:
    match expression:
        case Conditional():
            return _Strength.CONDITIONAL
        case Binary(operator):
            return _STRENGTH.get(operator, _Strength.COMPARISON)
        case IsSet() | Not(IsSet()) | Call("listed") | Not(Call("listed")):
            return _Strength.COMPARISON
        case Not(Binary("in")):
            return _Strength.COMPARISON
        case Not():
            return _Strength.NOT
        case _:
            return _Strength.ATOM
