"""Shapes of single words: numbers, times, keys, names, expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flowc.diagnostics.model import Words
from flowc.expression.parse import parse_expression
from flowc.graph.operations import MOST_KEYS
from flowc.kinds.parts import Formula, Length, Word
from flowc.kinds.shapes.base import NAME, JsonSchema, Place, Worded
from flowc.kinds.shapes.meant import count_meant, duration_meant
from flowc.syntax.tree import Scalar, Tree


def count(least: int, most: int) -> Worded[int]:
    """A whole number from `least` to `most`."""

    def convert(text: str) -> int | None:
        fits = re.fullmatch("[0-9]{1,9}", text) and least <= int(text) <= most
        return int(text) if fits else None

    words = Words(f"a number from {least} to {most}", f"{least} 到 {most} 的数")
    return Worded(words, str(least + 1), convert, "^[0-9]+$", meant=count_meant)


SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_TIME = 3660 * SECONDS["d"]  # ten years: longer than anything is kept


def seconds_of(text: str) -> int | None:
    """`90s`, `5m`, `2h`, `90d` as seconds, else None."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    seconds = int(found[1]) * SECONDS[found[2]] if found else LONGEST_TIME + 1
    return seconds if seconds <= LONGEST_TIME else None


def _some_time_meant(text: str) -> str | None:
    meant = duration_meant(text)
    return meant if meant and seconds_of(meant) else None


DURATION = Worded(
    Words(
        "a time with its unit (s, m, h, d), 1s to 3660d", "带单位（s、m、h、d）的时间，1s 到 3660d"
    ),
    "90s",
    lambda text: seconds_of(text) or None,
    "^0*[1-9][0-9]*[smhd]$",
    meant=_some_time_meant,
)
MAYBE_NO_TIME = Worded(
    Words(
        "a time with its unit (s, m, h, d), 3660d at most", "带单位（s、m、h、d）的时间，最多 3660d"
    ),
    "90s",
    seconds_of,
    "^[0-9]+[smhd]$",
    meant=duration_meant,
)
# What lasts minutes or hours: a bare `15` is no seconds, and is not guessed at.
LONG_TIME = replace(
    DURATION, example="20m", meant=lambda t: None if t.strip().isdecimal() else _some_time_meant(t)
)
LENGTH_EXAMPLE = "8 / 6-10"


def _length_of(text: str) -> Length | None:
    found = re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", text)
    if not found:
        return None
    least, most = int(found[1]), int(found[2] or found[1])
    return Length(least, most) if 1 <= least <= most <= MOST_KEYS else None


LENGTH = Worded(
    Words(
        f"how many digits: a number or a range, {MOST_KEYS} at most",
        f"位数：一个数或一个范围，最多 {MOST_KEYS}",
    ),
    LENGTH_EXAMPLE,
    _length_of,
    "^[0-9]+(-[0-9]+)?$",
    meant=count_meant,
)
TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
TRUTH = Worded(Words("yes or no", "yes 或 no"), "yes", lambda text: TRUTHS.get(text.lower()))
KEY = Worded(
    Words("one key", "一个按键"),
    '"#"',
    lambda text: text if re.fullmatch(r"[0-9*#]", text) else None,
)


def one_of(*words: str) -> Worded[str]:
    """One of a few fixed words."""
    listed = ", ".join(words)
    return Worded(
        Words(f"one of {listed}", f"其中之一：{listed}"),
        words[0],
        lambda t: t if t in words else None,
        words=words,
    )


@dataclass(frozen=True, slots=True)
class NameShape:
    """A name of the author's: kept with its place, so that whoever looks it up can point at it."""

    expected: Words
    example: str
    pattern: re.Pattern[str] = NAME

    def read(self, tree: Tree, place: Place) -> Word | None:
        if isinstance(tree, Scalar) and tree.text and self.pattern.fullmatch(tree.text):
            return Word(tree.text, tree.span)
        place.wrong(tree, self.expected, self.example)
        return None

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{self.pattern.pattern}$"}


VARIABLE = NameShape(Words("the name of a variable", "变量名"), "account")
FLOW_NAME = NameShape(Words("the name of a flow", "流程名"), "balance")
LISTED_NAME = NameShape(Words("a name", "名字"), "office")
OPERATION = NameShape(
    Words("a service and its operation", "服务名.操作名"),
    "billing.customer",
    re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"),
)
LANGUAGE = NameShape(
    Words("a language of the project", "项目的语言"), "en", re.compile(r"[a-z]{2,3}(-[a-z0-9]+)*")
)


class FormulaShape:
    """An expression."""

    expected = Words("an expression", "表达式")
    example = "customer.balance < 0"

    def read(self, tree: Tree, place: Place) -> Formula | None:
        if not isinstance(tree, Scalar) or not tree.text.strip():
            place.wrong(tree, self.expected, self.example)
            return None
        expression = parse_expression(_as_literal(tree), tree.span, place.report)
        return Formula(expression, tree.span) if expression else None

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number", "boolean"]}


def _as_literal(scalar: Scalar) -> str:
    return scalar.text


FORMULA = FormulaShape()
