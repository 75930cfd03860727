"""What a change of the world would do, before it does it: a closed set of changes, as words.

Knows neither servers nor files; `deploy` fills a plan in, and whoever asked reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never


@dataclass(frozen=True, slots=True)
class Create:
    """`what` is not there yet."""

    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """`what` is there and becomes another."""

    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """`what` is there and stays as it is."""

    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """`what` is there and goes."""

    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """`what` is not as it was left, so nothing is done before somebody decides."""

    what: str
    why: str = ""


Change = Create | Update | Keep | Delete | Conflict


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change in the order in which it would be made."""

    changes: tuple[Change, ...]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What stands in the way."""
        return tuple(each for each in self.changes if isinstance(each, Conflict))

    def lines(self) -> tuple[str, ...]:
        """One line a change: a sign, what, and why."""
        return tuple(_line(each) for each in self.changes)


def _line(change: Change) -> str:
    why = f" ({change.why})" if change.why else ""
    return f"{_sign(change)} {change.what}{why}"


def _sign(change: Change) -> str:
    match change:
        case Create():
            return "+"
        case Update():
            return "~"
        case Keep():
            return "="
        case Delete():
            return "-"
        case Conflict():
            return "!"
        case _:
            assert_never(change)
