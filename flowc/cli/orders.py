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
FORGOT_ORDERS = Words("closed orders removed: {count}", "已删除办结的工单：{count}")
FORGOT_REQUESTS = Words("requests removed: {count}", "已删除办理记录：{count}")
NOT_YET = Words("{day} is a day to come", "{day} 还没有到")
DAY = click.DateTime(["%Y-%m-%d"])
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
@click.option(
    "--forget-closed-before",
    type=DAY,
    metavar="DATE",
    help="Remove the orders closed before that day (2026-01-31) from the store.",
)
@click.option(
    "--forget-requests-before",
    type=DAY,
    metavar="DATE",
    help="The same for what is kept of requests: one of the same key is then done anew.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@lang_option
def command(
    folder: Path,
    environment: str | None,
    state: str | None,
    move: tuple[str, str] | None,
    forget_closed_before: datetime | None,
    forget_requests_before: datetime | None,
    form: str,
    language: str,
) -> None:
    """List the work orders that calls have opened, move one on, or forget those of long ago."""
    from flowc.runtime.services.model import SettingsError

    served = served_settings(folder, [environment] if environment else [], language)
    assert served.compiled.project is not None
    url = store_of([with_secrets(each) for each in served.places])
    zone = ZoneInfo(served.compiled.project.program.around.timezone)
    closed, requests = (
        None if day is None else _begin(day, zone, language)
        for day in (forget_closed_before, forget_requests_before)
    )
    try:
        if closed is not None or requests is not None:
            _forget(url, folder, closed, requests, language)
            return
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


def _begin(day: datetime, zone: ZoneInfo, language: str) -> int:
    """When the day begins where the project is; a day to come would take what is in hand."""
    moment = int(day.replace(tzinfo=zone).timestamp())
    if moment > time.time():
        raise click.UsageError(NOT_YET.say(language, {"day": f"{day:%Y-%m-%d}"}))
    return moment


def _forget(
    url: str, folder: Path, closed: int | None, requests: int | None, language: str
) -> None:
    from flowc.runtime.order_book import forget_orders, forget_requests

    for before, forget, words in (
        (closed, forget_orders, FORGOT_ORDERS),
        (requests, forget_requests, FORGOT_REQUESTS),
    ):
        if before is not None:
            count = asyncio.run(forget(url, folder, before))
            click.echo(words.say(language, {"count": str(count)}))


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
