"""What the dialplan may leave out where the graph alone tells that a value is digits."""

from __future__ import annotations

from flowc.expression.tree import Expression, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import Assign, Collect, Digits, Operation
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
    return known_digits(FlowGraph("f", ("en",), "UTC", (), blocks, variables={"f.x": kind}))


def assigned(value: Expression) -> Assign:
    return Assign("f.x", value)


def test_an_entry_of_one_length_and_constants_of_that_length_are_exact() -> None:
    found = of(Collect(Digits(5, 5), "f.x"), assigned(Literal("10250", Scalar.DIGITS)))
    assert (found.exact, found.clean) == ({"f.x": 5}, frozenset({"f.x"}))


def test_an_entry_of_several_lengths_is_clean_but_not_exact() -> None:
    found = of(Collect(Digits(5, 8), "f.x"))
    assert (found.exact, found.clean) == ({}, frozenset({"f.x"}))


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
