"""Which operator joins which types, which functions there are, and the type of a checked tree.

Tables and questions about checked trees; knows no scope and reports nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

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
from flowc.expression.types import NATIVE, Scalar, Type

_INT, _MONEY, _SPAN = Scalar.INT, Scalar.MONEY, Scalar.DURATION
_DATE, _MOMENT = Scalar.DATE, Scalar.DATETIME

ARITHMETIC = {
    ("+", _INT, _INT): _INT,
    ("+", _MONEY, _MONEY): _MONEY,
    ("+", _SPAN, _SPAN): _SPAN,
    ("+", _DATE, _INT): _DATE,
    ("+", _INT, _DATE): _DATE,
    ("+", _MOMENT, _SPAN): _MOMENT,
    ("+", _SPAN, _MOMENT): _MOMENT,
    ("-", _INT, _INT): _INT,
    ("-", _MONEY, _MONEY): _MONEY,
    ("-", _SPAN, _SPAN): _SPAN,
    ("-", _DATE, _INT): _DATE,
    ("-", _DATE, _DATE): _INT,
    ("-", _MOMENT, _SPAN): _MOMENT,
    ("-", _MOMENT, _MOMENT): _SPAN,
    ("*", _INT, _INT): _INT,
    ("*", _MONEY, _INT): _MONEY,
    ("*", _INT, _MONEY): _MONEY,
    ("*", _SPAN, _INT): _SPAN,
    ("*", _INT, _SPAN): _SPAN,
}
LOGIC = frozenset({"and", "or"})
EQUALITY = frozenset({"==", "!="})
ORDER = frozenset({"<", "<=", ">", ">="})
COMPARISON = EQUALITY | ORDER
ORDERED = (NATIVE | {Scalar.DECIMAL}) - {Scalar.BOOL, Scalar.DIGITS}
WORDS = frozenset({Scalar.TEXT, Scalar.DIGITS})


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in as authors write it: how many arguments, of which types, and what comes out."""

    usage: str
    arguments: int
    takes: frozenset[Scalar]
    gives: Scalar


FUNCTIONS = {
    "today": Function("today()", 0, frozenset(), Scalar.DATE),
    "now": Function("now()", 0, frozenset(), Scalar.DATETIME),
    "len": Function("len(x)", 1, WORDS, Scalar.INT),
    "starts_with": Function('starts_with(x, "13")', 2, WORDS, Scalar.BOOL),
    "ends_with": Function('ends_with(x, "00")', 2, WORDS, Scalar.BOOL),
    "luhn": Function("luhn(x)", 1, frozenset({Scalar.DIGITS}), Scalar.BOOL),
    "number": Function("number(x)", 1, frozenset({Scalar.DIGITS}), Scalar.INT),
}


def type_of(checked: Expression) -> Type:
    """The type of a checked expression."""
    match checked:
        case Literal(type=type_):
            return type_
        case Read(type=type_):
            return type_
        case Call(function):
            return FUNCTIONS[function].gives if function in FUNCTIONS else Scalar.BOOL
        case Not() | IsSet():
            return Scalar.BOOL
        case Binary(operator, left, right):
            return _binary_type(operator, left, right)
        case Conditional(then=then):
            return type_of(then)
        case Name() | Field() | Items():
            raise TypeError("a name not looked up, or items alone, have no type")
        case _:
            assert_never(checked)


def _binary_type(operator: str, left: Expression, right: Expression) -> Type:
    if operator not in ("+", "-", "*"):
        return Scalar.BOOL
    one, other = type_of(left), type_of(right)
    assert isinstance(one, Scalar)
    assert isinstance(other, Scalar)
    return ARITHMETIC[operator, one, other]


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts of an expression, in the order written; conditions of `if` come second."""
    match expression:
        case Literal() | Name() | Read():
            return ()
        case Field(record=part) | Not(operand=part) | IsSet(operand=part):
            return (part,)
        case Call(arguments=parts) | Items(items=parts):
            return parts
        case Binary(left=left, right=right):
            return (left, right)
        case Conditional(condition, then, otherwise):
            return (then, condition, otherwise)
        case _:
            assert_never(expression)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all that is in it, from the left; no recursion."""
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(children(part)))


def reads(checked: Expression) -> frozenset[str]:
    """The flat variables that a checked expression may read (`is set` asks for one, too)."""
    return frozenset(part.variable for part in walk(checked) if isinstance(part, Read))


def is_native(checked: Expression) -> bool:
    """Can a telephone system decide a checked expression by itself, with the runtime down?"""
    match checked:
        case Literal(type=type_) | Read(type=type_):
            return type_ in NATIVE
        case IsSet() | Call("flag"):
            return True
        case Call("listed" | "like", (value, _)):
            return is_native(value)
        case _:
            return all(is_native(part) for part in children(checked))
