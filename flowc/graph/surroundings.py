"""What a flow may name besides its own nodes: services, queues, calendars, lists, keys.

Facts of the project, already read and checked; knows no file and no folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flowc.expression.types import Type
from flowc.graph.services import ServiceSpec, TicketSettings
from flowc.source import NOWHERE, Span

# Files whose findings explain why what they hold is not there.
QUEUES_FILE, PROMPTS_FILE = "queues.yaml", "prompts.csv"


@dataclass(frozen=True, slots=True)
class Opening:
    """Minutes of the day, from `start` up to, not including, `end` (1440 is midnight)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an office is open. A one-off day wins over a holiday, that over a make-up workday, that over the week.

    `week`: Monday first. `workdays` are make-up days: each follows the week's day named (1..7).
    """

    name: str
    week: tuple[tuple[Opening, ...], ...]
    holidays: tuple[date, ...] = ()
    workdays: tuple[tuple[date, int], ...] = ()
    days: tuple[tuple[date, tuple[Opening, ...]], ...] = ()
    emergency: str = ""  # the flag that closes it; "" has none
    emergency_at: Span = NOWHERE
    listed_at: Span = NOWHERE  # where its single days stand

    @property
    def last_listed(self) -> date | None:
        """The last single day that it says something of."""
        single = (
            *self.holidays,
            *(day for day, _ in self.workdays),
            *(day for day, _ in self.days),
        )
        return max(single, default=None)


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A line of callers waiting for agents. `members` are seats, by their number or name."""

    name: str
    members: tuple[str, ...]
    strategy: str = "longest_idle"
    ring_s: int = 15
    wrap_up_s: int = 5
    most_callers: int = 0  # 0 is no limit
    music: str = "default"
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A row of prompts.csv: the texts by language; those left empty are not here."""

    id: str
    texts: Mapping[str, str]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Keys:
    """Global keys: the meaning of each key, of the words `person`, `back`, `repeat`, `skip`, `main_menu`."""

    bound: tuple[tuple[str, str], ...] = ()

    def over(self, below: Keys) -> Keys:
        """These keys, and those of `below` that stand on other keys and mean other things."""
        own_keys = {key for key, _ in self.bound}
        own_meanings = {meaning for _, meaning in self.bound}
        rest = [
            (key, meaning)
            for key, meaning in below.bound
            if key not in own_keys and meaning not in own_meanings
        ]
        return Keys((*self.bound, *rest))


@dataclass(frozen=True, slots=True)
class PersonPromise:
    """From every input a person is at most so many keys and seconds away. None promises nothing."""

    within_keys: int | None = None
    within_s: int | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number that may be dialled, its other spellings, and the flow that answers it."""

    number: str
    flow: str
    also: tuple[str, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a project has besides flows."""

    name: str
    languages: tuple[str, ...]
    timezone: str = "Asia/Shanghai"
    numbers: tuple[Number, ...] = ()
    services: Mapping[str, ServiceSpec] = field(default_factory=dict)
    tickets: TicketSettings = TicketSettings()
    queues: Mapping[str, QueueSpec] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    prompts: Mapping[str, PromptRow] = field(default_factory=dict)
    recordings: frozenset[tuple[str, str]] = frozenset()  # (language, id) of studio recordings
    keys: Keys = Keys()
    promise: PersonPromise = PersonPromise()
    destinations: tuple[str, ...] = ()
    variables: Mapping[str, Type] = field(default_factory=dict)  # `vars:` of the project
    # Services, calendars and lists with findings of their own, by the names of their files: who
    # names one is not to blame.
    unread: frozenset[str] = frozenset()

    @property
    def knows_destinations(self) -> bool:
        """Is each entry of `destinations:` a number, or a list that is there?"""
        return all(entry in self.lists or entry[0].isdigit() for entry in self.destinations)

    @property
    def allowed_destinations(self) -> tuple[str, ...]:
        """Patterns of what may be dialled at all: digits, a `*` last for any ending."""
        found: list[str] = []
        for entry in self.destinations:
            found.extend(self.lists.get(entry, (entry,)))
        return tuple(dict.fromkeys(found))
