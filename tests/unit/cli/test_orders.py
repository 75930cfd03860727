"""`flowc orders`: whoever carries the work orders out sees them and moves them on."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from flowc.cli import main
from flowc.graph.services import TicketClass, TicketSettings
from flowc.runtime.store import open_store
from flowc.runtime.tables import create_tables
from flowc.runtime.tickets import NewTicket, Tickets

FLOWS = Path(__file__).parents[3] / "flows"
OPENED = 1_795_485_600  # 2026-11-24 10:00 in Shanghai


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The hotline with two work orders, the second one closed."""
    folder = Path(shutil.copytree(FLOWS, tmp_path / "flows"))

    async def opened() -> None:
        engine = open_store("sqlite:///runtime.db", folder)
        await create_tables(engine)
        tickets, settings = (
            Tickets(engine),
            TicketSettings((TicketClass("fault", None, 7200, None),)),
        )
        note = "没有信号\x1b[2J"
        await tickets.open(
            NewTicket("k1", "c1", "fault", "13800000000", "80012345", note), settings, OPENED
        )
        second = await tickets.open(NewTicket("k2", "c2", "fault"), settings, OPENED)
        await tickets.move(second.number, "closed", OPENED)
        await engine.dispose()

    asyncio.run(opened())
    return folder


def orders(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["orders", *map(str, arguments)])
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def listed(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, object]]:
    code, out, _ = orders(capsys, *arguments, "--format", "json")
    assert code == 0
    return list(json.loads(out))


def test_open_orders_are_a_table_whose_words_steer_no_terminal(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = orders(capsys, project, "--lang", "zh")
    assert code == 0
    head, only = out.splitlines()
    assert head.split() == [
        "编号",
        "类别",
        "状态",
        "超时",
        "登记",
        "承诺",
        "来电",
        "户号",
        "催办",
        "内容",
    ]
    for word in (
        "fault",
        "opened",
        "2026-11-24 10:00",
        "2026-11-24 12:00",
        "13800000000",
        "没有信号",
    ):
        assert word in only
    assert "\x1b" not in only


def test_an_order_is_moved_on_and_then_no_longer_listed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = listed(capsys, project)
    number = str(one["number"])
    assert (one["state"], one["from"], one["account"]) == ("opened", "13800000000", "80012345")
    assert orders(capsys, project, "--move", number, "accepted", "--lang", "en") == (
        0,
        f"{number} is accepted\n",
        "",
    )
    assert [each["state"] for each in listed(capsys, project, "--state", "accepted")] == [
        "accepted"
    ]
    assert orders(capsys, project, "--move", number, "closed")[0] == 0
    assert listed(capsys, project) == []
    assert len(listed(capsys, project, "--state", "all")) == 2
    code, _, told = orders(capsys, project, "--move", number, "handled", "--lang", "zh")
    assert (code, told) == (1, f"{number} 不是未办结的工单；`flowc orders` 列出未办结的工单\n")
    assert orders(capsys, project, "--lang", "zh") == (0, "没有工单\n", "")


def test_a_store_that_is_not_there_is_told_and_not_made(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "runtime.db").unlink()
    code, _, told = orders(capsys, project)
    assert code == 3
    assert "runtime.db is not there; `flowc run` makes it" in told
    assert not (project / "runtime.db").exists()
    (project / "runtime.db").write_text("no data base\n" * 100)
    code, _, told = orders(capsys, project)
    assert code == 3
    assert "the store of work orders: DatabaseError" in told


def test_what_was_closed_long_ago_can_be_forgotten(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(project / "runtime.db") as base:
        base.execute("insert into flowc_attachments select number, 'r' from flowc_tickets")
        row = "insert into flowc_requests values (?, 'b', 'done', '', ?, ?)"
        for key, moment in (("old", OPENED * 1000), ("new", (OPENED + 86400) * 1000)):
            base.execute(row, (key, moment, moment))
    # Closed at ten in Shanghai: that day has begun for it, and the next has not.
    for day, gone in (("2026-11-24", "0"), ("2026-11-25", "1")):
        given = (project, "--forget-closed-before", day, "--lang", "en")
        assert orders(capsys, *given) == (0, f"closed orders removed: {gone}\n", "")
    (left,) = listed(capsys, project, "--state", "all")
    assert (left["state"], left["recordings"]) == ("opened", ["r"])
    given = (project, "--forget-requests-before", "2026-11-25", "--lang", "zh")
    assert orders(capsys, *given) == (0, "已删除办理记录：1\n", "")
    with sqlite3.connect(project / "runtime.db") as base:
        assert base.execute("select key from flowc_requests").fetchall() == [("new",)]
        assert base.execute("select count(*) from flowc_attachments").fetchone() == (1,)


def test_what_is_in_hand_is_not_forgotten(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = orders(capsys, project, "--forget-closed-before", "2999-01-01", "--lang", "en")
    assert (code, "2999-01-01 is a day to come" in told) == (2, True)
