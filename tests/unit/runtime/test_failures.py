"""What is said of a data base that raised an error: is it well, and what may stand in a log."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from flowc.runtime.failures import is_answer, what_failed

psycopg = pytest.importorskip("psycopg")

CALLER = "13800138000"
# state: is it an answer, may its words be told
STATES = {
    "22P02": (True, False),
    "22003": (True, False),
    "23505": (True, False),
    "P0001": (True, False),
    "42P01": (True, True),
    "25006": (True, True),
    "40001": (False, True),
    "53100": (False, True),
    "57014": (False, True),
    "55P03": (False, True),
    "08006": (False, True),
    "XX000": (False, False),
}


def raised(orig: Exception, driver: type[Exception]) -> Exception:
    """As SQLAlchemy raises what the driver raised."""
    error: Exception = DBAPIError.instance(
        "select :account", {}, orig, driver, hide_parameters=True
    )
    return error


@pytest.mark.parametrize("state", STATES)
def test_a_code_of_postgresql_says_whether_it_is_well_and_what_may_be_told(state: str) -> None:
    orig = psycopg.errors.lookup(state)(f'it will not: "{CALLER}"')
    error = raised(orig, psycopg.Error)
    well, told = STATES[state]
    assert is_answer(error) is well
    assert (CALLER in what_failed(error)) is told
    assert state in what_failed(error) or told


def test_errors_without_a_code_go_by_what_the_driver_made_of_them() -> None:
    nul = raised(psycopg.DataError(f"NUL in {CALLER}"), psycopg.Error)
    gone = raised(psycopg.OperationalError("connection refused"), psycopg.Error)
    unbound = StatementError("a value is required", "select :x", {}, ValueError(CALLER))
    assert [is_answer(each) for each in (nul, gone, unbound)] == [True, False, True]
    assert what_failed(nul) == "DataError: DataError"
    assert what_failed(gone) == "OperationalError: connection refused"
    assert what_failed(unbound) == "StatementError: ValueError"


def test_waiting_in_vain_is_no_answer() -> None:
    assert not is_answer(PoolTimeout("all connections are taken"))
    assert not is_answer(OSError("the data base's file is gone"))
    assert what_failed(OSError("the file is gone")) == "OSError: the file is gone"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("select * from nowhere", "no such table: nowhere"),
        ("selec 1", 'near "selec": syntax error'),
        (f"select json_extract('{{}}', '{CALLER}')", "SQLITE_ERROR"),
        ("create table t (a)", "attempt to write a readonly database"),
    ],
)
def test_sqlite_is_read_by_its_code(statement: str, words: str) -> None:
    base = sqlite3.connect(":memory:", isolation_level=None)
    base.execute("pragma query_only = 1")
    try:
        with pytest.raises(sqlite3.Error) as caught:
            base.execute(statement)
        error = raised(caught.value, sqlite3.Error)
        assert is_answer(error)
        assert what_failed(error).endswith(f": {words}")
    finally:
        base.close()


def test_a_locked_file_is_no_answer() -> None:
    orig = sqlite3.OperationalError("database is locked")
    orig.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error = raised(orig, sqlite3.Error)
    assert not is_answer(error)
    assert what_failed(error) == "OperationalError: database is locked"
