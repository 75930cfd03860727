"""Work orders: opened once a visit, looked up, urged, and late by three clocks.

Knows no call and no server: what it is given are digits, texts and times.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import Any

from sqlalchemy import ColumnElement, Row, case, delete, insert, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from flowc.graph.services import ABANDONED, CLOSED, OPEN_STATES, TicketClass, TicketSettings
from flowc.runtime.store import reading, writing
from flowc.runtime.tables import ATTACHMENTS, COUNTERS, TICKETS
from flowc.runtime.ticket_cards import Clocks, card


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a call says when it opens one. `key` is the visit's; the same key is the same order."""

    key: str
    call: str
    ticket_class: str
    caller: str = ""
    account: str = ""
    note: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A work order as it stands. Times are seconds since 1970 UTC, None where not (yet)."""

    number: str
    ticket_class: str
    state: str
    caller: str
    account: str
    note: str
    call: str
    urged: int
    clocks: Clocks
    recordings: tuple[str, ...] = ()

    def answer(self, now: int) -> dict[str, Any]:
        """The record `Ticket` of the language, as an answer."""
        return {
            "number": self.number,
            "class": self.ticket_class,
            "state": self.state,
            "opened": _moment(self.clocks.opened),
            "promised": _moment(self.clocks.handle_by),
            "card": card(self.clocks, now),
            "urged": self.urged,
        }


_HALF_OPEN = TICKETS.c.told.is_(False) & (TICKETS.c.state == "opened")


class UnknownClassError(ValueError):
    """The project has no such class of work orders."""


class Tickets:
    """The work orders of one store; several runtimes may share it."""

    def __init__(self, engine: AsyncEngine) -> None:
        """The tables must exist."""
        self._engine = engine

    async def open(self, new: NewTicket, settings: TicketSettings, now: int) -> Ticket:
        """Open it, or find the one that this visit opened before. Raises UnknownClassError."""
        limits = _limits(settings, new.ticket_class)
        known = await self._first(TICKETS.c.key == new.key)
        if known is None:
            # Another runtime may be quicker with the same visit: its order is the order.
            with suppress(IntegrityError):
                await self._insert(new, limits, now)
            known = await self._first(TICKETS.c.key == new.key)
        if known is None:
            raise LookupError("the work order was not kept")
        if new.recording:
            await self.attach(known.number, new.recording)
        return known

    async def find(self, number: str = "", caller: str = "", account: str = "") -> Ticket | None:
        """By number, else the newest of the account, else the newest of the caller."""
        if number:
            return await self._first(TICKETS.c.number == number)
        if account:
            return await self._first(TICKETS.c.account == account)
        return await self._first(TICKETS.c.caller == caller) if caller else None

    async def urge(self, number: str) -> Ticket | None:
        """Count one more urging; None where it is closed or unknown. Who urges knows of it."""
        mine = (TICKETS.c.number == number) & TICKETS.c.state.in_(OPEN_STATES)
        state = case((TICKETS.c.state == ABANDONED, "opened"), else_=TICKETS.c.state)
        # Told, too: else the next look at orders of which none was told would abandon it again.
        if not await self._change(mine, urged=TICKETS.c.urged + 1, state=state, told=True):
            return None
        return await self.find(number)

    async def move(self, number: str, state: str, now: int) -> bool:
        """To `accepted`, `handled` or `closed`, noting when; False where it is not open."""
        clock = {"accepted": "accepted", "handled": "handled", "closed": "replied"}[state]
        mine = (TICKETS.c.number == number) & TICKETS.c.state.in_(OPEN_STATES)
        return await self._change(mine, **{"state": state, clock: now})

    async def attach(self, number: str, recording: str) -> None:
        """Let a recording go with it; the same one again changes nothing."""
        try:
            async with writing(self._engine) as connection:
                await connection.execute(
                    insert(ATTACHMENTS).values(ticket=number, recording=recording)
                )
        except IntegrityError:
            return

    async def told(self, key: str) -> None:
        """The call has its answer."""
        await self._change(TICKETS.c.key == key, told=True)

    async def abandon(self, key: str) -> None:
        """The call has not had its answer: nobody can be sure that the caller knows of the order."""
        await self._change((TICKETS.c.key == key) & _HALF_OPEN, state=ABANDONED)

    async def abandon_untold(self, seconds: int) -> int:
        """The same for those that are so old and whose runtime died before it could; their number."""
        old = TICKETS.c.made < int(time()) - seconds
        return await self._count(_HALF_OPEN & old, state=ABANDONED)

    async def forget_closed(self, before: int) -> int:
        """Let go of those that were closed before then, with their recordings' names; their number."""
        old = (TICKETS.c.state == CLOSED) & (TICKETS.c.replied < before)
        theirs = ATTACHMENTS.c.ticket.in_(select(TICKETS.c.number).where(old))
        async with writing(self._engine) as connection:
            await connection.execute(delete(ATTACHMENTS).where(theirs))
            return (await connection.execute(delete(TICKETS).where(old))).rowcount

    async def list(self, states: Collection[str] = ()) -> tuple[Ticket, ...]:
        """Those in one of the states, or every one, oldest first: two questions, however many there are."""
        wanted = TICKETS.c.state.in_(states) if states else true()
        orders = select(TICKETS).where(wanted).order_by(TICKETS.c.number)
        theirs = (
            select(ATTACHMENTS)
            .join(TICKETS, TICKETS.c.number == ATTACHMENTS.c.ticket)
            .where(wanted)
        )
        recordings: dict[str, list[str]] = {}
        async with reading(self._engine) as connection:
            rows = (await connection.execute(orders)).all()
            for number, recording in await connection.execute(theirs):
                recordings.setdefault(number, []).append(recording)
        return tuple(_ticket(row, recordings.get(row._mapping["number"], ())) for row in rows)

    async def _insert(self, new: NewTicket, limits: TicketClass, now: int) -> None:
        async with writing(self._engine) as connection:
            number = await self._number(connection, now)
            row = {
                "number": number,
                "key": new.key,
                "class": new.ticket_class,
                "state": "opened",
                "caller": new.caller,
                "account": new.account,
                "note": new.note,
                "call": new.call,
                "urged": 0,
                "told": False,
                "made": int(time()),
                "opened": now,
                "accept_by": now + limits.accept_s if limits.accept_s else None,
                "handle_by": now + limits.handle_s if limits.handle_s else None,
                "reply_by": now + limits.reply_s if limits.reply_s else None,
            }
            await connection.execute(insert(TICKETS).values(row))

    async def _number(self, connection: AsyncConnection, now: int) -> str:
        """The day and a count within it: ten digits that can be read over a telephone."""
        from sqlalchemy.dialects import postgresql, sqlite

        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        day = datetime.fromtimestamp(now, UTC).strftime("%y%m%d")
        more: Any = dialect.insert(COUNTERS).values(name=f"ticket-{day}", value=1)
        more = more.on_conflict_do_update(
            index_elements=["name"], set_={"value": COUNTERS.c.value + 1}
        ).returning(COUNTERS.c.value)
        return f"{day}{(await connection.execute(more)).scalar_one():04d}"

    async def _first(self, condition: ColumnElement[bool]) -> Ticket | None:
        query = select(TICKETS).where(condition)
        newest = query.order_by(TICKETS.c.opened.desc(), TICKETS.c.number.desc()).limit(1)
        async with reading(self._engine) as connection:
            row = (await connection.execute(newest)).first()
            if row is None:
                return None
            its = ATTACHMENTS.c.ticket == row._mapping["number"]
            recordings = await connection.execute(select(ATTACHMENTS.c.recording).where(its))
            return _ticket(row, recordings.scalars().all())

    async def _change(self, condition: ColumnElement[bool], **values: object) -> bool:
        return await self._count(condition, **values) > 0

    async def _count(self, condition: ColumnElement[bool], **values: object) -> int:
        async with writing(self._engine) as connection:
            result = await connection.execute(update(TICKETS).where(condition).values(**values))
        return result.rowcount


def _ticket(row: Row[Any], recordings: Iterable[str]) -> Ticket:
    held = row._mapping
    times = ("opened", "accepted", "handled", "replied", "accept_by", "handle_by", "reply_by")
    same = ("number", "state", "caller", "account", "note", "call", "urged")
    return Ticket(
        ticket_class=held["class"],
        clocks=Clocks(**{name: held[name] for name in times}),
        recordings=tuple(sorted(recordings)),
        **{name: held[name] for name in same},
    )


def _limits(settings: TicketSettings, name: str) -> TicketClass:
    found = settings.limits(name)
    if found is None:
        raise UnknownClassError("the project has no such class of work orders")
    return found


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
