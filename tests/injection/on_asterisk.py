"""Hostile calls on a real Asterisk, many at once, and all that the manager tells of each.

Every event of every channel is taken; a call is known by its token, or by its caller's number where
the token is the hostile word.
"""

from __future__ import annotations

import asyncio
import csv
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "pbx"))

from support import Bench, bench

from flowc.target import Environment, QueueSettings
from flowc.telephony.phones import Rejects
from flowc_asterisk import quote
from flowc_asterisk.ami.client import ActionRefused, Originate
from flowc_asterisk.ami.message import AmiMessage
from flowc_asterisk.entry import LAB_ENTRY
from flowc_asterisk.lower_after import FROM
from flowc_asterisk.trace import _plain
from tests.injection import flows, readers
from tests.injection.callers import RawCaller, RawPhones
from tests.injection.calling import token_of
from tests.injection.cases import Case
from tests.injection.evidence import EVIL, Evidence
from tests.injection.world import TOKEN, World

# What an attack tries to reach: a context of somebody else's, which tells that it was reached.
HOST = (
    f"[{EVIL}]\nexten => _[a-z0-9]!,1,UserEvent(Reached)\n same => n,System(touch {{folder}}/{EVIL})\n"
    f"[{EVIL}2]\nexten => s,1,UserEvent(Reached)\n"
    "[said]\nexten => s,1,Wait(0.1)\n same => n,Hangup()\n"
)
# Of the server's own making and of its own times; everything else is held to the twins'.
_OWN = re.compile(r"RTPAUDIOQOS\w*|SIPDOMAIN|~HASH~\w*~|__?\w+~?")
_FIELDS = 18


_OF_ALL = ("fl--input", "fl--hangup", "fl--accept", "fl--asked")  # contexts that every release has


def _step(event: AmiMessage) -> str:
    """A step without the release and the number that it was reached by."""
    place = ",".join(_last(event, name) for name in ("Context", "Extension", "Priority"))
    plain = re.sub(r",7\d\d\d,", ",N,", re.sub(r"^fl-[0-9a-f]{8}", "fl-", place))
    return f"{plain} {_last(event, 'Application')}"


def _last(event: AmiMessage, name: str) -> str:
    """A caller's number may write lines of its own into an event; the true ones come after it."""
    return (event.all(name) or ("",))[-1]


def _step_shape(step: str, word: str, own: tuple[str, ...]) -> str:
    """A line of `dialplan show`, its constants decoded as the server will. `own`: what is the
    release's alone."""
    plain = re.sub("|".join(own), "n", step)
    return re.sub(r"\s+", " ", readers.step(plain, word))


@dataclass
class _Told:
    """What the manager told of one call's channels, in order."""

    steps: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    beside: set[str] = field(default_factory=set)  # steps of channels that ask on its behalf
    over: bool = False


@dataclass
class OnAsterisk:
    """A server with the flows on it; `gather` gives what was seen of the calls since the last time."""

    bench: Bench
    phones: RawPhones
    caller: RawCaller
    _told: dict[str, _Told] = field(default_factory=dict)  # by the id that channels are linked by
    _tokens: dict[str, str] = field(default_factory=dict)  # token to that id
    _callers: dict[str, str] = field(default_factory=dict)  # caller's number to that id
    _channels: dict[str, str] = field(default_factory=dict)  # channel's name to that id
    _asks_for: dict[str, str] = field(default_factory=dict)  # an asking channel's id to the call's
    _books: int = 0
    _phoned: int = 0

    @property
    def is_alive(self) -> bool:
        process = self.bench.server._process
        return process is not None and process.returncode is None

    @property
    def log(self) -> Path:
        return self.bench.server.log

    def take(self, event: AmiMessage) -> None:
        """One event of the manager's."""
        linked = _last(event, "Linkedid") or _last(event, "Uniqueid")
        if not linked:
            return
        if linked in self._asks_for:
            self._beside(self._told.setdefault(self._asks_for[linked], _Told()), event)
            return
        told = self._told.setdefault(linked, _Told())
        if not event.event.startswith("RTCP"):  # every few seconds, whatever is said
            told.events.update(f"{event.event}/{name}" for name, _ in event.headers)
        match event.event:
            case "Newchannel":
                if linked == _last(event, "Uniqueid"):
                    self._callers[event.get("CallerIDNum")] = linked
                    self._channels[event.get("Channel")] = linked
            case "Newexten":
                told.steps.append(_step(event))
            case "VarSet":
                self._set(told, linked, event)
            case "Hangup":
                told.over = told.over or linked == _last(event, "Uniqueid")

    def _beside(self, told: _Told, event: AmiMessage) -> None:
        """What a channel does that asks for a call which is over: two at once, in any order."""
        match event.event:
            case "Newexten":
                told.beside.add(_step(event))
            case "VarSet":
                told.names.add(_last(event, "Variable"))

    def _set(self, told: _Told, linked: str, event: AmiMessage) -> None:
        name, value = _last(event, "Variable"), _plain(_last(event, "Value"))
        if name.strip("_") == FROM and value in self._channels:
            self._asks_for[linked] = self._channels[value]
        if name == "FLOWC_TOKEN":
            self._tokens[value] = linked
        told.names.add(name)
        if name == "SAID":
            told.said.append(value)
        if name == "MK":
            told.marks.append(value.rpartition(" ")[2])
        if name == "O" and value:
            told.outcomes.append(value)
        flat = quote.variable_name(name)
        if flat is not None:
            told.values.setdefault(flat, []).append(value)

    def is_over(self, case: Case) -> bool:
        """Whether the end of a case's call has been told."""
        return self._told.get(self._linked(case), _Told()).over

    def _linked(self, case: Case) -> str:
        """The id that a call's channels are linked by; "" where nothing was told of it."""
        return self._tokens.get(token_of(case)) or self._callers.get(case.caller, "")

    def gather(self, cases: list[tuple[Case, int]]) -> list[Evidence]:
        """What was seen of these calls; each was answered to by a status (0: not at all)."""
        records = self._new_records()
        rang = self.phones.rung_since(self._phoned)
        self._phoned = len(self.phones.calls)
        found = [self._seen(case, status, records, rang) for case, status in cases]
        for kept in (self._told, self._tokens, self._callers, self._channels, self._asks_for):
            kept.clear()
        return found

    def _seen(
        self, case: Case, status: int, records: dict[str, list[str]], rang: Mapping[str, list[str]]
    ) -> Evidence:
        linked = self._linked(case)
        told, lines = self._told.get(linked, _Told()), records.get(linked, [])
        if not linked and 200 <= status < 300:
            # An empty line in a caller's number hides the call from who reads the events.
            hidden = next(iter(records.keys() - self._told.keys()), "")
            lines = records.pop(hidden, [])
            told = _Told(over=bool(lines))
        return Evidence(
            case,
            status,
            told.over,
            tuple(told.steps),
            frozenset(told.beside),
            frozenset(name for name in told.names if not _OWN.fullmatch(name)),
            frozenset(told.events),
            told.values,
            tuple(told.outcomes),
            tuple(told.marks),
            tuple(rang.get(token_of(case), [])),
            tuple(lines),
        )

    def _new_records(self) -> dict[str, list[str]]:
        """The form of the lines of the call records since the last time, by the call's id."""
        found: dict[str, list[str]] = {}
        if not self.bench.server.cdr.exists():
            return found
        with self.bench.server.cdr.open(encoding="utf-8", errors="replace", newline="") as file:
            rows = list(csv.reader(file))
        for row in rows[self._books :]:
            line = row[17] if len(row) == _FIELDS else f"{len(row)} fields: {row}"
            found.setdefault(row[1] if len(row) > 1 else "", []).append(line)
        self._books = len(rows)
        return found

    async def structure(self) -> dict[str, tuple[str, ...]]:
        """Every context of the server, step by step, as it holds them now."""
        found: dict[str, list[str]] = {}
        context = ""
        for line in (await self.bench.server.cli("dialplan show", timeout=120)).splitlines():
            named = re.match(r"\[ Context '(.*)' created by '.*' \]", line)
            context = named[1] if named else context
            if line.strip() and not named and not line.startswith("-= "):
                found.setdefault(context, []).append(line.strip())
        return {name: tuple(steps) for name, steps in found.items()}

    def held_of(self, held: Mapping[str, object], number: int, word: str) -> object:
        """A release's contexts and steps in what the server holds, by their shape."""
        release = f"{number:08x}"
        own = (release, rf"'{6999 + number}'", "[0-9a-f]{32}")
        found = {}
        for name, steps in held.items():
            if name.startswith(f"fl-{release}"):
                assert isinstance(steps, tuple)
                found[name.replace(release, "")] = [_step_shape(each, word, own) for each in steps]
        return found

    @property
    def folder(self) -> Path:
        """The server's own files."""
        return self.bench.server.instance.folder

    async def direct(self, text: str) -> list[str]:
        """Hand a variable over by the manager; what is wrong with it. Nothing where it is refused."""
        self._told.clear()
        said = Originate("Local/s@said", "said", variables={"SAID": text}, timeout=5)
        with suppress(ActionRefused):
            await self.bench.ami.originate(said)
            await asyncio.sleep(0.3)
            told = list(self._told.values())
            names = {name for each in told for name in each.names if not _OWN.fullmatch(name)}
            values = {value for each in told for value in each.said}
            wrong = [f"a variable that nobody set: {name}" for name in names - {"SAID"}]
            return [*wrong, *(f"it holds {value!r}" for value in values - {text})]
        return []

    @property
    def contexts(self) -> frozenset[str]:
        """Where a step of a flow may be."""
        blocks = {
            (block.flow, block.node)
            for installed in self.bench.installed.values()
            for block in installed.graph.blocks
        }
        nodes = {f"fl-.{flow}.{node}" for flow, node in blocks}
        return frozenset({"flowc-lab-dialled", LAB_ENTRY, "lab-phones", *nodes, *_OF_ALL})


@asynccontextmanager
async def on_asterisk(
    world: World, folder: Path, queues: Mapping[str, QueueSettings]
) -> AsyncIterator[OnAsterisk]:
    """A booted server, its telephones, a caller, and ears on the manager's events."""
    environment = Environment(
        str(folder / "sounds"),
        str(folder / "recordings"),
        runtime=f"127.0.0.1:{world.agi}",
        token=TOKEN,
        queues=queues,
    )
    booting = bench(
        world.graphs,
        flows.sounds_of(world.graphs),
        folder,
        environment=environment,
        digit_fragments=flows.FRAGMENTS,
        dialplan=HOST.format(folder=folder),
    )
    async with AsyncExitStack() as stack:
        booted = await stack.enter_async_context(booting)
        server = booted.server
        phones = await stack.enter_async_context(RawPhones(server.ports.phones, Rejects(486)))
        caller = await stack.enter_async_context(RawCaller((server.host, server.ports.sip)))
        made = OnAsterisk(booted, phones, caller)
        listening = asyncio.create_task(_listen(made))
        await asyncio.sleep(0)
        try:
            yield made
        finally:
            listening.cancel()


async def _listen(made: OnAsterisk) -> None:
    with made.bench.ami.events(most=1_000_000) as events:
        async for event in events:
            made.take(event)
