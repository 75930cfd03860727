"""The table of a fixture: how it is read, and what is surely wrong with it.

`flowc check` reads it here, too, so nothing of a running service is known. Scalars of a YAML table
stay the text they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from flowc.diagnostics.codes import flows, reading
from flowc.diagnostics.model import Reporter, Words
from flowc.graph.as_json import Json
from flowc.graph.services import FixtureSettings, OperationSpec, ServiceSpec
from flowc.runtime.services.model import SettingsError
from flowc.runtime.services.strict_json import BadJson, read_json

MOST_BYTES = 4 * 1024 * 1024
EXAMPLE = 'customer: [{with: {account: "80012345"}, gives: {name: 张三}}]'
_TABLE = Words("a YAML or JSON table of answers by operation", "按操作列出答复的 YAML 或 JSON 表")
_OUTCOMES = frozenset({"gives", "result", "fails"})
_FAILURES = ("error", "unknown")


class TableError(SettingsError):
    """A file that is no table; `expected` is what it should be."""

    def __init__(self, name: str, expected: Words) -> None:
        super().__init__(f"{name} should be {expected.en}")
        self.expected = expected


def read_table(path: Path) -> Mapping[str, Json]:
    """Rows by operation. Raises OSError, TableError."""
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise TableError(path.name, Words("a table of at most 4 MB", "不超过 4 MB 的表"))
    try:
        if path.suffix == ".json":
            table = read_json(content)
        else:
            table = yaml.load(content, yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only
    except (yaml.YAMLError, BadJson, RecursionError, UnicodeDecodeError):
        raise TableError(path.name, _TABLE) from None
    if not isinstance(table, dict) or not all(isinstance(name, str) for name in table):
        raise TableError(path.name, _TABLE)
    return table


def check_table(
    service: ServiceSpec, settings: FixtureSettings, folder: Path, report: Reporter
) -> None:
    """Tell, at `file:`, of a table that can't be read or that answers what nobody asks."""
    try:
        table = read_table(folder / settings.file)
        # An operation with a finding of its own may lack here.
        wrong = [] if report.has_errors else _misfits(table, service)
    except (OSError, ValueError) as error:  # ValueError: a NUL in a name
        reason = error.strerror if isinstance(error, OSError) else error
        report.report(reading.FILE_UNREADABLE, settings.file_at, reason=reason)
        return
    except TableError as error:
        wrong = [error.expected]
    for expected in wrong:
        report.report(
            flows.WRONG_SHAPE,
            settings.file_at,
            name=f"`{settings.file}`",
            expected=expected.en,
            expected_zh=expected.zh,
            example=EXAMPLE,
        )


def _misfits(table: Mapping[str, Json], service: ServiceSpec) -> list[Words]:
    """What the table should be, where some of it can answer nothing that is asked."""
    operations = {each.name: each for each in service.operations}
    found = []
    for name, rows in table.items():
        known = ", ".join(f"`{each}`" for each in operations)
        if name not in operations:
            found.append(
                Words(
                    f"a table of the service's operations ({known}); `{name}` is none of them",
                    f"按服务的操作（{known}）列出的表；`{name}` 不是其中之一",
                )
            )
        elif not isinstance(rows, list) or not all(_is_row(row, operations[name]) for row in rows):
            found.append(
                Words(
                    f"a table with a list of rows under `{name}`: `with` names parameters, "
                    "then there is one of `gives`, `result` (one of `or:`) and `fails` (`error`, `unknown`)",
                    f"`{name}` 下逐行列出的表：`with` 写参数，再写 `gives`、`result`（`or:` 里的结果）、"
                    "`fails`（`error`、`unknown`）之一",
                )
            )
    return found


def _is_row(row: Json, operation: OperationSpec) -> bool:
    match row:
        case dict() if row.keys() - {"with"} - _OUTCOMES or len(row.keys() & _OUTCOMES) > 1:
            return False
        case {"result": result} if result not in operation.results:
            return False
        case {"fails": how} if how not in _FAILURES:
            return False
        case {"with": dict() as wanted}:
            return wanted.keys() <= {name for name, _ in operation.parameters}
        case _:
            return isinstance(row, dict) and "with" not in row
