"""An Asterisk that is none: runs the `extensions.conf` of one release, call after call."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from random import Random

from flowc.machine.trace import Trace
from flowc.target import LabCall, LabRelease
from flowc_asterisk.emit import RELEASE_FILE
from flowc_asterisk.entry import (
    LAB_ENTRY,
    LANGUAGE_HEADER,
    LINE_HEADER,
    OFFSET_HEADER,
    TOKEN_HEADER,
)
from flowc_asterisk.trace import AT, TraceReader

from ..line import Caller, Line
from .applications import APPLICATIONS
from .channel import Channel, Event, Host
from .read_dialplan import read_dialplan

ENTRY_FILE = "entry/extensions.conf"
EPOCH_MS = 1_790_000_000_000  # the server's clock when a call begins; tests set the call's own
RAISED = "9999999999"
_ZERO_MS = 1_000_000  # a reader takes the moment 0 for none


class AsteriskStandIn:
    """One release, read once. `lengths` of its sounds, ms by sound key."""

    def __init__(self, release: LabRelease, lengths: Mapping[str, int]) -> None:
        self._release = release
        bundle, folder = release.bundle, release.request.environment.sounds
        texts = [bundle.artifact(path).content for path in (RELEASE_FILE, ENTRY_FILE)]
        self._dialplan = read_dialplan(texts, APPLICATIONS)
        self._files = {f"{folder}/{key}": length for key, length in lengths.items()}
        for artifact in bundle.artifacts:
            kind, _, name = artifact.path.partition("/")
            if kind == "sounds":
                self._files[f"{folder}/{name.removesuffix('.wav')}"] = _length(artifact.content)

    def play(self, asked: LabCall, caller: Caller, *, flags: frozenset[str] = frozenset()) -> Trace:
        """The trace of a call, once it is over."""
        return self.call(asked, caller, flags=flags).trace

    def call(
        self, asked: LabCall, caller: Caller, *, flags: frozenset[str] = frozenset()
    ) -> AsteriskCall:
        """A call to its end."""
        request = self._release.request
        call = AsteriskCall(
            TraceReader(request.graph, request.release8, request.environment.sounds), caller
        )
        host = Host(
            self._dialplan,
            APPLICATIONS,
            call.line,
            self._files,
            asked.caller or "anonymous",
            _headers(asked),
            {f"flowc/flag.{flag}": RAISED for flag in flags},
            call.tell,
            list(asked.queues),
            list(asked.dials),
            random=Random(asked.token),
        )
        call.channel = Channel(host, call.line, (LAB_ENTRY, asked.number))
        call.channel.run()
        return call


class AsteriskCall:
    """One call: its line, its channel, and what is read of its events."""

    channel: Channel

    def __init__(self, reader: TraceReader, caller: Caller) -> None:
        self.reader = reader
        self.line = Line(caller, lambda: reader.trace, EPOCH_MS)
        self.events: list[Event] = []
        self._begun = 0

    @property
    def trace(self) -> Trace:
        return self.reader.trace

    def tell(self, event: Event) -> None:
        """As the manager tells it, at this moment."""
        stamped = {**event, AT: str((self.line.now + _ZERO_MS) / 1000)}
        self.reader.feed(stamped)
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
