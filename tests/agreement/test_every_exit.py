"""Every kind of node by every exit and every cause, on the simulator; tests/pbx has them on servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from every_exit.playing import compiled, runs, scripts
from every_exit.rows import ROWS, Row
from every_exit.write_table import table

from flowc.graph.operations import CAUSE
from flowc.kinds.base import outcomes_of
from flowc.kinds.table import KINDS

INPUTS = ("menu", "collect", "confirm")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_exit_is_taken_in_the_simulator(row: Row) -> None:
    run = runs()[row]
    assert run.passed, [found.say("en") for found in run.failures]
    assert run.marks[-1:] == ("ended",)
    if row.cause:
        assert run.values[CAUSE] == row.cause


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) == len(scripts())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.keyword)
def test_every_outcome_of_every_kind_has_a_row(kind: type) -> None:
    rows = {row.exit for row in ROWS if row.kind == kind.keyword}
    assert {info.key for info in outcomes_of(kind)} <= rows
    assert rows


@pytest.mark.parametrize("kind", INPUTS)
def test_every_cause_of_giving_up_has_a_row(kind: str) -> None:
    graph = compiled().graph
    assert graph is not None
    parts = {id_.part for id_, block in graph.blocks.items() if block.origin.kind == kind}
    causes = {f"wrong({part.removeprefix('wrong_')})" for part in parts if _is_cause(part)}
    rows = {row.cause for row in ROWS if row.kind == kind and row.exit == "gave_up"}
    assert rows == {"silence", "error", *causes}


def test_the_reference_has_the_table_of_all_rows() -> None:
    page = Path(__file__).parents[2] / "docs/reference/agreement.md"
    assert page.read_text(encoding="utf-8") == table(), "run `make exits`"


def _is_cause(part: str) -> bool:
    """`wrong_key` is one; `wrong_1` is what is said the first time."""
    return part.startswith("wrong_") and part.removeprefix("wrong_").isidentifier()
