"""A server that is none: session, API and events as mod_lua has them, on a clock of its own.

Its rules are those that were measured on a real server: a key is seen in frames of 20 ms, one a
frame; a key that waits stops a sound before its first frame; after the hang-up everything returns
at once. Runs the interpreter of a bundle as the entry extension would.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from lupa.lua52 import LuaRuntime

from flowc.machine.trace import Offered, Trace
from flowc.target import Bundle
from flowc_freeswitch.trace import TraceReader

FRAME = 20
MOST_MS = 30 * 60_000


class Caller(Protocol):
    """Who presses keys. Moments are milliseconds on the line's clock."""

    def waited_for(self, line: Line) -> None:
        """The call waits for a key and none is on its way."""

    def due(self, line: Line) -> tuple[int, str] | None:
        """When the next key ends, and which it is, so far as that is known."""

    def pressed(self, at: int) -> None:
        """That key has ended."""


class Line:
    """One call on the server."""

    def __init__(
        self, scripts: Path, caller: Caller, sounds: str, lengths: Mapping[str, int]
    ) -> None:
        self.scripts, self.caller, self.sounds, self.lengths = scripts, caller, sounds, lengths
        self.variables: dict[str, str] = {"sip_h_X-Flowc-Token": "t1", "sip_h_X-Flowc-Offset": "0"}
        self.kept: dict[str, str] = {}  # what the server's memory holds
        self.flags: dict[str, int] = {}
        self.globals = {"script_dir": str(scripts)}
        self.reader = TraceReader()
        self.now, self.epoch = 1_000_000, 1_795_226_400
        self.queue: list[str] = []
        self.hung_up = False
        self.cause = ""
        self.waits = False
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.log: list[str] = []
        self.fired: list[Event] = []
        self.events: list[Event] = []  # for this call, not yet seen
        self.answers: Any = None  # what answers a question: takes the event, gives an event or None
        self.executed: list[tuple[str, str]] = []
        self.lua: Any = LuaRuntime

    @property
    def trace(self) -> Trace:
        return self.reader.trace

    # --- time

    def pump(self) -> None:
        """Let the keys end that have ended by now."""
        while (due := self.caller.due(self)) is not None and due[0] <= self.now:
            self.caller.pressed(due[0])
            self.queue.append(due[1])

    def frame(self, callback: Any) -> bool:
        """One frame of media: at most one key or event is seen; whether the callback breaks."""
        self.pump()
        if self.now > MOST_MS + 1_000_000:
            raise AssertionError("the call goes on for ever")
        if self.events:
            return bool(callback(None, "event", self.events.pop(0), "") == "break")
        if self.queue:
            return bool(callback(None, "dtmf", Key(self.queue.pop(0)), "") == "break")
        return False


class Key:
    """What the callback gets of a key."""

    def __init__(self, digit: str) -> None:
        self.digit = digit


class Event:
    """An event on its way out or in."""

    def __init__(self, line: Line, subclass: str) -> None:
        self.line, self.headers, self.body = line, {"Event-Subclass": subclass}, ""

    def addHeader(self, name: str, value: str) -> None:  # noqa: N802 - the server's name
        assert isinstance(value, str), (name, value)
        assert "\n" not in value
        self.headers[name] = value

    def addBody(self, body: str) -> None:  # noqa: N802
        self.body = body

    def getHeader(self, name: str) -> str | None:  # noqa: N802
        return self.headers.get(name)

    def getBody(self) -> str:  # noqa: N802
        return self.body

    def fire(self) -> None:
        self.line.fired.append(self)
        if self.headers["Event-Subclass"] == "flowc::trace":
            for step in self.line.reader.feed(self.headers, self.body):
                if isinstance(step, Offered):
                    self.line.waits = False
                    self.line.begins.append(self.line.now)
                    self.line.ends.append(self.line.now)
        elif self.line.answers is not None:
            answer = self.line.answers(self)
            if answer is not None:
                self.line.events.append(answer)


class Session:
    """The call's own object in a script."""

    def __init__(self, line: Line, lua: LuaRuntime) -> None:
        self.line, self.lua = line, lua
        self.callback: Any = None

    def get_uuid(self) -> str:
        return "11111111-2222-3333-4444-555555555555"

    def answer(self) -> None:
        # The sound's settings are read once, when it begins.
        assert self.line.variables.get("rtp_autoflush") == "true"

    def ready(self) -> bool:
        return not self.line.hung_up

    def setInputCallback(self, name: str, _: str) -> None:  # noqa: N802
        self.callback = self.lua.globals()[name]

    def setAutoHangup(self, _: bool) -> None:  # noqa: N802
        pass

    def getVariable(self, name: str) -> str | None:  # noqa: N802
        return self.line.variables.get(name)

    def setVariable(self, name: str, value: str) -> None:  # noqa: N802
        assert "$" not in value
        assert "{" not in value
        self.line.variables[name] = value

    def consoleLog(self, level: str, what: str) -> None:  # noqa: N802
        self.line.log.append(f"{level} {what}")

    def streamFile(self, path: str) -> int:  # noqa: N802
        line = self.line
        if path.startswith("tone_stream://"):
            return 1
        assert path.startswith(f"{line.sounds}/"), path
        length = line.lengths.get(path.removeprefix(f"{line.sounds}/").removesuffix(".wav"))
        if line.hung_up or length is None:
            return 0
        line.waits = False
        end = line.now + length
        broke = False
        while line.now < end and not line.hung_up and not broke:
            broke = line.frame(self.callback)
            if not broke:
                line.now = min(end, line.now + FRAME)
        if line.ends:
            line.ends[-1] = line.now
        return int(not broke and not line.hung_up)

    def collectDigits(self, milliseconds: int) -> int:  # noqa: N802
        line, end = self.line, self.line.now + milliseconds
        waits = milliseconds > FRAME
        if waits and not line.queue and line.caller.due(line) is None:
            line.waits = True
            if line.caller.due(line) is None:
                line.caller.waited_for(line)
        while line.now < end and not line.hung_up:
            line.waits = waits
            if line.frame(self.callback):
                break
            line.now = min(end, line.now + FRAME)
        return 0

    def sleep(self, _: int) -> None:
        pass

    def flushDigits(self) -> None:  # noqa: N802
        self.line.pump()
        self.line.queue.clear()

    def execute(self, application: str, data: str) -> None:
        self.line.executed.append((application, data))

    def hangup(self, cause: str) -> None:
        if not self.line.hung_up:
            self.line.hung_up, self.line.cause = True, cause


class Api:
    """The server's commands."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def getTime(self) -> str:  # noqa: N802
        return str(self.line.now)

    def execute(self, command: str, argument: str) -> str:
        match command, argument.split("/", 3):
            case "hash", ["insert", realm, key, value]:
                self.line.kept[f"{realm}/{key}"] = value
                return "+OK\n"
            case "hash", ["select", realm, key]:
                return self.line.kept.get(f"{realm}/{key}", "")
            case "hash", ["delete", realm, key]:
                del self.line.kept[f"{realm}/{key}"]
                return "+OK\n"
            case "db", ["select", "flowc", name]:
                return str(self.line.flags.get(name.removeprefix("flag."), ""))
            case _:
                raise AssertionError((command, argument))


def run(line: Line, *arguments: str) -> None:
    """Run the interpreter once, in a Lua state of its own."""
    lua = line.lua(unpack_returned_tuples=True, register_eval=False)
    ending = arguments[0] == "hangup"
    session = None if ending else Session(line, lua)
    given = {0: "flowc/interpreter.lua", **{place + 1: one for place, one in enumerate(arguments)}}
    globals_ = lua.globals()
    globals_.argv = lua.table_from(given)
    globals_.session = session
    globals_.env = Event(line, "") if ending else None
    if ending:
        globals_.env.addHeader("Unique-ID", "11111111-2222-3333-4444-555555555555")
    globals_.freeswitch = lua.table_from(
        {
            "API": lambda: Api(line),
            "Event": lambda _, subclass: Event(line, subclass),
            "getGlobalVariable": line.globals.get,
            "consoleLog": lambda level, what: line.log.append(f"{level} {what}"),
        }
    )
    globals_.os.time = lambda: line.epoch
    lua.execute((line.scripts / "flowc" / "interpreter.lua").read_text())


def play(line: Line, number: str, caller: str) -> Trace:
    """A whole call through the lab's entry: the script, and what runs after its end."""
    line.variables["caller_id_number"] = caller
    run(line, "start", number, "lab")
    assert line.hung_up
    run(line, "hangup")
    return line.trace


def install(bundle: Bundle, folder: Path) -> Path:
    """A release's scripts where the line looks for them; the folder of scripts."""
    for artifact in bundle.artifacts:
        if artifact.path.startswith("scripts/"):
            place = folder / "flowc" / artifact.path.removeprefix("scripts/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(artifact.content)
    return folder
