"""The hotline's own billing service (flows/services/billing.yaml) on the data base that seed.py makes.

The statements are those that live calls run; nothing stands in for the data base.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from flowc.compiler import compile_project
from flowc.graph.services import OperationSpec, ServiceSpec, SqlSettings
from flowc.runtime.services.model import Declared, Done, Question, Reply
from flowc.runtime.services.sql import SqlBackend
from flowc.simulate.world import SimulatedWorld, seconds_of

FLOWS = Path(__file__).resolve().parents[3] / "flows"
DAY = 20261124
WORLD = SimulatedWorld(seconds_of("2026-11-24T12:00", "Asia/Shanghai"), "Asia/Shanghai", {}, ())


@pytest.fixture(scope="module")
def billing() -> ServiceSpec:
    """The service as the project declares it."""
    project = compile_project(FLOWS).project
    assert project is not None
    return project.program.around.services["billing"]


@pytest.fixture
def data_base(tmp_path: Path) -> Path:
    """A fresh data base, made as the README says."""
    file = tmp_path / "billing.db"
    subprocess.run(
        [sys.executable, str(FLOWS / "seed.py"), str(file)], check=True, capture_output=True
    )
    return file


def ask(
    billing: ServiceSpec, data_base: Path, name: str, *asked: dict[str, str | int]
) -> list[Reply]:
    """Ask one operation, all questions at once."""
    operation = billing.operation(name)
    assert operation is not None
    return asyncio.run(_ask(billing, data_base, operation, asked))


async def _ask(
    billing: ServiceSpec,
    data_base: Path,
    operation: OperationSpec,
    asked: tuple[dict[str, str | int], ...],
) -> list[Reply]:
    assert isinstance(billing.settings, SqlSettings)
    backend = SqlBackend(billing.settings, data_base.parent, {})
    try:
        questions = (Question("billing", one, WORLD, 3.0) for one in asked)
        return list(await asyncio.gather(*(backend.ask(operation, one) for one in questions)))
    finally:
        await backend.close()


def unsuspend(billing: ServiceSpec, data_base: Path, account: str, *days: int) -> list[Reply]:
    asked: list[dict[str, str | int]] = [{"account": account, "today": day} for day in days]
    return ask(billing, data_base, "unsuspend", *asked)


def rows(data_base: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data_base)) as connection:
        return connection.execute(query).fetchall()


def test_a_customer_comes_with_services_and_exact_amounts(
    billing: ServiceSpec, data_base: Path
) -> None:
    (found,) = ask(billing, data_base, "customer", {"account": "80012345"})
    assert found == Done(
        {
            "phone": "13800000000",
            "suspended": True,
            "vip": False,
            "owed": "12.50",
            "services": [
                {
                    "name": "数字电视",
                    "name_en": "digital television",
                    "balance": "0.00",
                    "owed": "12.50",
                },
                {"name": "宽带", "name_en": "broadband", "balance": "88.00", "owed": "0.00"},
            ],
        }
    )


def test_a_number_that_nobody_has_is_not_found(billing: ServiceSpec, data_base: Path) -> None:
    assert ask(billing, data_base, "customer", {"account": "' OR 1=1 --"}) == [
        Declared("not_found")
    ]


def test_a_customer_who_qualifies_is_switched_on_for_three_days(
    billing: ServiceSpec, data_base: Path
) -> None:
    assert unsuspend(billing, data_base, "80012345", DAY) == [Done("2026-11-27")]
    assert rows(
        data_base, "SELECT suspended, open_until FROM customer WHERE account = '80012345'"
    ) == [(0, "2026-11-27")]
    logged = rows(
        data_base, "SELECT day, until, fresh FROM unsuspension WHERE account = '80012345'"
    )
    assert logged == [("2026-11-24", "2026-11-27", 0)]


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("80012346", "not suspended"),
        ("80012347", "owes more than the limit"),
        ("80012349", "suspended at the customer's own wish"),
        ("80012350", "switched on this month already"),
        ("99999999", "no customer"),
    ],
)
def test_who_does_not_qualify_stays_as_he_was(
    billing: ServiceSpec, data_base: Path, account: str, why: str
) -> None:
    before = (
        rows(data_base, "SELECT * FROM customer"),
        rows(data_base, "SELECT * FROM unsuspension"),
    )
    assert unsuspend(billing, data_base, account, DAY) == [Declared("not_qualified")], why
    assert (
        rows(data_base, "SELECT * FROM customer"),
        rows(data_base, "SELECT * FROM unsuspension"),
    ) == before


def test_a_second_request_on_the_same_day_changes_nothing(
    billing: ServiceSpec, data_base: Path
) -> None:
    unsuspend(billing, data_base, "80012345", DAY)
    with closing(sqlite3.connect(data_base)) as connection, connection:
        connection.execute("UPDATE customer SET suspended = 1 WHERE account = '80012345'")
    assert unsuspend(billing, data_base, "80012345", DAY) == [Declared("already_today")]
    assert rows(data_base, "SELECT suspended FROM customer WHERE account = '80012345'") == [(1,)]


def test_a_request_next_month_is_granted_again(billing: ServiceSpec, data_base: Path) -> None:
    assert unsuspend(billing, data_base, "80012350", 20261201) == [Done("2026-12-04")]


def test_of_many_calls_at_once_on_one_account_one_is_granted(
    billing: ServiceSpec, data_base: Path
) -> None:
    replies = unsuspend(billing, data_base, "80012345", *[DAY] * 8)
    assert sorted(str(one) for one in replies).count(str(Done("2026-11-27"))) == 1
    assert [one for one in replies if isinstance(one, Done)] == [Done("2026-11-27")]
    assert all(one == Declared("already_today") for one in replies if not isinstance(one, Done))
    assert rows(data_base, "SELECT count(*) FROM unsuspension WHERE account = '80012345'") == [(1,)]


def test_every_holiday_and_make_up_workday_of_2026_is_in_the_calendar() -> None:
    project = compile_project(FLOWS).project
    assert project is not None
    office = project.program.around.calendars["office"]
    in_2026 = [day for day in office.holidays if day.year == 2026]
    assert len(in_2026) == 3 + 9 + 3 + 5 + 3 + 3 + 7
    made_up = [day for day, _ in office.workdays]
    assert all(day.weekday() >= 5 for day in made_up)
    assert not set(made_up) & set(office.holidays)
    assert max(office.holidays) - date(2026, 11, 24) > timedelta(days=180)
