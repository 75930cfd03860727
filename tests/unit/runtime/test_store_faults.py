"""The runtime's data base locked, full, deleted, replaced, or never there: an exit, and one clear line.

The faults are real ones: another process's lock, SQLite's own limit of pages, files that are removed.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from flowc.expression.types import Scalar
from flowc.graph.operations import Given, InvokeKind
from flowc.graph.release import Release
from flowc.runtime.app import RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.runtime.services.broker import Place
from flowc.runtime.services.model import SettingsError
from flowc.runtime.store import open_engine, open_store
from tests.unit.runtime.runtime_support import (
    Bench,
    bench,
    facts,
    invoke,
    make_billing,
    release,
    run,
    sql_service,
)

ORDER = invoke(
    InvokeKind.TICKET,
    "tickets",
    "open",
    gives=(Given("t.number", ("number",), Scalar.DIGITS),),
    results=(),
)
ACT = invoke(
    InvokeKind.REQUEST,
    "billing",
    "unsuspend",
    gives=(Given("u", ("until",), Scalar.DATE),),
    results=("not_found", "not_qualified"),
)
LOOK = invoke(InvokeKind.LOOKUP, "billing", "customer")


_FAULT = {"class": "fault", "note": "没有信号" * 3000}  # needs room of its own


def lines(it: Bench, event: str) -> list[dict[str, str]]:
    told = [json.loads(line) for line in it.log.getvalue().splitlines()]
    return [each for each in told if each["event"] == event]


async def order(it: Bench, served: Release, call: int = 1) -> str:
    outcome = await it.runtime.broker.ask(Place(served, ORDER, facts(call)), _FAULT)
    return outcome.outcome


async def act(it: Bench, served: Release, call: int = 1) -> str:
    return (await it.ask(served, ACT, number=call)).outcome


def lock(folder: Path) -> sqlite3.Connection:
    """Somebody else is writing, and does not come to an end."""
    other = sqlite3.connect(folder / "runtime.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def effects(folder: Path) -> int:
    with sqlite3.connect(folder / "billing.db") as base:
        (count,) = base.execute("select count(*) from effects").fetchone()
    return int(count)


async def fill(it: Bench, folder: Path) -> None:
    """Let the store be as large as it may be; SQLite then says what it says on a full disk."""
    engine = it.runtime.tickets._engine
    held = [await engine.connect() for _ in range(8)]
    for connection in held:
        await connection.execute(text("PRAGMA max_page_count = 1"))
        await connection.close()
    with sqlite3.connect(folder / "runtime.db", isolation_level=None) as other:
        (pages,) = other.execute("PRAGMA page_count").fetchone()
        other.execute(f"PRAGMA max_page_count = {pages}")
        with suppress(sqlite3.OperationalError):  # room that is left in pages of the table
            for number in range(10_000):
                row = (f"{number:064}", "b" * 64)
                other.execute("insert into flowc_requests values (?, ?, 'done', '', 0, 0)", row)


async def delete(_: Bench, folder: Path) -> None:
    for path in folder.glob("runtime.db*"):
        path.unlink()


Fault = Callable[[Bench, Path], object]


async def locked(_: Bench, folder: Path) -> sqlite3.Connection:
    return lock(folder)


FAULTS: dict[str, tuple[Fault, str]] = {
    "locked": (locked, "database is locked"),
    "full": (fill, "database or disk is full"),
    "deleted": (delete, "file is gone"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_that_fails_lets_no_request_happen_and_says_why(fault: str, tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        served = release(sql_service(), asks=(ACT,))
        async with bench(tmp_path, served) as it:
            befall, words = FAULTS[fault]
            held = await befall(it, tmp_path)  # type: ignore[misc]  # each is a coroutine
            assert await act(it, served) == "error"
            assert effects(tmp_path) == 0
            (told,) = lines(it, "journal_failed")
            assert words in told["why"]
            assert told["level"] == "error"
            del held

    run(call())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_that_fails_opens_no_order_and_says_why(fault: str, tmp_path: Path) -> None:
    async def call() -> None:
        served = release()
        async with bench(tmp_path) as it:
            assert await order(it, served, 1) == "done"
            befall, words = FAULTS[fault]
            held = await befall(it, tmp_path)  # type: ignore[misc]
            assert await order(it, served, 2) in ("error", "unknown")
            (told,) = lines(it, "not_answered")
            assert words in told["why"]
            del held

    run(call())


def test_a_store_that_is_free_again_is_used_again(tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        served = release(sql_service(), asks=(ACT,))
        async with bench(tmp_path, served) as it:
            other = lock(tmp_path)
            assert await act(it, served) == "error"
            other.rollback()
            other.close()
            assert await act(it, served) == "done"
            assert effects(tmp_path) == 1

    run(call())


def test_an_attempt_whose_end_cannot_be_written_stays_begun_and_is_never_made_again(
    tmp_path: Path,
) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        served = release(sql_service(), asks=(ACT,))
        async with bench(tmp_path, served) as it:
            journal = it.runtime.broker.providers._journal
            writing = journal._write_down

            async def write_under_a_lock(key: str, reply: object) -> object:
                other = lock(tmp_path)
                try:
                    return await writing(key, reply)  # type: ignore[arg-type]
                finally:
                    other.rollback()
                    other.close()

            journal._write_down = write_under_a_lock  # type: ignore[method-assign, assignment]
            assert await act(it, served) == "done"
            assert "database is locked" in lines(it, "journal_failed")[0]["why"]
            journal._write_down = writing  # type: ignore[method-assign]
            assert await act(it, served, 2) == "unknown"
            assert effects(tmp_path) == 1

    run(call())


def test_an_order_that_cannot_be_marked_is_marked_later(tmp_path: Path) -> None:
    async def call() -> None:
        served = release()
        async with bench(tmp_path) as it:
            place = Place(served, ORDER, facts(1))
            outcome = await it.runtime.broker.ask(place, {"class": "fault"})
            other = lock(tmp_path)
            await it.runtime.broker.lost(place, outcome)
            (told,) = lines(it, "order_not_marked")
            assert "database is locked" in told["why"]
            other.rollback()
            other.close()
            assert await it.runtime.tickets.abandon_untold(-1) == 1
            (only,) = await it.runtime.tickets.list()
            assert only.state == "abandoned"

    run(call())


def test_a_file_that_was_put_in_the_stores_place_is_the_one_that_is_written(
    tmp_path: Path,
) -> None:
    """A backup that is put back, or a rename: connections to the old file are given up."""

    async def call() -> None:
        served = release()
        async with bench(tmp_path) as it:
            assert await order(it, served, 1) == "done"
            with sqlite3.connect(tmp_path / "runtime.db") as base:
                base.execute(f"VACUUM INTO '{tmp_path}/copy.db'")
            for name in ("runtime.db-wal", "runtime.db-shm"):
                (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / "copy.db").rename(tmp_path / "runtime.db")
            assert await order(it, served, 2) == "done"
        with sqlite3.connect(tmp_path / "runtime.db") as base:
            assert base.execute("select count(*) from flowc_tickets").fetchone() == (2,)

    run(call())


def test_a_back_ends_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        served = release(sql_service(), asks=(LOOK,))
        async with bench(tmp_path, served) as it:
            assert (await it.ask(served, LOOK)).outcome == "done"
            with sqlite3.connect(tmp_path / "new.db") as base:
                base.executescript(
                    "create table customer (account, suspended, vip, since, name);"
                    "create table service (account, name, balance);"
                )
            (tmp_path / "new.db").rename(tmp_path / "billing.db")
            assert (await it.ask(served, LOOK)).outcome == "not_found"
            (tmp_path / "billing.db").unlink()
            assert (await it.ask(served, LOOK)).outcome == "error"

    run(call())


def test_nothing_makes_a_new_file_where_one_is_gone(tmp_path: Path) -> None:
    async def call() -> None:
        engine = open_engine("sqlite:///other.db", tmp_path)
        with pytest.raises(OSError, match="gone"):
            await engine.connect().start()
        assert not (tmp_path / "other.db").exists()
        await engine.dispose()

    run(call())


@pytest.mark.parametrize("store", ["sqlite:///no/such/folder/runtime.db", "sqlite:///locked.db"])
def test_a_store_that_cannot_be_opened_is_said_in_one_line(store: str, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    async def call() -> None:
        settings = RuntimeSettings(tmp_path, tmp_path / "releases", tmp_path / "texts")
        with pytest.raises(SettingsError, match=r"the store can't be opened: .*(gone|locked|such)"):
            async with running(replace(settings, store=store), Log(sys.stderr)):
                pass

    run(call())


def test_the_program_ends_with_the_reason_and_no_traceback(tmp_path: Path) -> None:
    project = tmp_path / "flowc.yaml"
    project.write_text(
        'project: demo\nlanguages: [zh]\nnumbers: {"100": f}\n'
        "environments: {dev: {target: asterisk, store: 'sqlite:///no/such/place.db'}}\n"
    )
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/f.flow.yaml").write_text("flow: f\nnodes:\n  bye: {hangup: 再见。}\n")
    flowc = Path(sys.executable).with_name("flowc")
    done = subprocess.run(
        [flowc, "run", tmp_path, "--metrics-port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    (said,) = done.stderr.splitlines()
    assert said.startswith("flowc: the store can't be opened: ")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("moment", range(8))
def test_a_question_that_is_given_up_while_a_lost_connection_is_closed_leaves_nothing_to_wait_for(
    moment: int, tmp_path: Path
) -> None:
    async def call() -> None:
        engine = open_store("sqlite:///runtime.db", tmp_path)
        await read(engine)
        for path in tmp_path.glob("runtime.db*"):
            path.unlink()
        asking = asyncio.create_task(read(engine))
        for _ in range(moment):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait({asking})
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for each in left:
            each.cancel()
        assert not left or (await asyncio.wait(left, timeout=5))[1] == set()
        await engine.dispose()

    async def read(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("select 1"))

    asyncio.run(call())
