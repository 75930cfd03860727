"""A time zone as arithmetic on the server's epoch, since no zone data is trusted to be there.

Knows no dialplan beyond the signs of an expression.
"""

from __future__ import annotations

from flowc.graph.zones import FIRST_YEAR, LAST_YEAR, UnknownZoneError, transitions
from flowc_asterisk import quote


def offset_of(timezone: str, now: str) -> str:
    """What to add to `now` (an expression of seconds since 1970) for local time, in seconds.

    Raises QuoteError for a zone that is none.
    """
    try:
        start, changes = transitions(timezone)
    except UnknownZoneError as error:
        raise quote.QuoteError(str(error)) from error
    if not changes:
        return f"({start})" if start >= 0 else f"(0{start})"
    terms = (f"({now}>={at})*{_signed(step)}" for at, step in changes)
    return f"({_signed(start)}+{'+'.join(terms)})"


def _signed(number: int) -> str:
    return str(number) if number >= 0 else f"(0{number})"


__all__ = ["FIRST_YEAR", "LAST_YEAR", "offset_of", "transitions"]
