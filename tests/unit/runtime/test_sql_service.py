"""`kind: sql` against a real SQLite file."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from flowc.expression.types import Record, Scalar
from flowc.graph.operations import Given, InvokeKind
from flowc.graph.services import OperationSpec, ServiceSpec, SqlAction, SqlSettings, Words
from flowc.runtime.services.model import SettingsError
from tests.unit.runtime.runtime_support import (
    GIVES,
    READINGS,
    assert_is_customer,
    bench,
    invoke,
    make_billing,
    release,
    run,
    sql_service,
)

LOOK = invoke(InvokeKind.LOOKUP, "billing", "customer", gives=GIVES, readings=READINGS)
UNTIL = (Given("u", ("until",), Scalar.DATE),)
ACT = invoke(
    InvokeKind.REQUEST,
    "billing",
    "unsuspend",
    gives=UNTIL,
    results=("not_found", "not_qualified"),
)


def test_a_row_and_its_lists_fill_the_calls_variables(tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path) as it:
            outcome = await it.ask(release(sql_service(), asks=(LOOK,)), LOOK)
            assert outcome.outcome == "done", it.log.getvalue()
            assert_is_customer(outcome.variables)
            assert outcome.variables["c.services.0.balance.say.zh"] == "zh/_/n30&zh/_/yuan"

    run(call())


def test_no_row_is_the_declared_result(tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path) as it:
            assert (await it.ask(release(sql_service()), LOOK, "999")).outcome == "not_found"

    run(call())


@pytest.mark.parametrize("typed", ["' OR 1=1--", "80012345'; drop table customer--", "%", "_" * 8])
def test_what_a_caller_typed_is_never_a_part_of_the_statement(tmp_path: Path, typed: str) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path) as it:
            assert (await it.ask(release(sql_service()), LOOK, typed)).outcome == "not_found"
            assert (await it.ask(release(sql_service()), LOOK)).outcome == "done"

    run(call())


def test_colons_in_quotes_and_comments_are_no_parameters(tmp_path: Path) -> None:
    make_billing(tmp_path)
    query = """-- :who
        select '08:30 :account' || char(58) as name /* :what */ from customer where account = :account"""
    gives = Record("R", (("name", Scalar.TEXT),))
    parameters = (("account", Scalar.DIGITS),)
    action = SqlAction((query,))
    operation = OperationSpec("customer", InvokeKind.LOOKUP, parameters, action, gives)
    spec = ServiceSpec("billing", SqlSettings((Words("sqlite:///billing.db"),)), (operation,))
    name = (Given("name", ("name",), Scalar.TEXT),)
    asked = invoke(InvokeKind.LOOKUP, "billing", "customer", gives=name)

    async def call() -> None:
        async with bench(tmp_path) as it:
            outcome = await it.ask(release(spec), asked)
            assert outcome.variables == {"name": "08:30 :account:"}, it.log.getvalue()

    run(call())


def test_a_lookup_cannot_change_anything(tmp_path: Path) -> None:
    make_billing(tmp_path)
    action = SqlAction(("delete from customer where account = :account",))
    operation = OperationSpec("customer", InvokeKind.LOOKUP, (("account", Scalar.DIGITS),), action)
    spec = ServiceSpec("billing", SqlSettings((Words("sqlite:///billing.db"),)), (operation,))

    async def call() -> None:
        async with bench(tmp_path) as it:
            assert (await it.ask(release(spec), LOOK)).outcome == "error"
            assert (await it.ask(release(sql_service()), LOOK)).outcome == "done"

    run(call())


def test_a_statement_that_takes_too_long_is_ended_by_the_deadline(tmp_path: Path) -> None:
    make_billing(tmp_path)
    slow = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) as name from n"
    gives = Record("R", (("name", Scalar.TEXT),))
    operation = OperationSpec("customer", InvokeKind.LOOKUP, (), SqlAction((slow,)), gives)
    spec = ServiceSpec("billing", SqlSettings((Words("sqlite:///billing.db"),)), (operation,))
    asked = invoke(InvokeKind.LOOKUP, "billing", "customer", deadline_ms=300)

    async def call() -> None:
        async with bench(tmp_path) as it:
            begun = asyncio.get_running_loop().time()
            assert (await it.ask(release(spec), asked)).outcome == "error"
            assert asyncio.get_running_loop().time() - begun < 1.5
            assert (await it.ask(release(sql_service()), LOOK)).outcome == "done"

    run(call())


def test_a_request_is_committed_and_its_result_word_leaves_by_the_declared_result(
    tmp_path: Path,
) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(sql_service(), asks=(ACT,))
            assert (await it.ask(served, ACT)).variables == {"u": 20261124}
            assert (await it.ask(served, ACT, "0012")).outcome == "not_qualified"
            assert (await it.ask(served, ACT, "999")).outcome == "not_found"

    run(call())
    with sqlite3.connect(tmp_path / "billing.db") as base:
        assert base.execute("select suspended from customer where vip").fetchall() == [(0,)]


def test_the_same_key_has_one_effect_and_the_same_answer(tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(sql_service(), asks=(ACT,))
            together = [it.ask(served, ACT, number=number) for number in range(20)]
            outcomes = await asyncio.gather(*together)
            again = await it.ask(served, ACT, number=99)
            assert {each.outcome for each in (*outcomes, again)} == {"done"}

    run(call())
    with sqlite3.connect(tmp_path / "billing.db") as base:
        assert base.execute("select count(*) from effects").fetchone() == (1,)


def test_a_lookup_is_answered_from_the_cache_for_as_long_as_it_says(tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path) as it:
            kept, fresh = release(sql_service(cache_s=60)), release(sql_service())
            assert (await it.ask(kept, LOOK)).variables["c.suspended"] == 1
            with sqlite3.connect(tmp_path / "billing.db") as base:
                base.execute("update customer set suspended = 0")
            assert (await it.ask(kept, LOOK)).variables["c.suspended"] == 1
            assert (await it.ask(fresh, LOOK)).variables["c.suspended"] == 0

    run(call())


def test_a_missing_file_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    async def call() -> None:
        async with bench(tmp_path) as it:
            assert (await it.ask(release(sql_service()), LOOK)).outcome == "error"

    run(call())
    assert not (tmp_path / "billing.db").exists()


@pytest.mark.parametrize("url", ["mysql://h/b", "sqlite://", "nonsense", "sqlite:///:memory:"])
def test_a_url_that_cannot_be_served_is_refused_when_the_release_is_taken_up(
    tmp_path: Path, url: str
) -> None:
    async def call() -> None:
        async with bench(tmp_path) as it:
            with pytest.raises(SettingsError):
                it.runtime.broker.providers.prepare(release(sql_service(url)))

    run(call())
