"""`kind: sql` against a real PostgreSQL, whose types are its own: dates, booleans, numerics."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from flowc.expression.types import Scalar
from flowc.graph.operations import Given, InvokeKind
from flowc.graph.services import ServiceSpec, SqlAction
from tests.unit.runtime import postgresql
from tests.unit.runtime.conftest import needs_postgresql
from tests.unit.runtime.runtime_support import (
    GIVES,
    READINGS,
    assert_is_customer,
    bench,
    invoke,
    release,
    run,
    sql_service,
)

pytestmark = needs_postgresql
LOOK = invoke(InvokeKind.LOOKUP, "billing", "customer", gives=GIVES, readings=READINGS)
ACT = invoke(
    InvokeKind.REQUEST,
    "billing",
    "unsuspend",
    gives=(Given("u", ("until",), Scalar.DATE),),
    results=("not_found", "not_qualified"),
)
TABLES = """
    create table customer (account text primary key, suspended int, vip boolean, since date, name text);
    create table service (account text, name text, balance numeric(10, 2));
    create table effects (account text);
    insert into customer values ('80012345', 1, true, '2019-03-02', '张三'), ('0012', 1, false, null, '李四');
    insert into service values ('80012345', '数字电视', -12.50), ('80012345', '宽带', 30);
"""


@pytest.fixture
def billing(postgresql_server: str) -> Iterator[str]:
    base = postgresql.new_base(postgresql_server)
    with psycopg.connect(base) as connection:
        connection.execute(TABLES)
    yield base
    postgresql.drop_base(postgresql_server, base)


def asking(service: ServiceSpec, name: str, *statements: str) -> ServiceSpec:
    """The service with other statements for one operation."""
    operations = tuple(
        replace(each, action=SqlAction(statements)) if each.name == name else each
        for each in service.operations
    )
    return replace(service, operations=operations)


def effects(billing: str) -> int:
    with psycopg.connect(billing) as connection:
        (count,) = connection.execute("select count(*) from effects").fetchone() or (0,)
        return int(count)


def test_a_row_and_its_lists_fill_the_calls_variables(tmp_path: Path, billing: str) -> None:
    async def call() -> None:
        async with bench(tmp_path) as it:
            outcome = await it.ask(release(sql_service(billing), asks=(LOOK,)), LOOK)
            assert outcome.outcome == "done", it.log.getvalue()
            assert_is_customer(outcome.variables)

    run(call())


def test_a_parameter_can_be_given_a_type_of_postgresql(tmp_path: Path, billing: str) -> None:
    query = "select :account::text || '-' || ':account' as name"
    name = (Given("name", ("name",), Scalar.TEXT),)
    asked = invoke(InvokeKind.LOOKUP, "billing", "customer", gives=name)

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(asking(sql_service(billing), "customer", query))
            assert (await it.ask(served, asked)).variables == {"name": "80012345-:account"}

    run(call())


@pytest.mark.parametrize(
    ("account", "outcome"),
    [
        ("80012345", "done"),
        ("0012", "not_qualified"),
        ("404", "not_found"),
        ("' or true --", "not_found"),
    ],
)
def test_a_request_ends_as_the_data_base_decides(
    tmp_path: Path, billing: str, account: str, outcome: str
) -> None:
    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(sql_service(billing))
            assert (await it.ask(served, ACT, account=account)).outcome == outcome

    run(call())


def test_of_many_requests_with_one_key_one_is_done(tmp_path: Path, billing: str) -> None:
    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(sql_service(billing))
            many = [it.ask(served, ACT, account="80012345", number=each) for each in range(9)]
            assert {each.outcome for each in await asyncio.gather(*many)} == {"done"}

    run(call())
    assert effects(billing) == 1


def test_a_look_up_that_would_change_something_changes_nothing(
    tmp_path: Path, billing: str
) -> None:
    writes = "insert into effects (account) values (:account) returning account"

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(asking(sql_service(billing), "customer", writes))
            assert (await it.ask(served, LOOK)).outcome == "error"

    run(call())
    assert effects(billing) == 0


def test_a_request_that_is_too_slow_is_surely_not_done(tmp_path: Path, billing: str) -> None:
    slow = ("insert into effects (account) values (:account)", "select pg_sleep(60)")

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(asking(sql_service(billing), "unsuspend", *slow))
            assert (await it.ask(served, ACT)).outcome == "error"

    run(call())
    assert effects(billing) == 0
