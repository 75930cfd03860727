"""A formula made ready gives what `evaluate` gives, and fails where and as it fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowc.expression.evaluate import Undecided, evaluate
from flowc.expression.tree import (
    Binary,
    Call,
    Conditional,
    Expression,
    IsSet,
    Items,
    Literal,
    Not,
    Read,
)
from flowc.expression.types import Scalar
from flowc.machine.formula import Formula, formula
from flowc.simulate.world import SimulatedWorld
from flowc.source import Source

WORLD = SimulatedWorld(0, "UTC", {"vip": ("139",)}, ("outage",))
SOURCE = Source("a", " " * 100)
# Each its own place, so that a failure's place tells which part it was.
PLACES = st.integers(0, 99).map(lambda at: SOURCE.span(at, at + 1))
NAMES = ("a", "b", "missing", "empty", "text", "word")
NUMBERS = st.integers(-(10**15), 10**15)
WORDS = st.sampled_from(["", "1", "13", "139", "0012", "x", "1.50", "-2"])
DATES = st.sampled_from([20261124, 20240229, 20260230, 101, 99991231])


def reads(kind: Scalar) -> st.SearchStrategy[Expression]:
    # A caller who withholds the number is a text, and none that is missing.
    names = (*NAMES, "call.from") if kind in (Scalar.TEXT, Scalar.DIGITS) else NAMES
    return st.builds(Read, st.sampled_from(names), st.just(kind), PLACES)


def literals(values: st.SearchStrategy[int | str], kind: Scalar) -> st.SearchStrategy[Expression]:
    return st.builds(Literal, values, st.just(kind), PLACES)


def sums(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(Binary, st.sampled_from("+-*"), inner, inner, PLACES)


SUMS = st.recursive(literals(NUMBERS, Scalar.INT) | reads(Scalar.INT), sums, max_leaves=4)
MONEY = st.recursive(
    literals(NUMBERS, Scalar.MONEY) | reads(Scalar.MONEY),
    lambda inner: st.builds(Binary, st.sampled_from("+-"), inner, inner, PLACES),
    max_leaves=3,
)
DAYS = literals(DATES, Scalar.DATE) | reads(Scalar.DATE)
MOVED = st.builds(Binary, st.sampled_from("+-"), DAYS, SUMS, PLACES) | DAYS
TEXTS = literals(WORDS, Scalar.TEXT) | reads(Scalar.TEXT) | reads(Scalar.DIGITS)
DECIMALS = literals(WORDS, Scalar.DECIMAL) | reads(Scalar.DECIMAL)


def compared(of: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    among = st.builds(
        lambda one, other, place: Binary("in", one, Items((other, one)), place), of, of, PLACES
    )
    return st.builds(Binary, operators, of, of, PLACES) | among


FUNCTIONS = st.sampled_from(["starts_with", "ends_with"])
SPOKEN = st.builds(
    lambda name, one, other, place: Call(name, (one, other), place),
    FUNCTIONS,
    TEXTS,
    TEXTS,
    PLACES,
)
TRUTHS = st.recursive(
    st.one_of(
        *(compared(of) for of in (SUMS, MONEY, MOVED, TEXTS, DECIMALS)),
        SPOKEN,
        st.builds(IsSet, reads(Scalar.TEXT), PLACES),
        reads(Scalar.BOOL),
    ),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(["and", "or"]), inner, inner, PLACES),
        st.builds(Not, inner, PLACES),
        st.builds(Conditional, inner, inner, inner, PLACES),
    ),
    max_leaves=5,
)


def outcome(of: Formula, values: dict[str, int | str]) -> object:
    """The value with its type (a truth is 1 or 0, never True), or the failure with its place."""
    try:
        value = of(values, WORLD)
    except Undecided as reason:
        return type(reason), vars(reason)
    return type(value), value


@given(st.one_of(SUMS, MONEY, MOVED, TEXTS, TRUTHS), NUMBERS | DATES | WORDS, NUMBERS | DATES)
def test_a_formula_is_evaluate_in_short(expression: Expression, a: int | str, b: int) -> None:
    values: dict[str, int | str] = {"a": a, "b": b, "empty": "", "text": "12", "word": "139x"}
    plain = outcome(lambda v, w: evaluate(expression, v, w), values)
    assert outcome(formula(expression), values) == plain
