"""What the dialplan may leave out where the graph alone tells that a value is digits."""

from __future__ import annotations

from flowc.expression.tree import Expression, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import (
    Assign,
    Collect,
    Digits,
    Given,
    Invoke,
    InvokeKind,
    Operation,
)
from flowc_asterisk.expressions import ExpressionWriter
from flowc_asterisk.known_digits import KnownDigits, known_digits


def of(*operations: Operation, kind: Scalar = Scalar.DIGITS) -> KnownDigits:
    blocks = {
        at: Block(at, (operation,), Hangup(), Origin("f.n", "set"))
        for at, operation in (
            (BlockId("f", f"n{index}", "start"), operation)
            for index, operation in enumerate(operations)
        )
    }
    kinds = dict.fromkeys(("f.x", "f.a", "f.b"), kind)
    return known_digits(FlowGraph("f", ("en",), "UTC", (), blocks, variables=kinds))


def assigned(value: Expression) -> Assign:
    return Assign("f.x", value)


def test_an_entry_of_one_length_and_constants_of_that_length_are_exact() -> None:
    found = of(Collect(Digits(5, 5), "f.x"), assigned(Literal("10250", Scalar.DIGITS)))
    assert (found.exact, found.clean) == ({"f.x": 5}, frozenset({"f.x"}))


def test_an_entry_of_several_lengths_is_clean_but_not_exact() -> None:
    found = of(Collect(Digits(5, 8), "f.x"))
    assert (found.exact, found.clean) == ({}, frozenset({"f.x"}))


def test_what_is_copied_from_an_entry_is_known_like_it_over_any_number_of_copies() -> None:
    entered, first = Collect(Digits(5, 5), "f.a"), Assign("f.x", Read("f.b", Scalar.DIGITS))
    second = Assign("f.b", Read("f.a", Scalar.DIGITS))
    back = Assign("f.a", Read("f.x", Scalar.DIGITS))
    found = of(entered, first, second, back)
    assert found.exact == {"f.a": 5, "f.b": 5, "f.x": 5}


def test_variables_that_only_fill_each_other_are_not_known() -> None:
    found = of(assigned(Read("f.y", Scalar.DIGITS)), Assign("f.y", Read("f.x", Scalar.DIGITS)))
    assert found == KnownDigits(frozenset(), {})


def test_a_work_orders_number_has_a_bound_and_is_not_clean() -> None:
    given = Given("f.x", ("number",), Scalar.DIGITS)
    opened = Invoke("f.n", InvokeKind.TICKET, "tickets", "open", (), (given,), (), 2000)
    found = of(opened)
    assert (found.most, found.clean) == ({"f.x": 16}, frozenset())


def test_what_another_variable_gives_is_neither() -> None:
    found = of(Collect(Digits(5, 5), "f.x"), assigned(Read("call.from", Scalar.DIGITS)))
    assert (found.exact, found.clean) == ({}, frozenset())


def test_a_constant_that_is_no_digits_is_neither() -> None:
    assert of(assigned(Literal('1"2', Scalar.TEXT))) == KnownDigits(frozenset(), {})


def test_an_entry_held_as_a_number_may_lose_its_zeros() -> None:
    assert of(Collect(Digits(5, 5), "f.x"), kind=Scalar.INT) == KnownDigits(frozenset(), {})


def test_only_what_nobody_outside_fills_goes_unfiltered() -> None:
    writer = ExpressionWriter("0123abcd", "UTC", frozenset({"f.x"}))
    typed, answered = Read("f.x", Scalar.DIGITS), Read("f.y", Scalar.DIGITS)
    assert writer.value(typed) == "${V_f_x}"
    assert "FILTER" not in writer._digits(typed)
    assert "FILTER" in writer._digits(answered)
