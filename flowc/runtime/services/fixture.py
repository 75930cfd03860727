"""`kind: fixture`: answers from a table in the project, for demonstrations and for the first day.

Knows no call: the same question has the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from flowc.expression.types import Type
from flowc.graph.as_json import Json
from flowc.graph.services import FixtureSettings, OperationSpec
from flowc.machine.templates import outward
from flowc.runtime.services.fixture_table import read_table
from flowc.runtime.services.model import (
    Declared,
    Done,
    Failed,
    Question,
    Reply,
    SettingsError,
    Unknown,
)


class FixtureBackend:
    """A table; read once."""

    def __init__(
        self, settings: FixtureSettings, folder: Path, _environment: Mapping[str, str]
    ) -> None:
        """Read the table. Raises SettingsError."""
        self._table = _read_table(folder / settings.file)

    async def ask(self, operation: OperationSpec, question: Question) -> Reply:
        """The first row that fits."""
        rows = self._table.get(operation.name)
        row = next((each for each in _rows(rows) if _fits(each, operation, question)), None)
        if row is None:
            return Failed("no row of the table fits")
        reply = _reply(row, operation)
        await asyncio.sleep(0)
        return reply

    async def close(self) -> None:
        """Nothing is held."""


def _read_table(path: Path) -> Mapping[str, Json]:
    try:
        return read_table(path)
    except OSError as error:
        raise SettingsError(f"the table {path.name} cannot be read: {error.strerror}") from None


def _rows(rows: Json) -> list[dict[str, Json]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _fits(row: Mapping[str, Json], operation: OperationSpec, question: Question) -> bool:
    wanted = row.get("with")
    if not isinstance(wanted, dict):
        return wanted is None
    types: dict[str, Type] = dict(operation.parameters)
    return all(
        name in types and _shown(question, name, types[name]) == str(value)
        for name, value in wanted.items()
    )


def _shown(question: Question, name: str, type_: Type) -> str:
    value = question.arguments.get(name, "")
    return "" if value == "" else outward(value, type_)


def _reply(row: Mapping[str, Json], operation: OperationSpec) -> Reply:
    match row:
        case {"result": str(result)} if result in operation.results:
            return Declared(result)
        case {"fails": "unknown"}:
            return Unknown("the table says so")
        case {"gives": answer}:
            return Done(answer)
        case {"fails": _} | {"result": _}:
            return Failed("the table says so")
        case _:
            return Done()
