"""Hostile calls on a real FreeSWITCH, many at once, and all that its event socket tells of each."""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).parents[1] / "pbx"))

from support_freeswitch import Bench, bench

from flowc.target import Environment, QueueSettings
from flowc.telephony.phones import Rejects
from flowc_freeswitch.esl.client import Esl
from flowc_freeswitch.esl.gateway import EslGateway
from flowc_freeswitch.esl.wire import CommandRefused, Event
from flowc_freeswitch.lab.configuration import DIALPLAN
from flowc_freeswitch.trace import split_words
from tests.injection import calling, flows
from tests.injection.callers import RawCaller, RawPhones
from tests.injection.cases import Case
from tests.injection.evidence import EVIL, Evidence
from tests.injection.world import World

CONTEXT = "flowc-lab"
MOST_TOKEN = 64  # signs of a token that a call takes
_EVENTS = (
    "event plain CHANNEL_CREATE CHANNEL_EXECUTE CHANNEL_HANGUP_COMPLETE API "
    "CUSTOM flowc::trace flowc::ask flowc::reply flowc::taken flowc::said"
)
_HOST = "".join(
    f'<context name="{name}"><extension name="all"><condition field="destination_number" '
    f'expression=".*"><action application="system" data="touch {{folder}}/{EVIL}"/>'
    "</condition></extension></context>\n"
    for name in (EVIL, "default", "public")
)
# What a call's own scripts and the gateway ask of the server.
_APIS = frozenset(
    {
        *("hash", "db", "global_setvar", "global_getvar", "lua", "callcenter_config"),
        *("xml_locate", "reloadxml", "sofia"),  # asked by the test itself
    }
)
_SAID = frozenset({"Said", "Content-Length", "Command"})  # of an event that a client fires
# What depends on times and on what was negotiated.
_OWN = re.compile(
    r"variable_(rtp_|remote_|read_|write_|sip_|switch_|ep_|cc_|dtmf|digits_|playback_|record_).*"
    r"|variable_.*(msec|usec|epoch|mduration|uduration|billsec|duration|waitsec|waitmsec)"
    r"|Hangup-Cause|Application-UUID|Other-Leg-.*|Answer-State|Call-Direction"
)


def _token(case: Case) -> str:
    """A case's token as the call takes it."""
    return calling.token_of(case)[:MOST_TOKEN]


@dataclass
class _Told:
    """What was told of one call, in order."""

    blocks: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    over: bool = False


@dataclass
class OnFreeswitch:
    """A server with the flows on it; `gather` gives what was seen of the calls since the last time."""

    bench: Bench
    phones: RawPhones
    caller: RawCaller
    apis: Counter[str] = field(default_factory=Counter)
    _by_id: dict[str, _Told] = field(default_factory=dict)
    _by_token: dict[str, _Told] = field(default_factory=dict)
    _by_caller: dict[str, str] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)
    _phoned: int = 0
    _said: list[tuple[Mapping[str, str], str]] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        process = self.bench.server._process
        return process is not None and process.returncode is None

    @property
    def log(self) -> Path:
        return self.bench.server.log

    @property
    def folder(self) -> Path:
        """The server's own files."""
        return self.bench.server.instance.folder

    async def direct(self, text: str) -> list[str]:
        """Fire an event that says a text; what is wrong with it as it comes back."""
        self._said.clear()
        with suppress(CommandRefused, UnicodeEncodeError):
            await self.bench.esl.send_event({"Event-Subclass": "flowc::said", "Said": text}, text)
            async with asyncio.timeout(5):
                while not self._said:
                    await asyncio.sleep(0.002)
            headers, body = self._said[0]
            names = {
                each for each in headers if not each.startswith(("Event-", "Core-", "FreeSWITCH-"))
            }
            wrong = [f"a header that nobody said: {each}" for each in names - _SAID]
            wrong += [f"another body: {body[:80]!r}"] if body != text else []
            # The server writes `%24` as it writes `$`.
            said, meant = (unquote(each.strip()) for each in (headers.get("Said", ""), text))
            return [*wrong, *([f"another text: {said[:80]!r}"] if said != meant else [])]
        return []

    @property
    def contexts(self) -> frozenset[str]:
        return frozenset({"flow", CONTEXT})

    def take(self, event: Event) -> None:
        """One event of the server."""
        headers = event.headers
        if headers.get("Event-Name") == "API":
            self.apis[headers.get("API-Command", "")] += 1
        elif headers.get("Event-Name") == "CUSTOM":
            self._custom(headers, event.body)
        else:
            self._channel(headers)

    def _custom(self, headers: Mapping[str, str], body: str) -> None:
        if headers.get("Event-Subclass") == "flowc::said":
            self._said.append((headers, body))
            return
        told = self._by_token.setdefault(headers.get("Flowc-Token", ""), _Told())
        told.events.update(f"{headers.get('Event-Subclass')}/{name}" for name in headers)
        if headers.get("Event-Subclass") != "flowc::trace":
            return
        step, held = headers.get("Flowc-Step", ""), split_words(body)
        first = str(held.get("1", ""))
        told.blocks.append(
            f"flow,{step} {first if step in ('entered', 'marked', 'hungup') else ''}"
        )
        match step:
            case "assigned":
                told.values.setdefault(first, []).append(str(held.get("2", "")))
            case "ended":
                told.outcomes.append(str(held.get("2", "")))
            case "marked":
                told.marks.append(first)
            case "over":
                told.over = True

    def _channel(self, headers: Mapping[str, str]) -> None:
        id_ = headers.get("Channel-Call-UUID", "")
        told = self._by_id.setdefault(id_, _Told())
        name = headers.get("Event-Name", "")
        told.events.update(f"{name}/{each}" for each in headers if not _OWN.fullmatch(each))
        own = headers.get("Unique-ID") == id_
        if name == "CHANNEL_CREATE" and own:
            self._by_caller[headers.get("Caller-Caller-ID-Number", "")] = id_
        if token := headers.get("variable_sip_h_X-Flowc-Token", ""):
            self._tokens.setdefault(re.sub("[^0-9A-Za-z_]", "", token), id_)
        if name == "CHANNEL_EXECUTE":
            told.ran.append(f"{headers.get('Caller-Context')},{headers.get('Application')}")
        if name == "CHANNEL_HANGUP_COMPLETE" and own:
            told.names.update(each for each in headers if each.startswith("variable_"))
            told.records.append(headers.get("variable_flowc_record", ""))

    def is_over(self, case: Case) -> bool:
        """Whether the end of a case's call has been told."""
        channel, flow = self._of(case)
        return bool(channel.records) and (flow.over or not flow.blocks)

    def _of(self, case: Case) -> tuple[_Told, _Told]:
        """What was told of a case's channel, and what its flow told."""
        id_ = self._tokens.get(calling.token_of(case)) or self._by_caller.get(case.caller, "-")
        return self._by_id.get(id_, _Told()), self._by_token.get(_token(case), _Told())

    def gather(self, cases: list[tuple[Case, int]]) -> list[Evidence]:
        """What was seen of these calls; each was answered to by a status (0: not at all)."""
        rang = self.phones.rung_since(self._phoned)
        self._phoned = len(self.phones.calls)
        found = [self._seen(case, status, rang) for case, status in cases]
        for kept in (self._by_id, self._by_token, self._by_caller, self._tokens):
            kept.clear()
        return found

    def _seen(self, case: Case, status: int, rang: Mapping[str, list[str]]) -> Evidence:
        channel, flow = self._of(case)
        return Evidence(
            case,
            status,
            self.is_over(case),
            (*flow.blocks, *channel.ran),
            frozenset(),
            frozenset(each for each in channel.names if not _OWN.fullmatch(each)),
            frozenset(channel.events | flow.events),
            flow.values,
            tuple(flow.outcomes),
            tuple(flow.marks),
            tuple(rang.get(_token(case), ())),
            tuple(channel.records),
        )

    async def structure(self) -> dict[str, object]:
        """Everything of the server's XML as it holds it now, and the names of its global variables."""
        esl = self.bench.esl
        held = (await esl.api("xml_locate root")).splitlines()
        names = {line.partition("=")[0] for line in (await esl.api("global_getvar")).splitlines()}
        apis = {f"api {name}": "run" for name in self.apis.keys() - _APIS}
        parts = {f"line {place}": line for place, line in enumerate(held)}
        return {**parts, **apis, "globals": tuple(sorted(names - {"flowc_beat"}))}

    def held_of(self, held: Mapping[str, object], number: int, word: str) -> object:
        """A release's entry in what the server holds, by its shape."""
        release = f"{number:08x}"
        lines = [str(line) for name, line in held.items() if name.startswith("line ")]
        own = [line for line in lines if f"flowc/{release}/" in line]
        del word  # no word of an author's is in the entry
        return [re.sub(r"[0-9a-f]{8}|7\d\d\d", "n", line).strip() for line in own]


@asynccontextmanager
async def on_freeswitch(
    world: World, folder: Path, queues: Mapping[str, QueueSettings]
) -> AsyncIterator[OnFreeswitch]:
    """A booted server, its telephones, a caller, the gateway, and ears on its events."""
    environment = Environment(str(folder / "sounds"), str(folder / "recordings"), queues=queues)
    booting = bench(
        world.graphs,
        flows.sounds_of(world.graphs),
        folder,
        environment=environment,
        digit_fragments=flows.FRAGMENTS,
    )
    async with AsyncExitStack() as stack:
        booted = await stack.enter_async_context(booting)
        server, instance = booted.server, booted.server.instance
        file = instance.etc / DIALPLAN
        host = f"{_HOST.format(folder=folder)}</include>"
        file.write_text(file.read_text().replace("</include>", host))
        assert (await booted.esl.api("reloadxml")).strip() == "+OK [Success]"
        phones = await stack.enter_async_context(RawPhones(server.ports.phones, Rejects(486)))
        caller = await stack.enter_async_context(RawCaller((server.host, server.ports.sip)))
        runtime = world.runtime
        gateway = EslGateway(
            runtime.broker, runtime.releases, instance.password, port=instance.control
        )
        await stack.enter_async_context(gateway.serving())
        made = OnFreeswitch(booted, phones, caller)
        ears = await stack.enter_async_context(server.connect())
        assert (await ears.command(_EVENTS)).startswith("+OK")
        listening = asyncio.create_task(_listen(made, ears))
        while not (await booted.esl.api("global_getvar flowc_beat")).strip().isdigit():
            await asyncio.sleep(0.05)
        try:
            yield made
        finally:
            listening.cancel()


async def _listen(made: OnFreeswitch, ears: Esl) -> None:
    async for event in ears.events():
        made.take(event)
