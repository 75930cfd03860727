"""`flowc orders`: the work orders that calls have opened, listed and moved on by who carries them out."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from flowc.cli.build import with_secrets
from flowc.cli.run import store_of
from flowc.cli.served_settings import served_settings
from flowc.cli.words import FINDINGS, OUTSIDE, lang_option, project_argument
from flowc.diagnostics.columns import shown, width
from flowc.diagnostics.model import Words
from flowc.graph.services import CLOSED, OPEN_STATES

if TYPE_CHECKING:
    from flowc.runtime.tickets import Ticket

# What `--state` asks for, unless it is one state by its name.
_STATES: Mapping[str | None, Sequence[str]] = {None: OPEN_STATES, "all": ()}
MOVES = ("accepted", "handled", CLOSED)
MOVED = Words("{number} is {state}", "{number} 已改为 {state}")
NOT_MOVED = Words(
    "{number} is no open work order; `flowc orders` lists those that are",
    "{number} 不是未办结的工单；`flowc orders` 列出未办结的工单",
)
NONE = Words("no work orders", "没有工单")
HEAD = Words(
    "number|class|state|card|opened|promised|caller|account|urged|note",
    "编号|类别|状态|超时|登记|承诺|来电|户号|催办|内容",
)


@click.command("orders")
@project_argument
@click.option("--env", "environment", help="An environment of flowc.yaml; by default the first.")
@click.option(
    "--state",
    type=click.Choice([*OPEN_STATES, CLOSED, "all"]),
    help="Those in it; by default all not closed.",
)
@click.option(
    "--move",
    nargs=2,
    type=(str, click.Choice(MOVES)),
    metavar="NUMBER STATE",
    help="Note that an order is accepted, handled or closed: its clocks stop, callers hear it.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@lang_option
def command(
    folder: Path,
    environment: str | None,
    state: str | None,
    move: tuple[str, str] | None,
    form: str,
    language: str,
) -> None:
    """List the work orders that calls have opened, or move one on."""
    from flowc.runtime.services.model import SettingsError

    served = served_settings(folder, [environment] if environment else [], language)
    assert served.compiled.project is not None
    url = store_of([with_secrets(each) for each in served.places])
    try:
        if move is not None:
            _move(url, folder, *move, language)
            return
        orders = asyncio.run(_listed(url, folder, state))
    except SettingsError as error:
        click.echo(f"flowc: {error}", err=True)
        sys.exit(OUTSIDE)
    if form == "json":
        now = int(time.time())
        click.echo(
            json.dumps([_record(each, now) for each in orders], ensure_ascii=False, indent=1)
        )
    else:
        zone = ZoneInfo(served.compiled.project.program.around.timezone)
        click.echo(_table(orders, zone, language))


def _move(url: str, folder: Path, number: str, state: str, language: str) -> None:
    from flowc.runtime.order_book import order_book

    async def moved() -> bool:
        async with order_book(url, folder) as orders:
            return await orders.move(number, state, int(time.time()))

    is_moved = asyncio.run(moved())
    words = MOVED if is_moved else NOT_MOVED
    click.echo(words.say(language, {"number": number, "state": state}), err=not is_moved)
    if not is_moved:
        sys.exit(FINDINGS)


async def _listed(url: str, folder: Path, state: str | None) -> Sequence[Ticket]:
    from flowc.runtime.order_book import order_book

    async with order_book(url, folder) as orders:
        return await orders.list(_STATES.get(state, (state or "",)))


def _record(order: Ticket, now: int) -> dict[str, object]:
    """The record `Ticket` of the language, and what its caller has left."""
    return {
        **order.answer(now),
        "from": order.caller,
        "account": order.account,
        "note": order.note,
        "recordings": list(order.recordings),
        "call": order.call,
    }


def _table(orders: Sequence[Ticket], zone: ZoneInfo, language: str) -> str:
    """A line an order, columns under their heads."""
    if not orders:
        return NONE.say(language, {})
    now = int(time.time())
    rows = [HEAD.say(language, {}).split("|"), *(_row(each, now, zone) for each in orders)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            f"{cell}{' ' * (wide - width(cell))}" for cell, wide in zip(row, widths, strict=True)
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _row(order: Ticket, now: int, zone: ZoneInfo) -> list[str]:
    def at(moment: int | None) -> str:
        return "-" if moment is None else f"{datetime.fromtimestamp(moment, zone):%Y-%m-%d %H:%M}"

    card = str(order.answer(now)["card"])
    clocks = order.clocks
    note = " ".join(filter(None, (order.note, *order.recordings)))
    return [
        order.number,
        order.ticket_class,
        order.state,
        "-" if card == "none" else card,
        at(clocks.opened),
        at(clocks.handle_by),
        shown(order.caller) or "-",
        shown(order.account) or "-",
        str(order.urged),
        shown(note),
    ]
