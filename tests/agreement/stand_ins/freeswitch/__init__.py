"""A FreeSWITCH that is none: walks the entry of one release and runs its Lua, call after call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lupa.lua52 import LuaRuntime

from flowc.graph.release import Release
from flowc.machine.trace import Trace
from flowc.target import LabCall, LabRelease
from flowc_freeswitch.entry import (
    ENTRY,
    LAB_ENTRY,
    LANGUAGE_HEADER,
    LINE_HEADER,
    OFFSET_HEADER,
    TOKEN_HEADER,
    script_of,
)
from flowc_freeswitch.esl.gateway import EslGateway
from flowc_freeswitch.lowering import Release as Lowering

from ..line import Caller, Line, StandInError
from ..runtime import ScriptedRuntime
from ..shape import QUIET, State, World
from ..sounds import Sounds
from .dialplan import Action, actions_for
from .scripts import FOLDER, File, Scripts
from .server import AS_MEASURED, AT_ONCE, LINE, UUID, Api, Call, Event, EventConsumer
from .session import Session

ENTRY_FILE = "entry/dialplan.xml"
EPOCH_MS = 1_790_000_000_000  # the server's clock when a call begins; tests set the call's own
RAISED = 9_999_999_999
_WAVE_HEAD = b"RIFF" + bytes(24) + (16_000).to_bytes(4, "little")


class FreeswitchStandIn:
    """One release, read once; see `AsteriskStandIn`."""

    _now: Call  # the call that goes on

    def __init__(
        self,
        release: LabRelease,
        lengths: Mapping[str, int],
        texts: Mapping[str, str] | None = None,
        served: Release | None = None,
        lua: type[Any] = LuaRuntime,
    ) -> None:
        """`lua`: the runtime of another version than the servers'."""
        self._request = release.request
        self._entry = release.bundle.artifact(ENTRY_FILE).text
        scripts = {
            artifact.path.removeprefix("scripts/"): artifact.content
            for artifact in release.bundle.artifacts
            if artifact.path.startswith("scripts/")
        }
        self._session = Session()
        self._api = Api()
        folder, _, _ = script_of(Lowering(self._request)).rpartition("/")
        self._scripts = Scripts(scripts, folder, self._session, self, lua)
        self._sounds = Sounds(lengths, texts or {})
        known = served or Release(self._request.release, self._request.graph)
        self.runtime = ScriptedRuntime(known, self._sounds)
        self._ways: dict[str, tuple[Action, ...]] = {}

    def play(self, asked: LabCall, caller: Caller, world: World = QUIET) -> Trace:
        """The trace of a call, once it is over."""
        return self.call(asked, caller, world).trace

    def call(self, asked: LabCall, caller: Caller, world: World = QUIET) -> FreeswitchCall:
        """A call to its end."""
        self.runtime.begin(asked.token, world.replies)
        made = self.finished(self.begun(asked, caller, world))
        self.runtime.end(asked.token)
        return made

    def finished(self, call: Call) -> FreeswitchCall:
        """The call, once it is over."""
        made = FreeswitchCall(call)
        self._walk(call)
        call.line.loop.close()
        complaints = [line for line in made.log if " err " in line]
        if complaints:
            raise StandInError("; ".join(complaints))
        return made

    def begun(self, asked: LabCall, caller: Caller, world: World = QUIET) -> Call:
        """A call that is not answered yet."""
        line = Line(caller, lambda: call.reader.trace, EPOCH_MS)
        call = Call(
            asked,
            line,
            self._length_ms,
            dict.fromkeys(world.flags, RAISED),
            failing=world.failing,
            pace=AT_ONCE if world.at_once else AS_MEASURED,
        )
        call.variables = {"caller_id_number": asked.caller or "anonymous", **_headers(asked)}
        for name, scene in call.queues.items():
            if scene.outcome == "full":
                call.memory[f"flowc_most/{name}"] = "1"
        call.beat_s = None if world.runtime is State.IS_DOWN else 0
        if world.runtime is State.ANSWERS:
            token = self._request.environment.token
            gateway: Any = EslGateway(
                self.runtime.broker, self.runtime, token, clock=lambda: line.epoch_ms / 1000
            )
            call.gateway = gateway
        return call

    # --- the way of a call

    def _walk(self, call: Call) -> None:
        """Through the actions of its extension, then what is hooked to its end."""
        self._now, session = call, self._session
        session.begin(call, self._scripts.value)
        self._api.begin(call)
        for action in self._way(call):
            if session.is_over or call.line.is_gone:
                break
            self._act(action)
        if not (session.is_over or call.line.is_gone):
            raise StandInError("the call came to the end of its extension")
        hook = call.variables.get("api_hangup_hook", "")
        if hook:
            ending = Event(call, "")
            ending.headers = {"Unique-ID": UUID}
            self._run(hook.removeprefix("lua "), ending)

    def _way(self, call: Call) -> tuple[Action, ...]:
        number = call.asked.number
        if number not in self._ways:
            fields = {"destination_number": number}
            context = LAB_ENTRY if self._request.lab else ENTRY
            self._ways[number] = actions_for(self._entry, context, fields)
        return self._ways[number]

    def _act(self, action: Action) -> None:
        session = self._session
        match action:
            case Action("lua", data):
                self._run(data)
                if session.is_with_agent:
                    session.talk(session.talks_s)
            case _:
                raise StandInError(f"no script has ended the call: {action}")

    def _run(self, command: str, env: Event | None = None) -> None:
        path, *arguments = command.split(" ")
        self._scripts.run(path, arguments, env)

    # --- what the scripts reach

    def seconds(self) -> int:
        return self._now.line.epoch_ms // 1000

    def functions(self) -> Mapping[str, Callable[..., object]]:
        return {
            "API": lambda: self._api,
            "Event": lambda _, subclass: Event(self._now, subclass),
            "EventConsumer": lambda *kind: EventConsumer(self._now, *kind),
            "getGlobalVariable": lambda name: _global(self._now, name),
            "consoleLog": lambda level, what: self._now.note(f"{level} {what.rstrip()}"),
        }

    def may_record(self, path: str) -> bool:
        """Whether the call's next recording can be written; a script tries it before."""
        call = self._now
        if not path.startswith(f"{self._request.environment.recordings}/"):
            raise StandInError(f"{path} is no recording")
        fails = call.recorded + 1 in call.failing
        call.recorded += fails
        return not fails

    def file(self, path: str) -> File | None:
        """A recording, or a sound of the release: only its head and its length are known."""
        size = self._now.recordings.get(path)
        if size is not None:
            return File(b"", size)
        length = self._length_ms(path.removesuffix(".wav"))
        return None if length is None else File(_WAVE_HEAD, 44 + length * 16)

    def _length_ms(self, file: str) -> int | None:
        key = file.removeprefix(f"{self._request.environment.sounds}/")
        return None if key == file else self._sounds.length_ms(key)


class FreeswitchCall:
    """One call that is over."""

    def __init__(self, call: Call) -> None:
        self.call = call

    @property
    def trace(self) -> Trace:
        return self.call.reader.trace

    @property
    def line(self) -> Line:
        return self.call.line

    @property
    def log(self) -> list[str]:
        """What it did, for whoever looks for a fault."""
        return self.call.log

    def value(self, name: str) -> str:
        """A variable or register as it was at the end."""
        return str(self.call.reader.values.get(name, ""))


def _global(call: Call, name: str) -> str:
    match name:
        case "script_dir":
            return FOLDER
        case "flowc_beat":
            return call.beat
        case _:
            raise StandInError(f"the global variable {name} is not known")


def _headers(asked: LabCall) -> dict[str, str]:
    found = {
        TOKEN_HEADER: asked.token,
        OFFSET_HEADER: str(asked.starts - EPOCH_MS // 1000),
        LINE_HEADER: LINE,
        LANGUAGE_HEADER: asked.language,
    }
    return {f"sip_h_{name}": value for name, value in found.items() if value}
