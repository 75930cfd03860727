"""A formula made ready gives what `evaluate` gives, and fails where it fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowc.expression.evaluate import Undecided, evaluate
from flowc.expression.tree import Binary, Expression, Literal, Read
from flowc.expression.types import Scalar
from flowc.machine.formula import Formula, formula
from flowc.simulate.world import SimulatedWorld

WORLD = SimulatedWorld(0, "UTC", {}, ())
NUMBERS = st.integers(-(10**15), 10**15)
LEAVES = st.one_of(
    NUMBERS.map(lambda n: Literal(n, Scalar.INT)),
    st.sampled_from(["a", "b", "missing", "text"]).map(lambda name: Read(name, Scalar.INT)),
)


def sums(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(Binary, st.sampled_from("+-*"), inner, inner)


SUMS = st.recursive(LEAVES, sums, max_leaves=4)
TRUTHS = st.recursive(
    st.builds(Binary, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), SUMS, SUMS),
    lambda inner: st.builds(Binary, st.sampled_from(["and", "or"]), inner, inner),
    max_leaves=4,
)


def outcome(of: Formula, values: dict[str, int | str]) -> object:
    try:
        return of(values, WORLD)
    except Undecided as reason:
        return type(reason)


@given(st.one_of(SUMS, TRUTHS), NUMBERS, NUMBERS)
def test_a_formula_is_evaluate_in_short(expression: Expression, a: int, b: int) -> None:
    values: dict[str, int | str] = {"a": a, "b": b, "text": "12"}
    plain = outcome(lambda v, w: evaluate(expression, v, w), values)
    assert outcome(formula(expression), values) == plain
