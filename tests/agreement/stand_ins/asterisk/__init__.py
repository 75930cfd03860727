"""An Asterisk that is none: runs the `extensions.conf` of one release, call after call."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from random import Random

from flowc.graph.release import Release
from flowc.machine.trace import Trace
from flowc.target import LabCall, LabRelease
from flowc_asterisk.emit import NIL_MS, RELEASE_FILE
from flowc_asterisk.entry import (
    LAB_ENTRY,
    LANGUAGE_HEADER,
    LINE_HEADER,
    OFFSET_HEADER,
    TOKEN_HEADER,
)
from flowc_asterisk.trace import AT, TraceReader

from ..line import Caller, Line
from ..runtime import ScriptedRuntime
from ..shape import QUIET, World
from ..sounds import Sounds
from .applications import APPLICATIONS
from .channel import AS_MEASURED, AT_ONCE, Channel, Event, Host
from .read_dialplan import read_dialplan

ENTRY_FILE = "entry/extensions.conf"
EPOCH_MS = 1_790_000_000_000  # the server's clock when a call begins; tests set the call's own
RAISED = "9999999999"
_ZERO_MS = 1_000_000  # a reader takes the moment 0 for none


class AsteriskStandIn:
    """One release, read once.

    `lengths` (ms) and `texts` are of its sounds, by sound key. `served` is what the runtime knows
    of the release; a graph alone where nothing is said.
    """

    def __init__(
        self,
        release: LabRelease,
        lengths: Mapping[str, int],
        texts: Mapping[str, str] | None = None,
        served: Release | None = None,
    ) -> None:
        self._request = release.request
        bundle = release.bundle
        files = [bundle.artifact(path).content for path in (RELEASE_FILE, ENTRY_FILE)]
        self._dialplan = read_dialplan(files, APPLICATIONS)
        own = {
            artifact.path.removeprefix("sounds/").removesuffix(".wav"): _length(artifact.content)
            for artifact in bundle.artifacts
            if artifact.path.startswith("sounds/")
        }
        self._sounds = Sounds({**lengths, **own}, texts or {})
        known = served or Release(self._request.release, self._request.graph)
        self.runtime = ScriptedRuntime(known, self._sounds)

    def play(self, asked: LabCall, caller: Caller, world: World = QUIET) -> Trace:
        """The trace of a call, once it is over."""
        return self.call(asked, caller, world).trace

    def call(self, asked: LabCall, caller: Caller, world: World = QUIET) -> AsteriskCall:
        """A call to its end."""
        request = self._request
        reader = TraceReader(request.graph, request.release8, request.environment.sounds)
        call = AsteriskCall(reader, caller)
        host = self._host(asked, call, world)
        self.runtime.begin(asked.token, world.replies)
        call.channel = Channel(host, call.line, (LAB_ENTRY, asked.number))
        call.channel.run()
        call.line.loop.close()
        self.runtime.end(asked.token)
        return call

    def _host(self, asked: LabCall, call: AsteriskCall, world: World) -> Host:
        return Host(
            dialplan=self._dialplan,
            applications=APPLICATIONS,
            line=call.line,
            length_ms=self._plain_length_ms if world.at_once else self._length_ms,
            caller=asked.caller or "anonymous",
            headers=_headers(asked),
            database={f"flowc/flag.{flag}": RAISED for flag in world.flags},
            tell=call.tell,
            runtime=self.runtime.in_state(world.runtime),
            token=self._request.environment.token,
            queues=list(asked.queues),
            dials=list(asked.dials),
            random=Random(asked.token),
            pace=AT_ONCE if world.at_once else AS_MEASURED,
            failing=world.failing,
        )

    def _length_ms(self, file: str) -> int | None:
        key = file.removeprefix(f"{self._request.environment.sounds}/")
        return None if key == file else self._sounds.length_ms(key)

    def _plain_length_ms(self, file: str) -> int | None:
        """The same, the silence at a list's end for none."""
        length = self._length_ms(file)
        return 0 if length == NIL_MS and file.endswith("/nil") else length


class AsteriskCall:
    """One call: its line, its channel, and what is read of its events."""

    channel: Channel

    def __init__(self, reader: TraceReader, caller: Caller) -> None:
        self.reader = reader
        self.line = Line(caller, lambda: reader.trace, EPOCH_MS)
        self._begun = 0

    @property
    def trace(self) -> Trace:
        return self.reader.trace

    def value(self, name: str) -> str:
        """A variable or register as the server last told it."""
        return self.reader.value(name)

    @property
    def log(self) -> list[str]:
        """Every step, for whoever looks for a fault."""
        return self.channel.log

    def tell(self, event: Event) -> None:
        """As the manager tells it, at this moment."""
        self.reader.feed({**event, AT: str((self.line.now + _ZERO_MS) / 1000)})
        if len(self.reader.begins) > self._begun:
            self._begun = len(self.reader.begins)
            self.line.offer_begins()


def _headers(asked: LabCall) -> dict[str, str]:
    found = {
        TOKEN_HEADER: asked.token,
        OFFSET_HEADER: str(asked.starts - EPOCH_MS // 1000),
        LINE_HEADER: "1",
    }
    return {**found, LANGUAGE_HEADER: asked.language} if asked.language else found


def _length(content: bytes) -> int:
    with wave.open(io.BytesIO(content)) as file:
        return int(file.getnframes() * 1000 / file.getframerate())
