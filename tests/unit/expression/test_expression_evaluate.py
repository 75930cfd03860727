"""The value of an expression: calendars, order of evaluation, what cannot be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from flowc.diagnostics.model import Reporter
from flowc.expression.check import Binding, Scope, check
from flowc.expression.evaluate import (
    TooLarge,
    Unreadable,
    Unset,
    Value,
    World,
    evaluate,
    passes_luhn,
)
from flowc.expression.parse import parse_expression
from flowc.expression.types import Scalar
from flowc.source import Source

NAMES = {
    "n": Scalar.INT,
    "m": Scalar.INT,
    "money": Scalar.MONEY,
    "account": Scalar.DIGITS,
    "city": Scalar.TEXT,
    "rate": Scalar.DECIMAL,
    "due": Scalar.DATE,
    "started": Scalar.DATETIME,
    "closed": Scalar.BOOL,
}
SCOPE = Scope(
    {name: Binding(f"f.{name}", type_) for name, type_ in NAMES.items()},
    frozenset({"vip"}),
    frozenset({"outage"}),
)


@dataclass
class CallWorld:
    """A world that notes what it was asked."""

    asked: list[str] = field(default_factory=list)

    def today(self) -> int:
        return 20261231

    def now(self) -> int:
        return 1_000_000

    def listed(self, value: str, name: str) -> bool:
        return (value, name) == ("138", "vip")

    def flag(self, name: str) -> bool:
        self.asked.append(name)
        return name == "outage"


def value(text: str, values: Mapping[str, Value], world: World | None = None) -> Value:
    report = Reporter()
    tree = parse_expression(text, Source("a", text).span(0, len(text)), report)
    checked = check(tree, SCOPE, report) if tree else None
    assert checked is not None, list(report)
    flat = {f"f.{name}": held for name, held in values.items()}
    return evaluate(checked, flat, world or CallWorld())


@pytest.mark.parametrize(
    ("text", "values", "wanted"),
    [
        ("n * 2 - 3", {"n": 5}, 7),
        ("money + 0.5 == 1", {"money": 50}, 1),
        ("today() + 1", {}, 20270101),
        ("due - 366 == 2023-02-28", {"due": 20240229}, 1),
        ("due - today()", {"due": 20270302}, 61),
        ("1 + due", {"due": 20240228}, 20240229),
        ("now() - started", {"started": 999_940}, 60),
        ("now() - started >= 1m", {"started": 999_940}, 1),
        ("rate == 1.50", {"rate": "1.5"}, 1),
        ("rate < 10", {"rate": "9.99"}, 1),
        ("rate in (1, 2.0)", {"rate": "2"}, 1),
        ("account == '0571'", {"account": "571"}, 0),
        ("len(account)", {"account": "0571"}, 4),
        ("starts_with(account, '05') and ends_with(account, '71')", {"account": "0571"}, 1),
        ("account in lists.vip", {"account": "138"}, 1),
        ("account not in lists.vip", {"account": "138"}, 0),
        ("n in (1, m + 1)", {"n": 4, "m": 3}, 1),
        ("'a' if closed else 'b'", {"closed": 0}, "b"),
        ("flags.outage and not closed", {"closed": 0}, 1),
        ("city is set", {}, 0),
        ("city is set", {"city": ""}, 0),
        ("city is not set", {"city": "x"}, 0),
    ],
)
def test_an_expression_has_the_value_it_says(
    text: str, values: dict[str, Value], wanted: Value
) -> None:
    assert value(text, values) == wanted


@pytest.mark.parametrize("values", [{}, {"n": ""}])
def test_reading_an_unset_variable_names_it_and_its_place(values: dict[str, Value]) -> None:
    with pytest.raises(Unset) as caught:
        value("1 + n > 2", values)
    assert (caught.value.variable, caught.value.span.text) == ("f.n", "n")


def test_the_second_side_is_not_asked_where_the_first_decides() -> None:
    world = CallWorld()
    assert value("n is set and n > 1", {}, world) == 0
    assert value("closed or flags.outage", {"closed": 1}, world) == 1
    assert value("n if n is set else 7", {}, world) == 7
    assert world.asked == []


def test_a_number_past_fifteen_digits_is_too_large() -> None:
    assert value("n + 1", {"n": 10**15 - 2}) == 10**15 - 1
    for text in ("n + 1", "n * n", "0 - n - 1"):
        with pytest.raises(TooLarge):
            value(text, {"n": 10**15 - 1})


def test_digits_past_fifteen_are_too_large_and_none_are_no_number() -> None:
    with pytest.raises(TooLarge):
        value("number(account)", {"account": "1" * 16})
    with pytest.raises(Unreadable):
        value("number(account)", {"account": "+86"})


def test_a_date_past_the_calendar_is_too_large() -> None:
    for text in ("due + 1", "due + 999999999999", "due - 999999999999"):
        with pytest.raises(TooLarge):
            value(text, {"due": 99991231})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("due + 1", {"due": 20260230}),
        ("due - today()", {"due": 7}),
        ("rate > 1", {"rate": "NaN"}),
        ("rate > 1", {"rate": "1e999999999"}),
        ("rate > 1", {"rate": "9" * 5000}),
        ("n + 1", {"n": "abc"}),
        ("n > 1", {"n": "abc"}),
        ("account == '7'", {"account": 7}),
    ],
)
def test_a_value_not_of_its_form_is_told_and_never_guessed(
    text: str, values: dict[str, Value]
) -> None:
    with pytest.raises(Unreadable):
        value(text, values)


@pytest.mark.parametrize(
    ("digits", "passes"),
    [
        ("4539578763621486", True),
        ("4539578763621487", False),
        ("79927398713", True),
        ("79927398710", False),
        ("0", True),
        ("", False),
        ("٣", False),
        ("+18", False),
    ],
)
def test_the_check_digit_is_luhns(digits: str, passes: bool) -> None:
    assert passes_luhn(digits) is passes
