"""Checked expressions as dialplan text. Only what the server decides by itself; the rest is refused.

Values are held as `flowc.expression.types` says. What a caller or a back end put into a variable
is filtered before it meets `$[ ]`, where text would be code. Knows no graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
from flowc.expression.types import WHOLE_NUMBERS, Scalar, Type
from flowc_asterisk import quote
from flowc_asterisk.zones import offset_of

LUHN_DIGITS = 64
NOW = "(${EPOCH}+0${FO})"
_DAY = 86_400
_COMPARISONS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class NotNativeError(ValueError):
    """The server cannot decide this by itself."""


@dataclass(slots=True)
class ExpressionWriter:
    """Writes the expressions of one release; `prelude` are Sets that must come before the last one."""

    release8: str
    timezone: str
    clean: frozenset[str] = frozenset()  # variables of digits that nobody outside ever fills
    prelude: list[tuple[str, str]] = field(default_factory=list)
    _temporaries: int = 0

    def condition(self, expression: Expression) -> str:
        """`$[...]`, which is 1 or 0."""
        return f"$[{self._truth(expression)}]"

    def value(self, expression: Expression) -> str:
        """The text that a `Set` gives a variable."""
        match expression:
            case Literal(value=str(value)):
                return quote.text(value)
            case Literal(value=int(value)):
                return str(value)
            case Read(variable, type_) if type_ not in WHOLE_NUMBERS:
                return f"${{{quote.variable(variable)}}}"
            case Conditional(condition, then, otherwise) if self._is_word(then):
                return f"${{IF({self.condition(condition)}?{self.value(then)}:{self.value(otherwise)})}}"
            case _ if self._is_word(expression):
                raise NotNativeError("this text is not decided on the server")
            case Read() | Conditional():  # a sum is written plainly, without the 0 in front
                return f"$[{self._number(expression)}+0]"
            case _:
                return f"$[{self._number(expression)}]"

    def take_prelude(self) -> tuple[tuple[str, str], ...]:
        """The Sets that the expressions since the last call need first, in order."""
        taken, self.prelude = tuple(self.prelude), []
        return taken

    def _is_word(self, expression: Expression) -> bool:
        return type_of(expression) in (Scalar.DIGITS, Scalar.TEXT, Scalar.DECIMAL)

    def _truth(self, expression: Expression) -> str:
        match expression:
            case Not(operand):
                return f"({self._truth(operand)}=0)"
            case IsSet(operand):
                return self._is_set(operand)
            case Binary("and", left, right):
                return f"({self._truth(left)} & {self._truth(right)})"
            case Binary("or", left, right):
                return f"({self._truth(left)} | {self._truth(right)})"
            case Binary("in", left, Items(items)):
                return "(" + " | ".join(self._compared("==", left, one) for one in items) + ")"
            case Binary(operator, left, right) if operator in _COMPARISONS:
                return self._compared(operator, left, right)
            case Call("starts_with" | "ends_with" | "luhn" | "like" | "listed" | "flag"):
                return self._asked(expression)
            case _:
                return self._number(expression)

    def _is_set(self, operand: Expression) -> str:
        if not isinstance(operand, Read):
            raise NotNativeError("`is set` asks for a variable")
        return f"(${{LEN(${{{quote.variable(operand.variable)}:0:1}})}}>0)"

    def _compared(self, operator: str, left: Expression, right: Expression) -> str:
        if self._is_word(left) or self._is_word(right):
            if operator not in ("==", "!="):
                raise NotNativeError("texts have no order here")
            sign = _COMPARISONS[operator]
            return f'("{self._digits(left)}"{sign}"{self._digits(right)}")'
        sign = _COMPARISONS[operator]
        return f"({self._number(left)}{sign}{self._number(right)})"

    def _digits(self, expression: Expression) -> str:
        """Digits, safe between double quotes: quoted, they are compared as text."""
        match expression:
            case Literal(value=value, type=Scalar.DIGITS | Scalar.TEXT):
                return quote.digits(str(value)) if value != "" else ""
            case Read(variable, Scalar.DIGITS) if variable in self.clean:
                return f"${{{quote.variable(variable)}}}"
            case Read(variable, Scalar.DIGITS):
                return f"${{FILTER(0-9+,${{{quote.variable(variable)}}})}}"
            case Read(variable, Scalar.TEXT) if variable == "call.language":
                return f"${{FILTER(a-zA-Z0-9-,${{{quote.variable(variable)}}})}}"
            case Conditional(condition, then, otherwise):
                return f"${{IF({self.condition(condition)}?{self._digits(then)}:{self._digits(otherwise)})}}"
            case _:
                raise NotNativeError("only digits are compared on the server, not other texts")

    def _number(self, expression: Expression) -> str:
        match expression:
            case Literal(value=int(value)):
                return str(value) if value >= 0 else f"(0{value})"
            case Read(variable, type_):
                return self._read_number(variable, type_)
            case Call():
                return self._called(expression)
            case Binary("+" | "-" | "*"):
                return self._calculated(expression)
            case Conditional(condition, then, otherwise):
                chosen = f"{self.value(then)}:{self.value(otherwise)}"
                return f"(0${{IF({self.condition(condition)}?{chosen})}})"
            case Not() | IsSet() | Binary():
                return self._truth(expression)
            case Literal() | Name() | Field() | Items():
                raise NotNativeError("this is no number that the server can hold")
            case _:
                assert_never(expression)

    def _read_number(self, variable: str, type_: Type) -> str:
        if type_ not in WHOLE_NUMBERS:
            raise NotNativeError(f"`{variable}` is {type_}, which the server does not decide")
        if variable in quote.COUNTERS:
            return f"(0{quote.held(variable)})"  # only ever counted by us
        # Unset is 0 here, never a syntax error; `0-5` in brackets is -5.
        return f"(0${{FILTER(0-9-,${{{quote.variable(variable)}}})}})"

    def _called(self, call: Call) -> str:
        match call.function:
            case "now":
                return NOW
            case "today":  # a zone with summer time takes a long text to tell: once is enough
                return f"${{{self._held(f'${{STRFTIME({self.local_now()},UTC,%Y%m%d)}}')}}}"
            case "len":
                return f"${{LEN({self._digits(call.arguments[0])})}}"
            case "number":
                return f"(0{self._digits(call.arguments[0])})"
            case _:
                return self._asked(call)

    def local_now(self) -> str:
        """Seconds that read as UTC give the time in the project's zone."""
        return f"$[{NOW}+{offset_of(self.timezone, NOW)}]"

    def _asked(self, call: Call) -> str:
        match call.function, call.arguments:
            case "flag", (Literal(value=str(name)),):
                until = f"${{FILTER(0-9,${{DB(flowc/flag.{quote.segment(name)})}})}}"
                return f"(0{until}>{NOW})"
            case "listed", (value, Literal(value=str(name))):
                context = quote.own_context(self.release8, "list", name)
                return f"${{DIALPLAN_EXISTS({context},e{self._digits(value)},1)}}"
            case "starts_with", (value, Literal(value=str(start))):
                held = self._held_digits(value)
                return f'("${{{held}:0:{len(start)}}}"="{quote.digits(start)}")'
            case "ends_with", (value, Literal(value=str(end))):
                held = self._held_digits(value)
                tail = f"${{{held}:-{len(end)}}}"
                return f'("{tail}"="{quote.digits(end)}")'
            case "luhn", (value,):
                return self._luhn(value)
            case "like", (value, Literal(value=str(pattern))):
                return f'${{REGEX("^{quote.places(pattern)}$" {self._digits(value)})}}'
            case _:
                raise NotNativeError(f"`{call.function}` is not decided on the server")

    def _luhn(self, value: Expression) -> str:
        """The check sum, written out: digits padded to 64, every second one from the right doubled."""
        digits = self._digits(value)
        held = self._held("0" * LUHN_DIGITS + digits)
        terms = []
        for place in range(1, LUHN_DIGITS + 1):
            digit = f"${{{held}:-{place}:1}}"
            terms.append(digit if place % 2 else f"{digit}*2-9*({digit}>4)")
        total = self._held(f"$[{'+'.join(terms)}]")
        return f"((${{{total}}} % 10=0) & (${{LEN(${{{held}}})}}>{LUHN_DIGITS}))"

    def _held_digits(self, value: Expression) -> str:
        """The variable itself where it needs no filter."""
        match value:
            case Read(variable, Scalar.DIGITS) if variable in self.clean:
                return quote.variable(variable)
            case _:
                return self._held(self._digits(value))

    def _held(self, text: str) -> str:
        """A variable of ours that holds `text` first, since only variables have substrings."""
        known = next((name for name, held in self.prelude if held == text), None)
        if known is not None:
            return known
        self._temporaries += 1
        name = f"X{self._temporaries}"
        self.prelude.append((name, text))
        return name

    def _calculated(self, binary: Binary) -> str:
        left, right = type_of(binary.left), type_of(binary.right)
        one, other = self._number(binary.left), self._number(binary.right)
        match binary.operator, left, right:
            case "-", Scalar.DATE, Scalar.DATE:
                return f"(({_midnight(one)}-{_midnight(other)})/{_DAY})"
            case "+", Scalar.INT, Scalar.DATE:
                return _moved(other, "+", one)
            case operator, Scalar.DATE, _:
                return _moved(one, operator, other)
            case operator, _, _:
                return f"({one}{operator}{other})"


def _midnight(date: str) -> str:
    """The epoch of a date's midnight, read as UTC; 0 for one that is unset, never a syntax error."""
    return f"(0${{STRPTIME($[{date}+0],UTC,%Y%m%d)}})"


def _moved(date: str, sign: str, days: str) -> str:
    return f"${{STRFTIME($[{_midnight(date)}{sign}({days})*{_DAY}],UTC,%Y%m%d)}}"
