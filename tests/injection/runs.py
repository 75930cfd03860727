"""Every source through real calls to one server, group by group: placed, looked at, judged, counted.

Knows the table of what goes where; how a server is called and watched it is told.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.injection import calling
from tests.injection.cases import Broken, Case, Sink, Source, Tally
from tests.injection.evidence import EVIL, Book, Evidence, asked_wrongly, doubted, judged
from tests.injection.far_end import Heard
from tests.injection.strings import Attack
from tests.injection.world import World

AT_ONCE = 40
DOUBTS = 2  # how often a call is looked at again that went another way than its twins
MOST_SHOWN = 300  # characters of a constant, each of which may be nine when it is encoded
SETTLE_S = (
    1.5  # for the last events of the last calls; more of it as long as calls come to their end
)
# FreeSWITCH begins each line of a call with the call's id, also those that a word has made.
FORGED = re.compile(r"^(?:[0-9a-f-]{36} )?FORGED([a-z0-9]+)", re.MULTILINE)
Tell = Callable[[str], None]
# Asterisk 22 writes a caller's number into its manager's events as it came, line ends and all, from
# the channel's first event on; and the dialled number into its log where no extension fits.
# FreeSWITCH 1.10 calls a channel by its caller's number, in each line of its log, and tells there
# what was dialled. All that is their own, before any step of ours. What rests on it is tried
# elsewhere: flowc's client of the manager is led astray by none (tests/unit/asterisk/test_ami.py).
OWN_EVENTS = "a manager's own events hold a caller's lines"
OWN_LOG = "a server's own log holds a caller's or a dialled number's lines"
WRITTEN_IN_LOG = frozenset({Source.CALLER_NUMBER, Source.DIALLED})
OWN_LINE = re.compile(
    r"' rejected because extension not found in context|Dropping \d+ bytes packet"
    r"|FORGED[a-z0-9]+(@127\.0\.0\.1\b| <|>->| in context flowc-lab$)"
)
WRITTEN_IN_EVENTS = frozenset({Source.CALLER_NUMBER, Source.ASSERTED, Source.DIVERSION})


class ServerDiedError(Exception):
    """Its process has ended by itself. What was said last is the first suspect."""


class Server(Protocol):
    """A booted server that holds the flows; see `on_asterisk` and `on_freeswitch`."""

    caller: calling.RawCaller

    @property
    def is_alive(self) -> bool: ...

    @property
    def log(self) -> Path: ...

    @property
    def contexts(self) -> frozenset[str]: ...

    def is_over(self, case: Case) -> bool: ...

    def gather(self, cases: list[tuple[Case, int]]) -> list[Evidence]: ...

    async def structure(self) -> Mapping[str, object]: ...

    def held_of(self, held: Mapping[str, object], number: int, word: str) -> object: ...

    async def direct(self, text: str) -> list[str]: ...


@dataclass(frozen=True)
class Kind:
    """What is the same in all calls to one system. `flow`, `wire`, `told`: see `judged`;
    `sinks`: all that are looked at after a call."""

    system: str
    prefix: str
    flow: Sink
    wire: Sink
    told: Sink
    held: Sink  # what is read back from the server itself

    @property
    def sinks(self) -> tuple[Sink, ...]:
        own = dict.fromkeys((self.flow, self.wire, self.told, self.held))
        return (*own, Sink.DIAL, Sink.LOG, Sink.CDR, Sink.FILES, Sink.SQL, Sink.HTTP)


@dataclass
class Assault:
    """One server, the world around it, and how far everything was read."""

    kind: Kind
    server: Server
    world: World
    canaries: Path
    tell: Tell
    tally: Tally = field(default_factory=Tally)
    number: int = 0
    twins: tuple[Evidence, ...] = ()
    _heard: int = 0
    _kept: int = 0
    _ticket: int = 0
    _log_at: int = 0
    _own_log_at: int = 0

    async def all(self, plan: Sequence[tuple[Source, Sequence[Attack]]]) -> Tally:
        """Every group, and at the end the server once more: it holds what it held."""
        before = await self.server.structure()
        await self.learn([source for source, _ in plan])
        for source, attacks in plan:
            await self.group(source, attacks)
        after = await self.server.structure()
        if after != before:
            changed = sorted(
                name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
            )
            self._break(None, self.kind.held, f"the server holds something else now: {changed}")
        return self.tally

    async def learn(self, sources: Sequence[Source]) -> None:
        """Play the harmless twins of every source: what they do is what calls do here."""
        cases = [
            each
            for place, source in enumerate(sources)
            for each in calling.twins_of(source, self.kind.prefix, 20 * place)
        ]
        seen = await self._played(cases, "harmless twins")
        for _ in range(DOUBTS):
            wrong = [each.case for each in seen if not _is_harmless(each)]
            if wrong:
                seen = [each for each in seen if _is_harmless(each)]
                seen += await self._played(wrong, "harmless twins, once more", 4)
        for each in seen:
            if not _is_harmless(each):
                what = f"the twin itself went wrong: {each.status} {each.marks} {each.steps[-3:]}"
                self._break(each.case, self.kind.flow, what)
        self.twins = tuple(seen)

    async def authors(self, known: Mapping[str, int], attacks: Sequence[Attack]) -> None:
        """Projects with hostile texts, each a release of its own; `known`: its number by the text."""
        held = await self.server.structure()
        twin = self.server.held_of(held, known[calling.PLAIN], calling.PLAIN)
        cases = [
            Case(
                f"{self.kind.prefix}p{known[attack.text]}",
                Source.AUTHOR,
                attack.name,
                attack.text,
                f"136{known[attack.text]:08d}",
                number=f"{6999 + known[attack.text]}",
            )
            for attack in attacks
        ]
        plain = [
            Case(
                f"{self.kind.prefix}pt{place}",
                Source.AUTHOR,
                "twin",
                calling.PLAIN,
                f"1360009{place:04d}",
                True,
                f"{6999 + known[calling.PLAIN]}",
            )
            for place in range(4)
        ]
        for case in cases:
            number = int(case.number) - 6999
            # Nothing at all is a structure of its own; a longer line than the console shows, too.
            if (
                0 < len(case.text) < MOST_SHOWN
                and self.server.held_of(held, number, case.text) != twin
            ):
                self._break(
                    case, self.kind.held, "the server holds another structure than the twin's"
                )
        self.twins += tuple(await self._played(plain, "a harmless project"))
        await self._judge(Source.AUTHOR, await self._played(cases, "hostile projects"))

    async def direct(self, attacks: Sequence[Attack]) -> None:
        """Each string handed to the server without a call, through the protocol's own door."""
        for place, attack in enumerate(attacks):
            text = attack.armed(f"{self.kind.prefix}d{place}", str(self.canaries))
            for what in await self.server.direct(text):
                case = Case("", Source.DIRECT, attack.name, text)
                self._break(case, self.kind.told, what)
            self.tally.count(Source.DIRECT, self.kind.told)
        self._look_for_canaries({})
        self.tell(f"{self.kind.system}: {len(attacks)} strings handed over without a call")

    async def group(self, source: Source, attacks: Sequence[Attack]) -> list[Evidence]:
        """One source, all strings."""
        cases = calling.cases_of(source, attacks, self.kind.prefix, self.number, str(self.canaries))
        self.number += len(cases)
        seen = await self._played(cases, str(source))
        await self._judge(source, seen)
        return seen

    async def _played(
        self, cases: Sequence[Case], called: str, at_once: int = AT_ONCE
    ) -> list[Evidence]:
        """Calls, and all that was seen of them."""
        calling.prepare(cases, self.world.end)
        begun = asyncio.get_running_loop().time()
        played = await calling.play(self.server, cases, at_once)
        await self._settled([case for case, status in played if 200 <= status < 300])
        if not self.server.is_alive:
            self._break(None, self.kind.flow, f"the server died of {called}")
            raise ServerDiedError(called)
        seen = self.server.gather(played)
        self._attach(seen)
        self._look_for_canaries({each.case.id: each.case for each in seen})
        self.tally.calls[self.kind.system] += len(seen)
        seconds = asyncio.get_running_loop().time() - begun
        taken = sum(200 <= status < 300 for _, status in played)
        self.tally.answered += taken
        self.tell(
            f"{self.kind.system}: {called}: {len(played)} calls, {taken} answered, {seconds:.0f} s"
        )
        return seen

    async def _settled(self, cases: Sequence[Case]) -> None:
        """Wait until the server has told of the end of each, as long as it tells of any."""
        left, before = -1, -2
        while left != before:
            await asyncio.sleep(SETTLE_S)
            left, before = sum(not self.server.is_over(each) for each in cases), left
            if not left:
                return

    async def _judge(self, source: Source, seen: list[Evidence]) -> None:
        """What is plain is found at once; what only differs from the twins is looked at once more."""
        book = Book(self.twins, self.server.contexts)
        for sink in self.kind.sinks:
            self.tally.count(source, sink, len(seen), by_call=True)
        for each in seen:
            for sink, what in judged(each, book, self.kind.flow, self.kind.wire):
                self._break(each.case, sink, what)
            self.tally.by_servers[OWN_EVENTS] += sum(
                self._is_the_server_s_own(each.case, sink, what)
                for sink, what in doubted(each, book, self.kind.flow, self.kind.told)
            )
        again = [each.case for each in seen if list(self._doubts(each, book))]
        for _ in range(DOUBTS):
            if again:
                seen = await self._played(again, f"{source}, once more", 4)
                again = [each.case for each in seen if list(self._doubts(each, book))]
        for each in seen if again else ():
            for sink, what in self._doubts(each, book):
                self._break(each.case, sink, what)

    def _doubts(self, seen: Evidence, book: Book) -> Iterator[tuple[Sink, str]]:
        for sink, what in doubted(seen, book, self.kind.flow, self.kind.told):
            if not self._is_the_server_s_own(seen.case, sink, what):
                yield sink, what

    def _is_the_server_s_own(self, case: Case, sink: Sink, what: str) -> bool:
        """A header that a caller's number wrote into the manager's events of its own channel."""
        lines = "\r\n" in case.text and case.source in WRITTEN_IN_EVENTS
        return lines and sink is Sink.AMI and re.match(r"told of \w+/", what) is not None

    def _break(self, case: Case | None, sink: Sink, what: str) -> None:
        source, name, text = Source.DIRECT, "", ""
        if case is not None:
            source, name, text = case.source, case.name, case.text
        self.tally.broken.append(Broken(self.kind.system, source, sink, name, text, what))

    def _look_for_canaries(self, cases: Mapping[str, Case]) -> None:
        for path in self.canaries.iterdir():
            self._break(cases.get(path.name), Sink.FILES, f"a file was made: {path.name}")
            path.unlink()
        for path in self.world.folder.rglob(EVIL):
            self._break(None, self.kind.flow, "somebody else's context was reached")
            path.unlink()
        for log, at, ends in (
            (self.server.log, "_log_at", "\r"),
            (self.world.log, "_own_log_at", "[\r\x0b\x0c\x85\u2028\u2029]"),
        ):
            text = re.sub(ends, "\n", self._new_text(log, at))
            for found in FORGED.finditer(text):
                case = cases.get(found[1])
                line = text[found.start() :].partition("\n")[0]
                if case and case.source in WRITTEN_IN_LOG and OWN_LINE.search(line):
                    self.tally.by_servers[OWN_LOG] += 1
                else:
                    self._break(case, Sink.LOG, f"a line of {log.name} was forged: {line[:120]!r}")
        with closing(sqlite3.connect(self.world.end.file)) as base:
            for (id_,) in base.execute("select id from canary").fetchall():
                self._break(cases.get(str(id_)), Sink.SQL, "a statement was run")
            base.execute("delete from canary")
            base.commit()
            if base.execute("select id from tickets").fetchall() != [("kept",)]:
                self._break(None, Sink.SQL, "a table was changed")

    def _new_text(self, path: Path, attribute: str) -> str:
        with path.open("rb") as file:
            file.seek(getattr(self, attribute))
            content = file.read()
        setattr(self, attribute, getattr(self, attribute) + len(content))
        return content.decode("utf-8", "replace")

    # --- what the back ends and the store saw, given to the calls that it was of

    def _attach(self, seen: list[Evidence]) -> None:
        heard, strays = self._new_heard({each.case.caller: each for each in seen})
        for each in strays:
            for what in asked_wrongly(each):
                self._break(None, Sink.HTTP, what)
        kept, tickets = self._new_kept(), self._new_tickets()
        for each in seen:
            each.heard = tuple(heard.get(each.case.caller, ()))
            each.kept = tuple(kept.get(each.case.caller, ()))
            each.tickets = tuple(tickets.get(each.case.caller, ()))

    def _new_heard(self, known: Mapping[str, object]) -> tuple[dict[str, list[Heard]], list[Heard]]:
        found: dict[str, list[Heard]] = defaultdict(list)
        strays = []
        for each in self.world.end.heard[self._heard :]:
            caller = _caller_of(each)
            if caller in known:
                found[caller].append(each)
            else:
                strays.append(each)
        self._heard = len(self.world.end.heard)
        return found, strays

    def _new_kept(self) -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(self.world.end.file)) as base:
            query = "select rowid, caller, text, word from heard where rowid > ?"
            rows = base.execute(query, (self._kept,)).fetchall()
        self._kept = max((row[0] for row in rows), default=self._kept)
        return _by((str(row[1] or ""), row[1:]) for row in rows)

    def _new_tickets(self) -> dict[str, list[Mapping[str, object]]]:
        with closing(sqlite3.connect(self.world.store)) as base:
            base.row_factory = sqlite3.Row
            query = "select rowid, * from flowc_tickets where rowid > ?"
            rows = [dict(row) for row in base.execute(query, (self._ticket,))]
        self._ticket = max((int(row["rowid"]) for row in rows), default=self._ticket)
        return _by((str(row["caller"]), row) for row in rows)


def _is_harmless(twin: Evidence) -> bool:
    """Whether a twin's call went as far as it should."""
    # A server need not take a call by a name of several lines; this one does or does not.
    refused = twin.case.text == calling.LINES and twin.status < 200
    cut_off = twin.case.source is Source.DIALLED or twin.case.text in calling.CUT_OFF
    return refused or cut_off or (twin.over and "good" in twin.marks)


def _by(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _caller_of(asked: Heard) -> str:
    """Who the request was asked for, as far as it says so."""
    told = f"{asked.first} {asked.body.decode('latin-1')}"
    named = re.search(r"caller=([0-9]+)", told)
    return asked.header("x-caller") or (named[1] if named else "")
