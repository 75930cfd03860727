"""How late a work order is, as the colours of cards. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.graph.services import CARDS


@dataclass(frozen=True, slots=True)
class Clocks:
    """When each thing happened and by when it should; seconds since 1970 UTC, None: not or never."""

    opened: int
    accepted: int | None = None
    handled: int | None = None
    replied: int | None = None
    accept_by: int | None = None
    handle_by: int | None = None
    reply_by: int | None = None


def card(clocks: Clocks, now: int) -> str:
    """The worst card of the three clocks.

    `yellow` past the limit, `red` when late by half the time allowed, `black` by all of it again.
    """
    runs = (
        (clocks.accept_by, clocks.accepted),
        (clocks.handle_by, clocks.handled),
        (clocks.reply_by, clocks.replied),
    )
    worst = max(_lateness(clocks.opened, limit, done or now) for limit, done in runs)
    return CARDS[worst]


def _lateness(opened: int, limit: int | None, at: int) -> int:
    if limit is None or at <= limit:
        return 0
    late, allowed = at - limit, limit - opened
    return 1 + (2 * late >= allowed) + (late >= allowed)
