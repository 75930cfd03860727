"""What a script asks of the server beside its call: commands, events, files, the runtime's sign of life.

Follows what `research` has measured of mod_commands, mod_hash, mod_db and mod_callcenter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowc.machine.trace import Ended, Offered, Step
from flowc.target import DialScene, LabCall, QueueScene
from flowc_freeswitch.callcenter import queue_name
from flowc_freeswitch.esl import wire
from flowc_freeswitch.esl.question import ASK, TAKEN
from flowc_freeswitch.trace import SUBCLASS, TraceReader

from ..line import Line, StandInError

UUID = "11111111-2222-3333-4444-555555555555"
LINE = "1"


@dataclass(frozen=True, slots=True)
class Pace:
    """What the server takes beyond what the text says, in milliseconds.

    `frame`: of media; a key or an event is seen at most once in one. `key`: from the end of a key
    until it is there to be seen; `apart`: from one key to the next at least. `tone`: before a
    recording. `flush`: a wait for what has arrived up to now. `leg`: to give up a telephone that
    nobody answers.
    """

    frame: int = 20
    key: int = 20
    apart: int = 20
    tone: int = 250
    flush: int = 20
    leg: int = 870


AS_MEASURED = Pace()
# As the simulator: no more than the text says.
AT_ONCE = Pace(frame=1, key=0, apart=0, tone=0, flush=0, leg=0)


class Gateway(Protocol):
    """Takes the questions of calls, as the real one does."""

    def take(self, socket: Any, event: wire.Event, /) -> None: ...


@dataclass
class Call:
    """One call as the server has it: variables, memory, scenes, what it has told."""

    asked: LabCall
    line: Line
    length_ms: Callable[[str], int | None]
    flags: Mapping[str, int]
    reader: TraceReader = field(default_factory=TraceReader)
    variables: dict[str, str] = field(default_factory=dict)
    memory: dict[str, str] = field(default_factory=dict)
    most_kept: int = 0  # values that were in it at a time
    recordings: dict[str, int] = field(default_factory=dict)  # bytes by file
    failing: frozenset[int] = frozenset()
    recorded: int = 0
    gateway: Gateway | None = None  # what takes questions, if anything does
    beat_s: float | None = 0  # how old the runtime's last sign of life is; None: there was none
    keys: list[tuple[int, str]] = field(default_factory=list)  # when each is there to be seen
    key_at: int = 0  # when the newest of them was
    events: list[Event] = field(default_factory=list)  # for this call, not yet seen
    broadcast: list[Event] = field(default_factory=list)  # for whoever listens to all
    planned: dict[str, tuple[int, str]] = field(
        default_factory=dict
    )  # keys that will be sent, by group
    fired: list[Event] = field(default_factory=list)  # questions, and answers that were taken
    log: list[str] = field(default_factory=list)
    is_asking: bool = False
    pace: Pace = field(default_factory=lambda: AS_MEASURED)
    silent_at: int = 0

    def __post_init__(self) -> None:
        self.queues = {
            f"{queue_name(scene.queue)}-{LINE}-{join}": scene
            for join, scene in enumerate(self.asked.queues, start=1)
        }
        self.dials: list[DialScene] = list(self.asked.dials)

    def key_ended(self, key: str) -> None:
        """A key of the caller's; the server reads it a little later."""
        now = self.line.now
        self.key_at = max(now + self.pace.key, self.key_at + self.pace.apart)
        self.keys.append((self.key_at, key))

    def note(self, what: str) -> None:
        self.log.append(f"{self.line.now} {what}")

    @property
    def beat(self) -> str:
        """When the runtime last gave a sign of life, as the server holds it."""
        return "" if self.beat_s is None else str(self.line.epoch_ms - int(self.beat_s * 1000))

    def settle(self) -> None:
        """What was said has ended; a flush right behind it is no silence."""
        if self.line.is_saying:
            self.line.falls_silent(self.silent_at)

    def told(self, steps: tuple[Step, ...]) -> None:
        """Steps of the trace, for the caller's side."""
        for step in steps:
            self.note(f"{step}")
            if isinstance(step, Offered):
                self.settle()
                self.line.offer_begins()
            elif isinstance(step, Ended):
                self.is_asking = False


class Event:
    """An event on its way out or in."""

    def __init__(self, call: Call, subclass: str) -> None:
        self._call, self.headers, self.body = call, {"Event-Subclass": subclass}, ""

    def addHeader(self, name: str, value: str) -> None:  # noqa: N802 - the server's name
        if not isinstance(value, str) or "\n" in value:
            raise StandInError(f"the header {name} is {value!r}")
        self.headers[name] = value

    def addBody(self, body: str) -> None:  # noqa: N802
        self.body = body

    def getHeader(self, name: str) -> str | None:  # noqa: N802
        return self.headers.get(name)

    def getBody(self) -> str:  # noqa: N802
        return self.body

    def fire(self) -> None:
        call = self._call
        match self.headers["Event-Subclass"]:
            case kind if kind == SUBCLASS:
                call.told(call.reader.feed(self.headers, self.body))
            case kind if kind in (ASK, TAKEN):
                call.fired.append(self)
                call.note(f"{kind} {self.headers.get('Flowc-Site', '')} {self.body}")
                call.is_asking = call.is_asking or kind == ASK
                if call.gateway is not None:
                    asked = wire.Event(dict(self.headers), self.body)
                    call.line.loop.call_soon(call.gateway.take, Socket(call), asked)
                    call.line.loop.run()
            case kind:
                raise StandInError(f"nobody listens to {kind}")


class Socket:
    """The gateway's way back: events that it lays before the call, or before all."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def send_event(self, headers: Mapping[str, str], body: str = "") -> None:
        event = Event(self._call, headers["Event-Subclass"])
        event.headers, event.body = dict(headers), body
        if headers.get("unique-id") == UUID:
            self._call.events.append(event)
        else:
            self._call.broadcast.append(event)
        self._call.line.spoke = True


class EventConsumer:
    """Hears the answers of all calls. `pop` waits so many milliseconds."""

    def __init__(self, call: Call, kind: str, subclass: str, most: int) -> None:
        if (kind, subclass) != ("CUSTOM", "flowc::reply") or most < 1:
            raise StandInError(f"nobody fires {kind} {subclass}")
        self._call = call

    def pop(self, blocks: int, milliseconds: int) -> Event | None:
        call, end = self._call, self._call.line.now + milliseconds
        while blocks and not call.broadcast and call.line.now < end:
            call.line.spoke = False
            call.line.pass_to(end)
        return call.broadcast.pop(0) if call.broadcast else None


class Api:
    """The server's commands, for the call that goes on."""

    _call: Call

    def begin(self, call: Call) -> None:
        """A new call."""
        self._call = call

    def getTime(self) -> str:  # noqa: N802 - the server's name
        return str(self._call.line.epoch_ms)

    def execute(self, command: str, argument: str) -> str:
        match command:
            case "hash":
                return self._memory(argument)
            case "db":
                return self._database(argument)
            case "callcenter_config":
                return self._callcenter(argument)
            case "sched_api":
                return self._planned(argument)
            case "sched_del":
                self._call.planned.pop(argument, None)
                return "+OK\n"
            case _:
                raise StandInError(f"the command {command} {argument} is not known")

    def _memory(self, argument: str) -> str:
        memory = self._call.memory
        match argument.split("/", 3):
            case ["insert", realm, key, value]:
                memory[f"{realm}/{key}"] = value
                self._call.most_kept = max(self._call.most_kept, len(memory))
                return "+OK\n"
            case ["select", realm, key]:
                return memory.get(f"{realm}/{key}", "")
            case ["delete", realm, key]:
                return "+OK\n" if memory.pop(f"{realm}/{key}", None) is not None else "-ERR\n"
            case _:
                raise StandInError(f"hash {argument}")

    def _database(self, argument: str) -> str:
        match argument.split("/"):
            case ["select", "flowc", name] if name.startswith("flag."):
                return str(self._call.flags.get(name.removeprefix("flag."), ""))
            case _:
                raise StandInError(f"db {argument}")

    def _callcenter(self, argument: str) -> str:
        queues = self._call.queues
        there = {name: scene for name, scene in queues.items() if scene.outcome != "error"}
        match argument.split(" "):
            case ["tier", "add", name, _]:
                return f"-ERR {'Agent' if name in there else 'Queue'} not found!\n"
            case ["queue", "list", "agents", name]:
                scene = there.get(name)
                seats = [] if scene is None or scene.outcome == "no_agents" else [_SEAT]
                return _table("name|instance_id|uuid|type|contact|status|state", seats)
            case ["queue", "list", "members", name]:
                full = name in there and there[name].outcome == "full"
                return _table("queue|instance_id|uuid|state", [_WAITS.format(name)] if full else [])
            case _:
                raise StandInError(f"callcenter_config {argument}")

    def _planned(self, argument: str) -> str:
        """`+seconds group uuid_recv_dtmf uuid key`: whole seconds of the server's clock."""
        match argument.split(" "):
            case [seconds, group, "uuid_recv_dtmf", uuid, key] if uuid == UUID:
                line = self._call.line
                due = (line.epoch_ms // 1000 + int(seconds.removeprefix("+"))) * 1000
                self._call.planned[group] = line.now + due - line.epoch_ms, key
                return "+OK Added\n"
            case _:
                raise StandInError(f"sched_api {argument}")


_SEAT = "agent|single_box||callback|contact|Available|Waiting|0|0|0|1|1|1|0|0|0|0|0|0|0|0"
_WAITS = "{}|single_box|99999999-2222-3333-4444-555555555555|s|1|n|1|1|0|0|0|0|0|||Waiting|1"


def _table(head: str, rows: list[str]) -> str:
    return "\n".join((head, *rows, "+OK\n"))


def scene_of(call: Call, name: str) -> QueueScene:
    """What is planned for this wait."""
    if name not in call.queues:
        raise StandInError(f"{name} is joined, which is not there")
    return call.queues[name]
