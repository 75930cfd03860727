"""One attempt at input in time: the cued prompt, barge-in, the two timers, skip and the late `#`.

Knows no graph: it is told of keys, ends of audio and timers, and answers with an outcome of
`Collect`, or None while the attempt goes on. What has to be done is appended to `commands`.
"""

from __future__ import annotations

from enum import Enum

from flowc.graph.operations import Collect, Options
from flowc.machine.commands import Command, PlaySounds, StopSounds, WaitForKeys
from flowc.machine.entry import Reader, reader_of

WINDOW_MS = 1000  # for the `#` that a caller presses after an entry was already full

Sounds = tuple[str, ...]


class _Part(Enum):
    DEAF = "deaf"
    OFFERED = "offered"
    WAITING = "waiting"


_STOP = StopSounds()
_DEAF, _OFFERED, _WAITING = _Part.DEAF, _Part.OFFERED, _Part.WAITING


class Listener:
    """The input side of one call; lives as long as the call, since keys outlive attempts."""

    __slots__ = (
        "_collect",
        "_commands",
        "_deaf",
        "_flushed_at",
        "_part",
        "_prompt",
        "_reader",
        "_skipped",
        "_window_until",
    )

    def __init__(self, commands: list[Command]) -> None:
        self._commands = commands
        self._deaf: Sounds = ()
        self._prompt: Sounds | None = None
        self._part = _WAITING
        self._skipped = False
        self._window_until = -1
        self._flushed_at = -1
        self._collect: Collect
        self._reader: Reader

    @property
    def offer(self) -> Sounds | None:
        """What the next attempt says; None before the first Cue."""
        return None if self._prompt is None else self._deaf + self._prompt

    @property
    def text(self) -> str:
        """The digits that count, or the keys of the choice."""
        return self._reader.text

    def cue(self, deaf: Sounds, prompt: Sounds) -> None:
        self._deaf, self._prompt, self._skipped = deaf, prompt, False

    def flush(self, now: int) -> None:
        """Drop the keys that ended up to now. The window for a `#` stays open."""
        self._flushed_at = now

    def begin(self, collect: Collect, now: int) -> None:
        self._collect = collect
        self._reader = reader_of(collect.entry)
        self._offer(now)

    def audio_ended(self, now: int) -> None:
        if self._part is _DEAF and self._prompt:
            self._say(_OFFERED, self._prompt)
        else:
            self._wait(now + self._collect.first_ms)

    def key(self, key: str, at: int) -> str | None:
        if self._part is _DEAF or at <= self._flushed_at:
            return None
        if self._part is _OFFERED:
            self._commands.append(_STOP)
        late = key == "#" and at < self._window_until
        self._window_until = -1
        if late:
            self._offer(at)
            return None
        return self._read(key, at)

    def silence(self) -> str:
        """The timer ran out."""
        return self._reader.silence()

    def _read(self, key: str, at: int) -> str | None:
        if key == "#" and self._may_skip():
            self._skipped = True
            self._wait(at + self._collect.first_ms)
            return None
        outcome = self._reader.key(key)
        if outcome is None:
            self._wait(at + self._collect.inter_ms)
        elif self._reader.is_full:
            self._window_until = at + WINDOW_MS
        return outcome

    def _may_skip(self) -> bool:
        entry = self._collect.entry
        return (
            isinstance(entry, Options)
            and entry.skip
            and not self._skipped
            and self._reader.is_fresh
            and "#" not in entry.keys
        )

    def _offer(self, now: int) -> None:
        if self._deaf:
            self._say(_DEAF, self._deaf)
        elif self._prompt:
            self._say(_OFFERED, self._prompt)
        else:
            self._wait(now + self._collect.first_ms)

    def _say(self, part: _Part, sounds: Sounds) -> None:
        self._part = part
        self._commands.append(PlaySounds(sounds, part is _DEAF))

    def _wait(self, deadline: int) -> None:
        self._part = _WAITING
        self._commands.append(WaitForKeys(deadline))
