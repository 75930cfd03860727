"""The built-in service `tickets`: questions of a call in, replies out, work orders in between.

Knows the call's facts and the store of work orders; knows no back end and no telephone system.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from flowc.expression.evaluate import Value
from flowc.graph.operations import Invoke
from flowc.graph.release import Release
from flowc.runtime.failures import what_failed
from flowc.runtime.services.model import CallFacts, Declared, Done, Failed, Reply, Unknown
from flowc.runtime.tickets import NewTicket, Ticket, Tickets, UnknownClassError


class TicketDesk:
    """Opens, looks up and urges."""

    def __init__(self, tickets: Tickets) -> None:
        """The store's tables must exist."""
        self._tickets = tickets

    async def reply(
        self, release: Release, invoke: Invoke, arguments: Mapping[str, Value], call: CallFacts
    ) -> Reply:
        """The reply of one operation. What fails while opening leaves it open whether there is an order."""
        words = {name: str(value) for name, value in arguments.items()}
        try:
            match invoke.operation:
                case "open":
                    return await self._open(release, invoke, words, call)
                case "status":
                    return _told(await self._find(words, call), call)
                case "urge":
                    return await self._urge(words, call)
                case _:
                    return Failed("there is no such operation on work orders", refused=True)
        except UnknownClassError as error:
            return Failed(str(error), refused=True)
        except (SQLAlchemyError, OSError, LookupError) as error:
            return Unknown(f"the store of work orders failed: {what_failed(error)}")

    async def told(self, invoke: Invoke, call: CallFacts) -> None:
        """The call has the number."""
        await self._tickets.told(_key(invoke, call))

    async def abandon(self, invoke: Invoke, call: CallFacts) -> None:
        """The caller hung up before the call had the number."""
        await self._tickets.abandon(_key(invoke, call))

    async def _open(
        self, release: Release, invoke: Invoke, words: Mapping[str, str], call: CallFacts
    ) -> Reply:
        new = NewTicket(
            _key(invoke, call),
            call.id,
            words.get("class", ""),
            words.get("caller", "") or call.caller,
            words.get("account", ""),
            words.get("note", ""),
            words.get("recording", ""),
        )
        return _told(await self._tickets.open(new, release.tickets, call.now), call)

    async def _urge(self, words: Mapping[str, str], call: CallFacts) -> Reply:
        found = await self._find(words, call)
        urged = None if found is None else await self._tickets.urge(found.number)
        if found is not None and urged is None:
            return Declared("closed")
        return _told(urged, call)

    async def _find(self, words: Mapping[str, str], call: CallFacts) -> Ticket | None:
        number, account = words.get("number", ""), words.get("account", "")
        caller = words.get("caller", "")
        return await self._tickets.find(number, caller or call.caller, account)


def _told(ticket: Ticket | None, call: CallFacts) -> Reply:
    return Declared("not_found") if ticket is None else Done(ticket.answer(call.now))


def _key(invoke: Invoke, call: CallFacts) -> str:
    """One visit of one place in one call."""
    parts = json.dumps([call.token, call.id, invoke.site, call.visit])
    return hashlib.sha256(parts.encode()).hexdigest()
