"""The work orders of one simulated call, as the runtime's own desk keeps them: a visit, an order.

Knows no script and no clock: the moment comes with each question.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flowc.graph.services import ABANDONED, TicketSettings

Order = Mapping[str, str | int]
Arguments = Mapping[str, str | int]


class Desk:
    """Opens, looks up and urges."""

    def __init__(self, settings: TicketSettings) -> None:
        """Nothing has been opened. `settings`: the classes of work orders, with their clocks."""
        self._settings = settings
        self._orders: list[tuple[Arguments, dict[str, str | int]]] = []

    def ask(self, operation: str, asked: Arguments, now: int) -> Order | None:
        """The order that the answer tells of; None where none is found. `now` is seconds since 1970."""
        if operation == "open":
            return self._open(asked, now)
        found = self._find(asked)
        if found is not None and operation == "urge":
            found["urged"] = int(found["urged"]) + 1
            found["state"] = "opened"  # who urges it knows of it
        return None if found is None else dict(found)

    def _open(self, asked: Arguments, now: int) -> Order:
        name = str(asked.get("class", ""))
        limits = self._settings.limits(name)
        moment = datetime.fromtimestamp(now, UTC)
        order: dict[str, str | int] = {
            "number": f"{moment:%y%m%d}{len(self._orders) + 1:04}",
            "class": name,
            "state": "opened",
            "opened": moment.isoformat(),
            "card": "none",
            "urged": 0,
        }
        if limits and limits.handle_s:
            order["promised"] = datetime.fromtimestamp(now + limits.handle_s, UTC).isoformat()
        self._orders.append((asked, order))
        return dict(order)

    def abandon_newest(self) -> None:
        """The caller was not told of the order that was opened last."""
        if self._orders:
            self._orders[-1][1]["state"] = ABANDONED

    def _find(self, asked: Arguments) -> dict[str, str | int] | None:
        """By number, else the newest of the account, else the newest of the caller."""
        number = asked.get("number")
        if number:
            return next((order for _, order in self._orders if order["number"] == number), None)
        name = "account" if asked.get("account") else "caller"
        wanted = asked.get(name)
        same = (order for of, order in reversed(self._orders) if wanted and of.get(name) == wanted)
        return next(same, None)
