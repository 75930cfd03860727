"""What a data base that raised an error says: for the operator, and of its own health.

An error by what a caller gave (a duplicate, a number out of range) is an answer of a data base that is
well, and its words may hold what the caller gave. Knows no table and no call.
"""

from __future__ import annotations

import re
import sqlite3

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    StatementError,
)

# Classes of SQLSTATE by which PostgreSQL says that it can't serve, or not now: connection, log-in, no
# such data base, rolled back, resources, limits, locks, an operator, the system, its own defects.
_UNWELL = frozenset({"08", "28", "3D", "40", "53", "54", "55", "57", "58", "XX"})
# Those whose words are of the statement or of the server. The others (22, a value that is none; 23, a
# row that may not be; what a function raises) can quote a value.
_OF_NO_VALUE = _UNWELL - {"XX"} | {"0A", "25", "3F", "42"}
_WELL = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_RANGE,
    }
)
# Of SQLite's general error, the words of its parser; a function's ("bad JSON path: ...") quote a value.
_OF_THE_STATEMENT = re.compile(r"no such |near \"|ambiguous column|incomplete input")


def is_answer(error: Exception) -> bool:
    """Is the data base well, and is it only that this cannot be done?

    Its own code decides where there is one; else the class that its driver chose.
    """
    if not isinstance(error, StatementError):
        return False
    if not isinstance(error, DBAPIError):
        return True
    state, code = _state(error), _code(error)
    if state:
        return state[:2] not in _UNWELL
    if code is not None:
        return code & 0xFF in _WELL
    return isinstance(error, IntegrityError | DataError | ProgrammingError | NotSupportedError)


def what_failed(error: Exception) -> str:
    """One line for the operator: the data base's own words, or where they may hold what a caller gave,
    its code and the names of what was in the way."""
    name = type(error).__name__
    said = _said(error) if isinstance(error, StatementError) else str(error).partition("\n")[0]
    return f"{name}: {said}" if said else name


def _said(error: StatementError) -> str:
    words = str(error.orig or "").partition("\n")[0]
    state, code = _state(error), _code(error)
    if state:
        return words if state[:2] in _OF_NO_VALUE else _named(error, state)
    if code is not None:
        return words if _is_of_no_value(code, words) else _sqlite_name(error)
    # The driver's own: of a connection, unless a value would not go into it.
    return type(error.orig).__name__ if is_answer(error) else words


def _named(error: StatementError, state: str) -> str:
    """The code, and the constraint, table or column, as far as the server names them."""
    about = getattr(error.orig, "diag", None)
    parts = (getattr(about, f"{part}_name", None) for part in ("table", "column", "constraint"))
    return " ".join([state, *filter(None, parts)])


def _is_of_no_value(code: int, words: str) -> bool:
    if code == sqlite3.SQLITE_ERROR:
        return _OF_THE_STATEMENT.match(words) is not None
    return code != sqlite3.SQLITE_CONSTRAINT_TRIGGER


def _sqlite_name(error: StatementError) -> str:
    """`SQLITE_CONSTRAINT_TRIGGER`."""
    return str(getattr(error.orig, "sqlite_errorname", ""))


def _state(error: StatementError) -> str:
    """PostgreSQL's SQLSTATE; "" where another data base or the driver itself speaks."""
    return getattr(error.orig, "sqlstate", None) or ""


def _code(error: StatementError) -> int | None:
    """SQLite's code; None where another data base or the driver itself speaks."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code if isinstance(code, int) else None
