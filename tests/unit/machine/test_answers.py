"""A service's answer is checked strictly and held as the table of types says."""

from __future__ import annotations

import pytest

from flowc.expression.tree import Binary, Literal, Read
from flowc.expression.types import ListOf, Record, Scalar
from flowc.graph.operations import Decided, Given, Invoke, InvokeKind, Reading
from flowc.graph.prompts import ReadAs
from flowc.machine.answers import AnswerRejected, answer_variables, check_answer, held
from flowc.simulate.world import SimulatedWorld

WORLD = SimulatedWorld(0, "UTC", {}, ())


def read(read_as: ReadAs, value: int | str, language: str) -> tuple[str, ...]:
    return (f"{language}/_/{read_as.value}", f"{language}/_/{value}")


BALANCE = Given("f.c.services.0.balance", ("services", "0", "balance"), Scalar.MONEY)
NAME = Given("f.c.name", ("name",), Scalar.TEXT)
COUNT = Given("f.c.services.len", ("services", "len"), Scalar.INT)
IS_TV = Decided(
    "f.c.is_tv", Binary("==", Read("f.c.name", Scalar.TEXT), Literal("电视", Scalar.TEXT))
)


def ask(
    *gives: Given, decided: tuple[Decided, ...] = (), readings: tuple[Reading, ...] = ()
) -> Invoke:
    return Invoke(
        "f.find",
        InvokeKind.LOOKUP,
        "billing",
        "customer",
        (),
        gives,
        (),
        2000,
        (),
        decided,
        readings,
    )


def variables(invoke: Invoke, answer: object) -> dict[str, int | str]:
    return answer_variables(invoke, answer, ("zh", "en"), read, WORLD)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (Scalar.MONEY, "-12.50", -1250),
        (Scalar.MONEY, 12, 1200),
        (Scalar.MONEY, "0.5", 50),
        (Scalar.INT, "0012", 12),
        (Scalar.DIGITS, "0012", "0012"),
        (Scalar.BOOL, True, 1),
        (Scalar.BOOL, "false", 0),
        (Scalar.DATE, "2026-11-24", 20261124),
        (Scalar.TIME, "17:30", 1050),
        (Scalar.DATETIME, "2026-11-21T10:00+08:00", 1795226400),
        (Scalar.DATETIME, "2026-11-21T02:00:00Z", 1795226400),
        (Scalar.DURATION, "15m", 900),
        (Scalar.DECIMAL, "3.14", "3.14"),
        (Scalar.TEXT, "数字电视", "数字电视"),
    ],
)
def test_a_value_is_held_as_its_type_says(
    type_: Scalar, value: object, expected: int | str
) -> None:
    assert held(value, type_) == expected


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (Scalar.MONEY, "12.505"),
        (Scalar.MONEY, 12.5),
        (Scalar.MONEY, "١٢"),
        (Scalar.MONEY, "1" * 16),
        (Scalar.MONEY, "99999999999999.99"),
        (Scalar.INT, True),
        (Scalar.INT, "12\n"),
        (Scalar.INT, "1_000"),
        (Scalar.DIGITS, "１２"),
        (Scalar.DIGITS, 12),
        (Scalar.DIGITS, "1" * 65),
        (Scalar.BOOL, 1),
        (Scalar.BOOL, "yes"),
        (Scalar.DATE, "2026-02-30"),
        (Scalar.DATE, "2026-11-24\n"),
        (Scalar.TIME, "24:00"),
        (Scalar.DATETIME, "2026-11-21T10:00"),
        (Scalar.DURATION, "-5"),
        (Scalar.TEXT, "a\nb"),
        (Scalar.TEXT, "x" * 2001),
        (Scalar.TEXT, "\ud800"),
        (Scalar.TEXT, 5),
        (Scalar.TEXT, ["x"]),
    ],
)
def test_a_value_of_another_form_is_rejected(type_: Scalar, value: object) -> None:
    with pytest.raises(AnswerRejected):
        held(value, type_)


def test_fields_of_records_and_items_of_lists_fill_flat_variables() -> None:
    answer = {"name": "张三", "services": [{"balance": "-12.50"}]}
    assert variables(ask(NAME, BALANCE, COUNT), answer) == {
        "f.c.name": "张三",
        "f.c.services.0.balance": -1250,
        "f.c.services.len": 1,
    }


def test_a_field_left_out_or_null_stays_unset() -> None:
    assert variables(ask(NAME, BALANCE), {"name": None, "services": []}) == {}


def test_a_list_with_more_items_than_the_flow_has_variables_for_is_rejected() -> None:
    with pytest.raises(AnswerRejected, match="services: expected at most 1 items"):
        variables(ask(BALANCE, COUNT), {"services": [{"balance": "1"}, {"balance": "2"}]})


def test_a_rejected_answer_names_the_place_and_not_the_value() -> None:
    with pytest.raises(AnswerRejected) as rejected:
        variables(ask(BALANCE), {"services": [{"balance": "my password"}]})
    assert str(rejected.value).startswith("services.0.balance: expected money")
    assert "my password" not in str(rejected.value)


def test_a_text_where_a_record_is_declared_is_rejected() -> None:
    with pytest.raises(AnswerRejected, match="expected a record"):
        variables(ask(NAME), "not_found")


def test_conditions_on_text_are_decided_where_it_enters() -> None:
    invoke = ask(NAME, decided=(IS_TV,))
    assert variables(invoke, {"name": "电视"})["f.c.is_tv"] == 1
    assert variables(invoke, {"name": "宽带"})["f.c.is_tv"] == 0
    assert "f.c.is_tv" not in variables(invoke, {})


def test_what_is_read_out_comes_as_sound_keys_in_every_language() -> None:
    reading = Reading("f.c.services.0.balance", Scalar.MONEY, ReadAs.MONEY)
    filled = variables(ask(BALANCE, readings=(reading,)), {"services": [{"balance": "1"}]})
    assert filled["f.c.services.0.balance.say.zh"] == "zh/_/money&zh/_/100"
    assert filled["f.c.services.0.balance.say.en"] == "en/_/money&en/_/100"


def test_the_whole_of_an_answer_is_checked_against_its_declared_type() -> None:
    service = Record("Service", (("name", Scalar.TEXT), ("balance", Scalar.MONEY)))
    customer = Record("Customer", (("services", ListOf(service, 2)),))
    check_answer({"services": [{"name": "a", "balance": "1"}, {}]}, customer)
    with pytest.raises(AnswerRejected, match=r"services: expected list\[Service, 2\]"):
        check_answer({"services": [{}, {}, {}]}, customer)
    with pytest.raises(AnswerRejected, match=r"services.1.name"):
        check_answer({"services": [{}, {"name": "\x07"}]}, customer)
