"""The value of a checked expression: one meaning, which every telephone system must match.

Total: a value, or `Undecided` with the place that could not be decided. It knows no clock and no
list by itself; the `World` that it is given does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from re import fullmatch
from typing import Any, Protocol, assert_never

from flowc.expression.literals import MOST, MOST_DIGITS, calendar_date, held_date
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
from flowc.expression.types import WHOLE_NUMBERS, Scalar
from flowc.source import Span

Value = int | str
# The operands of one comparison are of one type (`check` saw to it), which only Any can say.
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


class World(Protocol):
    """What an expression may ask of the call it is in."""

    def today(self) -> int:
        """The date in the project's time zone, YYYYMMDD."""

    def now(self) -> int:
        """Seconds since 1970 UTC."""

    def listed(self, value: str, name: str, /) -> bool:
        """Does the release's list of that name hold the value?"""

    def flag(self, name: str, /) -> bool:
        """Is the flag up?"""


# A caller who withholds the number is a caller all the same: it is on no list and begins with nothing.
MAY_BE_EMPTY = frozenset({"call.from"})


class Undecided(Exception):  # noqa: N818 - an answer of its own kind, no error of ours
    """An expression has no value here."""


@dataclass
class Unset(Undecided):
    """A variable is read that no path has filled, or that the back end left empty."""

    variable: str
    span: Span


@dataclass
class TooLarge(Undecided):
    """A number has more than 15 digits, or a date lies outside the calendar."""

    span: Span


@dataclass
class Unreadable(Undecided):
    """A value is not of its type's form: a date that no calendar has, a decimal with letters, a
    number of no digits."""

    value: Value
    span: Span


def evaluate(expression: Expression, values: Mapping[str, Value], world: World) -> Value:
    """The value of a checked expression, held as `types` says; a truth is 1 or 0.

    `values` holds flat variables; one that is missing or "" is unset. Raises `Undecided`.
    """
    return _Evaluation(values, world).value(expression)


@dataclass(frozen=True, slots=True)
class _Evaluation:
    values: Mapping[str, Value]
    world: World

    def value(self, expression: Expression) -> Value:
        match expression:
            case Literal(value=value):
                return value
            case Read():
                return self._read(expression)
            case Call():
                return self._call(expression)
            case Not(operand):
                return int(not self.value(operand))
            case IsSet(operand):
                return int(self._is_set(operand))
            case Binary():
                return self._binary(expression)
            case Conditional(condition, then, otherwise):
                return self.value(then if self.value(condition) else otherwise)
            case Name() | Field() | Items():
                raise TypeError("only a checked expression has a value")
            case _:
                assert_never(expression)

    def _read(self, read: Read) -> Value:
        value = self.values.get(read.variable, "")
        if value == "" and read.variable in MAY_BE_EMPTY:
            return value
        if value == "":
            raise Unset(read.variable, read.span)
        if isinstance(value, int) != (read.type in WHOLE_NUMBERS):
            raise Unreadable(value, read.span)
        return value

    def _is_set(self, operand: Expression) -> bool:
        return isinstance(operand, Read) and self.values.get(operand.variable, "") != ""

    def _call(self, call: Call) -> Value:
        match call.function:
            case "today":
                return self.world.today()
            case "now":
                return self.world.now()
            case "flag":
                return int(self.world.flag(self._name(call.arguments[0])))
            case "number":
                return _number_of(str(self.value(call.arguments[0])), call.span)
            case "listed":
                value, name = call.arguments
                return int(self.world.listed(str(self.value(value)), self._name(name)))
            case _:
                return _on_words(call.function, [str(self.value(one)) for one in call.arguments])

    def _name(self, literal: Expression) -> str:
        assert isinstance(literal, Literal)
        return str(literal.value)

    def _binary(self, binary: Binary) -> Value:
        match binary.operator:
            case "and":
                return int(bool(self.value(binary.left)) and bool(self.value(binary.right)))
            case "or":
                return int(bool(self.value(binary.left)) or bool(self.value(binary.right)))
            case "in":
                return self._among(binary)
            case "+" | "-" | "*":
                return self._calculate(binary)
            case operator:
                return int(
                    _COMPARE[operator](
                        self._comparable(binary.left), self._comparable(binary.right)
                    )
                )

    def _among(self, binary: Binary) -> int:
        assert isinstance(binary.right, Items)
        wanted = self._comparable(binary.left)
        return int(any(wanted == self._comparable(item) for item in binary.right.items))

    def _comparable(self, expression: Expression) -> Value | Decimal:
        value = self.value(expression)
        if type_of(expression) is not Scalar.DECIMAL:
            return value
        if not fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", str(value)):
            raise Unreadable(value, expression.span)
        return Decimal(value)

    def _calculate(self, binary: Binary) -> int:
        left, right = self._number(binary.left), self._number(binary.right)
        match binary.operator, type_of(binary.left), type_of(binary.right):
            case "-", Scalar.DATE, Scalar.DATE:
                return _days_between(binary, left, right)
            case "+", Scalar.INT, Scalar.DATE:
                return _move(right, left, binary.right.span, binary.span)
            case operator, Scalar.DATE, _:
                days = right if operator == "+" else -right
                return _move(left, days, binary.left.span, binary.span)
            case operator, _, _:
                return _bounded(_plain(operator, left, right), binary.span)

    def _number(self, expression: Expression) -> int:
        value = self.value(expression)
        assert isinstance(value, int), "the checker calculates with whole numbers only"
        return value


def _plain(operator: str, left: int, right: int) -> int:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case _:
            return left * right


def _bounded(number: int, span: Span) -> int:
    if abs(number) > MOST:
        raise TooLarge(span)
    return number


def _days_between(binary: Binary, left: int, right: int) -> int:
    return _ordinal(left, binary.left.span) - _ordinal(right, binary.right.span)


def _ordinal(held: int, span: Span) -> int:
    try:
        return calendar_date(held).toordinal()
    except (ValueError, OverflowError):
        raise Unreadable(held, span) from None


def _move(held: int, days: int, date_span: Span, span: Span) -> int:
    _ordinal(held, date_span)
    try:
        return held_date(calendar_date(held) + timedelta(days=days))
    except OverflowError:
        raise TooLarge(span) from None


def _on_words(function: str, words: list[str]) -> int:
    match function, words:
        case "len", [word]:
            return len(word)
        case "starts_with", [word, start]:
            return int(word.startswith(start))
        case "ends_with", [word, end]:
            return int(word.endswith(end))
        case "luhn", [word]:
            return int(passes_luhn(word))
        case "like", [word, pattern]:
            return int(fullmatch(pattern.replace("X", "[0-9]"), word) is not None)
        case _:
            raise AssertionError(function)


def _number_of(digits: str, span: Span) -> int:
    if not fullmatch("[0-9]+", digits):
        raise Unreadable(digits, span)
    if len(digits) > MOST_DIGITS:
        raise TooLarge(span)
    return int(digits)


def passes_luhn(digits: str) -> bool:
    """Is the last digit the check digit of the others (as on bank cards)? Only 0-9 can pass."""
    if not fullmatch("[0-9]+", digits):
        return False
    doubled = (
        int(digit) * 2 - 9 * (digit > "4") if place % 2 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return sum(doubled) % 10 == 0
