"""What a random project has besides flows: services with types, queues, calendars, lists, flags, keys.

Knows no flow. Types are kept beside the files that declare them, so that flows and callers' answers
can be made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flowc.syntax.write_yaml import Value, Word
from fuzz.chance import Chance

SCALARS = {
    "int": 4,
    "money": 3,
    "digits": 3,
    "bool": 3,
    "date": 2,
    "time": 1,
    "duration": 1,
    "datetime": 1,
    "text": 2,
    "decimal": 1,
}
PARAMETERS = ("digits", "digits", "int", "date", "money", "text")
RESULTS = ("not_found", "blocked", "ambiguous", "too_old")
SERVICES = ("billing", "crm", "stock")
# On one telephone system exit keys are the queue's, not the node's; so queues of one name have the
# same in all projects, since many of them are played on one server.
EXIT_KEYS = {"sales": ("1", "#"), "repairs": ("5", "*"), "night_desk": (), "late_desk": ("0",)}
FIELDS = ("level", "balance", "until", "city", "open", "code", "wait", "since", "rate", "visits")
DESTINATIONS = ("07503285000", "13800138000", "10086", "4008001234")


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A record of a service. `lacking`: fields that an answer may leave out."""

    name: str
    fields: Mapping[str, FieldType]
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOf:
    item: FieldType
    most: int


FieldType = str | RecordOf | ListOf


def written(type_: FieldType) -> str:
    """A type as a file writes it."""
    match type_:
        case RecordOf(name=name):
            return name
        case ListOf(item, most):
            return f"list[{written(item)}, {most}]"
        case scalar:
            return scalar


@dataclass(frozen=True, slots=True)
class Operation:
    """A look-up or a request that flows may ask."""

    service: str
    name: str
    is_lookup: bool
    parameters: Mapping[str, str]
    optional: tuple[str, ...]
    gives: FieldType | None
    results: tuple[str, ...]
    deadline_s: int

    @property
    def full(self) -> str:
        return f"{self.service}.{self.name}"


@dataclass
class Things:
    """Everything that flows may name."""

    languages: tuple[str, ...] = ("zh",)
    operations: list[Operation] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)
    exit_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by queue
    calendars: dict[str, bool] = field(default_factory=dict)  # by name: has it holidays?
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)
    vars: dict[str, str] = field(default_factory=dict)
    ticket_classes: tuple[str, ...] = ()
    files: dict[str, Value] = field(default_factory=dict)


def random_things(chance: Chance) -> Things:
    """Surroundings for a project."""
    things = Things(languages=chance.pick([("zh",), ("zh", "en"), ("zh", "en"), ("en", "zh")]))
    for name in chance.some(SERVICES, 2, least=1):
        _service(things, chance.branch(name), name)
    things.flags = tuple(chance.some(("emergency", "outage"), 2))
    for name in chance.some(("office", "nights"), 2):
        made = _calendar(things, chance.branch(name), name)
        things.calendars[name] = "holidays" in made
        things.files[f"calendars/{name}.yaml"] = made
    _lists(things, chance)
    things.queues = chance.some(tuple(EXIT_KEYS), 3, least=1)
    things.exit_keys = {name: EXIT_KEYS[name] for name in things.queues}
    things.files["queues.yaml"] = {name: _queue(chance) for name in things.queues}
    things.keys = _keys(chance, chance.odds(0.7))
    for name, type_ in chance.some([("area", "digits"), ("urgent", "bool"), ("score", "int")], 2):
        things.vars[name] = type_
    things.ticket_classes = tuple(chance.some(("fault", "complaint"), 2))
    return things


# --- services


def _service(things: Things, chance: Chance, name: str) -> None:
    records = list(_records(chance, name))
    sections: dict[str, dict[str, Value]] = {"lookups": {}, "requests": {}}
    for number in range(chance.number(1, 3)):
        is_lookup = number == 0 or chance.odds(0.5)
        made = _operation(chance, name, f"ask_{number}" if is_lookup else f"do_{number}", records)
        things.operations.append(made)
        sections["lookups" if is_lookup else "requests"][made.name] = _spec(chance, made)
    types = {one.name: {n: written(t) for n, t in one.fields.items()} for one in records}
    things.files[f"services/{name}.yaml"] = {
        "service": name,
        "kind": "http",
        "url": "http://127.0.0.1:9",
        **({"types": types} if types else {}),
        **{section: specs for section, specs in sections.items() if specs},
    }


def _records(chance: Chance, service: str) -> Iterator[RecordOf]:
    if chance.odds(0.2):
        return
    item = RecordOf("Item", _scalars(chance, 3))
    yield item
    whole: dict[str, FieldType] = dict(_scalars(chance, 6))
    if chance.odds(0.6):
        whole["items"] = ListOf(item, chance.number(1, 3))
    if chance.odds(0.3):
        whole["codes"] = ListOf(chance.pick(["int", "digits", "money"]), chance.number(1, 3))
    if chance.odds(0.3):
        whole["first"] = item
    yield RecordOf(service.capitalize(), whole)


def _scalars(chance: Chance, most: int) -> dict[str, FieldType]:
    return {name: chance.weighed(SCALARS) for name in chance.some(FIELDS, most, least=1)}


def _operation(chance: Chance, service: str, name: str, records: list[RecordOf]) -> Operation:
    parameters = {
        one: chance.pick(PARAMETERS) for one in chance.some(("account", "day", "note"), 2)
    }
    gives: FieldType | None = chance.weighed(SCALARS)
    if records and chance.odds(0.75):
        gives = chance.pick([records[-1], records[-1], records[0], ListOf(records[0], 2)])
    is_lookup = name.startswith("ask")
    if not is_lookup and chance.odds(0.3):
        gives = None
    return Operation(
        service=service,
        name=name,
        is_lookup=is_lookup,
        parameters=parameters,
        optional=tuple(chance.some(tuple(parameters), 1)) if chance.odds(0.3) else (),
        gives=gives,
        results=tuple(chance.some(RESULTS, 2)),
        deadline_s=chance.pick([1, 2, 2, 3]),
    )


def _spec(chance: Chance, made: Operation) -> Value:
    spec: dict[str, Value] = {}
    if made.parameters:
        spec["with"] = dict(made.parameters)
    if made.optional:
        spec["optional"] = list(made.optional)
    if made.gives is not None:
        spec["gives"] = written(made.gives)
    if made.results:
        spec["or"] = list(made.results)
    spec["deadline"] = f"{made.deadline_s}s"
    if not made.is_lookup:
        named = [name for name in made.parameters if name not in made.optional]
        spec["key"] = "-".join([*(f"{{{name}}}" for name in named), "{today()}"])
    spec[chance.pick(["get", "post"])] = f"/{made.name}"
    return spec


# --- calendars, lists, queues, keys


def _calendar(things: Things, chance: Chance, name: str) -> dict[str, Value]:
    open_ = ["09:00-17:30", "08:30-12:00, 13:30-17:30", "00:00-24:00", "22:00-23:59"]
    hours = [*open_, "closed"]
    week = chance.pick(
        [
            {"mon-fri": chance.pick(open_), "sat": chance.pick(hours)},
            {"mon-sun": chance.pick(open_)},
            {"mon-wed": chance.pick(hours), "thu-sun": chance.pick(open_)},
        ]
    )
    found: dict[str, Value] = {"calendar": name, "week": week}
    if chance.odds(0.7):
        found["holidays"] = ["2026-10-01 - 2026-10-07", "2026-02-17"]
    if chance.odds(0.5):
        found["workdays"] = {"2026-10-10": chance.pick(["mon", "fri", "sat"])}
    if chance.odds(0.5):
        found["days"] = {"2026-12-31": chance.pick(hours), "2026-10-02": chance.pick(hours)}
    if things.flags and chance.odds(0.5):
        found["emergency"] = chance.pick(things.flags)
    return found


def _lists(things: Things, chance: Chance) -> None:
    for name in chance.some(("vip", "blocked"), 2):
        callers = chance.some(("13800000000", "13911112222", "075088888888"), 2)
        things.lists[name] = tuple(callers)
    if chance.odds(0.5):
        things.lists["duty"] = tuple(chance.some(DESTINATIONS, 2, least=1))
    for name, entries in things.lists.items():
        rows = "".join(f"{entry}\n" for entry in entries)
        things.files[f"lists/{name}.csv"] = f"number\n{rows}"


def _queue(chance: Chance) -> Value:
    found: dict[str, Value] = {"members": [str(chance.number(8001, 8009))]}
    if chance.odds(0.5):
        found["strategy"] = chance.pick(["longest_idle", "ring_all", "round_robin", "in_order"])
    if chance.odds(0.3):
        found["most_callers"] = Word(chance.number(2, 9))
    return found


def _keys(chance: Chance, has_person: bool) -> dict[str, str]:
    """Global keys: the usual ones, sometimes others."""
    meanings = ["back", "repeat", "skip", "main_menu"]
    usual = {"back": "*", "repeat": "9", "skip": "#", "main_menu": "8"}
    keys = {"0": "person"} if has_person and chance.odds(0.85) else {}
    for meaning in chance.some(meanings, 4):
        key = usual[meaning] if chance.odds(0.85) else chance.pick("56789")
        keys.setdefault(key, meaning)
    return keys
