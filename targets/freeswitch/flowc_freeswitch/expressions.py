"""Checked expressions as data for the interpreter: `{operation, operands...}`.

Operations are those of `skeleton/expressions.lua` and `functions.lua`. What only the runtime decides
is refused. Knows no graph.
"""

from __future__ import annotations

from typing import assert_never

from flowc.expression.operators import type_of
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
from flowc.expression.types import WHOLE_NUMBERS, ListOf, Record, Scalar, Secret
from flowc_freeswitch import quote
from flowc_freeswitch.lua_data import Data, Table, table


class NotNativeError(ValueError):
    """The server cannot decide this by itself."""


def expression_data(expression: Expression) -> Data:
    """The expression as data. Raises NotNativeError, QuoteError."""
    match expression:
        case Literal(value=str(value)):
            return quote.text(value)
        case Literal(value=value):
            return value
        case Read():
            return _read(expression)
        case Call():
            return _call(expression)
        case Not(operand):
            return table("not", expression_data(operand))
        case IsSet(Read(variable)):
            return table("set", quote.variable(variable))
        case Binary():
            return _binary(expression)
        case Conditional(condition, then, otherwise):
            return table("if", *map(expression_data, (condition, then, otherwise)))
        case IsSet() | Name() | Field() | Items():
            raise NotNativeError("only a checked expression has a value")
        case _:
            assert_never(expression)


def _read(read: Read) -> Table:
    if isinstance(read.type, ListOf | Record | Secret):
        raise NotNativeError(f"`{read.variable}` is {read.type}, which no call holds whole")
    kind = "n" if read.type in WHOLE_NUMBERS else "s"
    return table(kind, quote.variable(read.variable))


def _call(call: Call) -> Data:
    match call.function, call.arguments:
        case ("today" | "now") as name, ():
            return table(name)
        case "flag", (Literal(value=str(name)),):
            return table("flag", quote.segment(name))
        case "listed", (value, Literal(value=str(name))):
            return table("listed", expression_data(value), quote.segment(name))
        case "like", (value, Literal(value=str(pattern))):
            return table("like", expression_data(value), quote.digit_pattern(pattern))
        case ("len" | "luhn" | "number") as name, (value,):
            return table(name, expression_data(value))
        case "starts_with", (value, start):
            return table("starts", expression_data(value), expression_data(start))
        case "ends_with", (value, end):
            return table("ends", expression_data(value), expression_data(end))
        case _:
            raise NotNativeError(f"`{call.function}` is not decided on the server")


def _binary(binary: Binary) -> Data:
    match binary.operator, binary.right:
        case "in", Items(items):
            _no_decimal(binary.left, *items)
            return table("in", expression_data(binary.left), *map(expression_data, items))
        case (("+" | "-" | "*"), _):
            return _calculated(binary)
        case operator, right:
            _no_decimal(binary.left, right)
            return table(operator, expression_data(binary.left), expression_data(right))


def _no_decimal(*operands: Expression) -> None:
    if any(type_of(one) is Scalar.DECIMAL for one in operands):
        raise NotNativeError("decimals are decided in the runtime only")


def _calculated(binary: Binary) -> Data:
    left, right = expression_data(binary.left), expression_data(binary.right)
    match binary.operator, type_of(binary.left), type_of(binary.right):
        case "-", Scalar.DATE, Scalar.DATE:
            return table("days", left, right)
        case "+", Scalar.INT, Scalar.DATE:
            return table("later", right, left)
        case operator, Scalar.DATE, _:
            return table("later" if operator == "+" else "earlier", left, right)
        case operator, _, _:
            return table(operator, left, right)
