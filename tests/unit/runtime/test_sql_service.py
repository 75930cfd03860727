"""`kind: sql` against a real SQLite file."""

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from flowc.expression.types import Record, Scalar
from flowc.graph.operations import Given, InvokeKind
from flowc.graph.services import OperationSpec, ServiceSpec, SqlAction, SqlSettings, Words
from flowc.runtime.services.model import SettingsError
from flowc.runtime.services.statements import bindable
from tests.unit.runtime.runtime_support import (
    ACCOUNT,
    GIVES,
    READINGS,
    assert_is_customer,
    bench,
    invoke,
    make_billing,
    release,
    run,
    sql_service,
    value,
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


CLAIM = SqlAction(("insert into claim (account) values (:account)",))
PRIZES = ServiceSpec(
    "billing",
    SqlSettings((Words("sqlite:///billing.db"),)),
    (
        OperationSpec(
            "unsuspend", InvokeKind.REQUEST, ACCOUNT, CLAIM, key=(Words("k"), value("account"))
        ),
        *sql_service().operations[:1],
    ),
)


def test_what_callers_give_leaves_nobody_else_without_the_data_base(tmp_path: Path) -> None:
    """A second claim of an account breaks a rule of the data base, which is well and says so."""
    make_billing(tmp_path)
    with sqlite3.connect(tmp_path / "billing.db") as base:
        base.execute("create table claim (account text primary key check (account != '7'))")

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(PRIZES, asks=(LOOK, ACT))
            for number in range(8):
                assert (await it.ask(served, ACT, "7", number=number)).outcome == "error"
            assert (await it.ask(served, LOOK)).outcome == "done"
            assert "SQLITE_CONSTRAINT" not in it.log.getvalue()
            assert "CHECK constraint failed" in it.log.getvalue()

    run(call())


def test_a_rule_in_a_trigger_tells_the_log_nothing_of_what_the_caller_gave(tmp_path: Path) -> None:
    make_billing(tmp_path)
    with sqlite3.connect(tmp_path / "billing.db") as base:
        base.executescript("""
            create table claim (account text);
            create trigger no_more before insert on claim
            begin select raise(abort, 'no, Zhang San'); end;
        """)

    async def call() -> None:
        async with bench(tmp_path) as it:
            assert (await it.ask(release(PRIZES, asks=(ACT,)), ACT)).outcome == "error"
            assert "IntegrityError: SQLITE_CONSTRAINT_TRIGGER" in it.log.getvalue()
            assert "Zhang" not in it.log.getvalue()

    run(call())


COLONS = {
    "JSON": """select '{"n":1}' as name where :account = '80012345'""",
    "a parameter's name in quotes": "select ':account' as name where :account = '80012345'",
    "a quoted column": 'select 1 as ":account", :account as name',
    "a doubled quote": "select 'it''s :account' as name, :account",
    "a comment": "select :account as name -- of :account, as 'it :was\n",
    "a long comment": "select /* :account: 'it :was */ :account as name",
    "a backslash": "select '\\:account' as name, :account",
    "no space": "select name from customer where account=:account",
}


@pytest.mark.parametrize("statement", COLONS.values(), ids=COLONS.keys())
def test_a_colon_that_begins_no_parameter_stays_as_it_is_written(
    tmp_path: Path, statement: str
) -> None:
    make_billing(tmp_path)
    gives = Record("R", (("name", Scalar.TEXT),))
    operation = OperationSpec(
        "customer", InvokeKind.LOOKUP, ACCOUNT, SqlAction((statement,)), gives
    )
    spec = ServiceSpec("billing", SqlSettings((Words("sqlite:///billing.db"),)), (operation,))
    asked = invoke(
        InvokeKind.LOOKUP, "billing", "customer", gives=(Given("n", ("name",), Scalar.TEXT),)
    )
    with sqlite3.connect(tmp_path / "billing.db") as base:
        base.row_factory = sqlite3.Row
        plain = base.execute(statement, {"account": "80012345"}).fetchone()["name"]

    async def call() -> None:
        async with bench(tmp_path) as it:
            outcome = await it.ask(release(spec), asked)
            assert outcome.variables.get("n") == plain, it.log.getvalue()

    run(call())


WRITTEN = {
    "a::date": "a\\:\\:date",
    ":account::date": ":account\\:\\:date",
    "$$ :account $$ :account": "$$ \\:account $$ :account",
    "$a$ $$ :account $a$": "$a$ $$ \\:account $a$",
    "E'\\':account' :account": "E'\\'\\:account' :account",
    "a[1:2]": "a[1\\:2]",
    "'unclosed :account": "'unclosed :account",
}


@pytest.mark.parametrize("statement", WRITTEN)
def test_what_postgresql_quotes_is_quoted(statement: str) -> None:
    words, names = bindable(statement, frozenset({"account"}))
    assert words == WRITTEN[statement]
    assert names == ({"account"} if re.search(r"(?<!\\):account", words) else set())


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
