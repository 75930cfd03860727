"""What stands in `$[ ]`, once it is substituted: the text of its value. Knows no call.

The operators that the target writes, by the server's own rules: quoted words are texts with their
quotes; digits are a number once something is asked of them, and stay as they are written until then;
a truth is 1 or the value itself. What the server would cut, round or complain of is refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ..line import StandInError

MOST_NUMBER = 10**18  # from here on the server writes an exponent


@dataclass(frozen=True, slots=True)
class Digits:
    """A number as it was written, with its zeros."""

    text: str

    def __str__(self) -> str:
        return self.text


Value = int | str | Digits

_TOKEN = re.compile(
    r"[ \t]*(?:(?P<number>[0-9]+)(?![a-zA-Z0-9.';\\_^#@\x80-\xff])"
    r'|(?P<text>"[^"]*")'
    r"|(?P<word>[a-zA-Z0-9.';\\_^#@\x80-\xff]+)"
    r"|(?P<sign>\|\||&&|==|>=|<=|!=|[|&=><+\-*/%()]))"
)
_SAME = {"||": "|", "&&": "&", "==": "="}
_POWER = {
    "|": 1,
    "&": 2,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), 3),
    **dict.fromkeys("+-", 4),
    **dict.fromkeys("*/%", 5),
}
_NEGATION = 6
_ORDER: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class _Sign:
    sign: str


@lru_cache(maxsize=100_000)
def evaluate(text: str) -> str:
    """The value as text. Raises StandInError where the server would complain."""
    tokens = _tokens(text)
    if not tokens:
        return ""
    parser = _Parser(tokens, text)
    value = parser.value(0)
    if parser.rest:
        raise StandInError(f"$[{text}]: something is left over")
    return str(value)


def _tokens(text: str) -> list[Value | _Sign]:
    found: list[Value | _Sign] = []
    at, stripped = 0, text.rstrip(" \t")
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise StandInError(f"$[{text}]: {stripped[at:]!r} is not read by the server")
        at = match.end()
        if match["number"]:
            _number(int(match["number"]))
            found.append(Digits(match["number"]))
        elif match["sign"]:
            found.append(_Sign(_SAME.get(match["sign"], match["sign"])))
        else:
            found.append(_word(match["text"] or match["word"]))
    return found


def _word(text: str) -> str:
    if re.fullmatch(r"[0-9.-]+", text):
        raise StandInError(f"{text} is no whole number")
    return text


def _number(value: int) -> int:
    if abs(value) >= MOST_NUMBER:
        raise StandInError(f"{value} has more digits than the server writes")
    return value


class _Parser:
    def __init__(self, tokens: list[Value | _Sign], text: str) -> None:
        self.rest = tokens[::-1]
        self._text = text

    def value(self, power: int) -> Value:
        """What stands from here up to an operator that binds less; all bind from the left."""
        left = self._operand()
        while self.rest:
            sign = self.rest[-1]
            binds = _POWER.get(sign.sign, 0) if isinstance(sign, _Sign) else 0
            if binds <= power:
                break
            self.rest.pop()
            assert isinstance(sign, _Sign)
            left = self._applied(sign.sign, left, self.value(binds))
        return left

    def _operand(self) -> Value:
        if not self.rest:
            raise self._fault("an operand is missing")
        token = self.rest.pop()
        match token:
            case _Sign("("):
                inner = self.value(0)
                if not self.rest or self.rest.pop() != _Sign(")"):
                    raise self._fault("a bracket is missing")
                return inner
            case _Sign("-"):
                return -self._whole(self.value(_NEGATION))
            case _Sign(sign):
                raise self._fault(f"`{sign}` is no operand")
            case _:
                return token

    def _applied(self, sign: str, left: Value, right: Value) -> Value:
        match sign:
            case "|":
                return right if _is_nothing(left) else _read(left)
            case "&":
                return 0 if _is_nothing(left) or _is_nothing(right) else _read(left)
            case "+" | "-" | "*" | "/" | "%":
                return _number(self._calculated(sign, self._whole(left), self._whole(right)))
            case _:
                return int(self._compared(sign, left, right))

    def _compared(self, sign: str, left: Value, right: Value) -> bool:
        if isinstance(left, str) or isinstance(right, str):
            one, other = str(left), str(right)
            if sign not in ("=", "!="):
                raise self._fault("texts are put in order")
            return (one == other) is (sign == "=")
        return _ORDER[sign](self._whole(left), self._whole(right))

    def _calculated(self, sign: str, left: int, right: int) -> int:
        match sign:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/" if right and left % right == 0:
                return left // right
            case "%" if right:
                rest = abs(left) % abs(right)
                return -rest if left < 0 else rest
            case _:
                raise self._fault(f"{left}{sign}{right} is no whole number")

    def _whole(self, value: Value) -> int:
        found = _read(value)
        if isinstance(found, str):
            raise self._fault(f"{value!r} is calculated with")
        return found

    def _fault(self, why: str) -> StandInError:
        return StandInError(f"$[{self._text}]: {why}")


def _read(value: Value) -> int | str:
    """A number that has been looked at is one from then on."""
    return int(value.text) if isinstance(value, Digits) else value


def _is_nothing(value: Value) -> bool:
    return _read(value) in (0, "")
