"""One attempt at input in time: the cued prompt, barge-in, the two timers, skip and the late `#`.

Knows no graph: it is told of keys, ends of audio and timers, and answers with an outcome of
`Collect`, or None while the attempt goes on. What has to be done is appended to `commands`.
"""

from __future__ import annotations

from enum import Enum

from flowc.graph.operations import Collect, Options
from flowc.machine.commands import Command, StopSounds, WaitForKeys
from flowc.machine.entry import Reader, new_reader
from flowc.machine.offer import Offer

WINDOW_MS = 1000  # for the `#` that a caller presses after an entry was already full


class _Part(Enum):
    DEAF = "deaf"
    OFFERED = "offered"
    WAITING = "waiting"


_STOP = StopSounds()
_DEAF, _OFFERED, _WAITING = _Part.DEAF, _Part.OFFERED, _Part.WAITING


class Attempt:
    """A `Collect` made ready: what every attempt at it shares."""

    __slots__ = ("first_ms", "inter_ms", "may_skip", "new_reader")

    def __init__(self, collect: Collect) -> None:
        entry = collect.entry
        self.first_ms, self.inter_ms = collect.first_ms, collect.inter_ms
        self.may_skip = isinstance(entry, Options) and entry.skip and "#" not in entry.keys
        self.new_reader = new_reader(entry)


class Listener:
    """The input side of one call; lives as long as the call, since keys outlive attempts."""

    __slots__ = (
        "_attempt",
        "_commands",
        "_flushed_at",
        "_part",
        "_reader",
        "_skipped",
        "_window_until",
        "offer",
    )

    def __init__(self, commands: list[Command]) -> None:
        self._commands = commands
        self.offer: Offer | None = None
        self._part = _WAITING
        self._skipped = False
        self._window_until = -1
        self._flushed_at = -1
        self._attempt: Attempt
        self._reader: Reader

    @property
    def text(self) -> str:
        """The digits that count, or the keys of the choice."""
        return self._reader.text

    @property
    def is_begun(self) -> bool:
        """Has a key of this attempt come?"""
        return not self._reader.is_fresh

    def cue(self, offer: Offer) -> None:
        """What the next attempt says. Skip is fresh."""
        self.offer, self._skipped = offer, False

    def flush(self, now: int) -> None:
        """Drop the keys that ended up to now. The window for a `#` stays open."""
        self._flushed_at = now

    def begin(self, attempt: Attempt, now: int) -> None:
        self._attempt = attempt
        self._reader = attempt.new_reader()
        self._begin_offer(now)

    def audio_ended(self, now: int) -> None:
        if self._part is _DEAF:
            self._say(now)
        else:
            self._wait(now + self._attempt.first_ms)

    def key(self, key: str, at: int) -> str | None:
        if self._part is _DEAF or at <= self._flushed_at:
            return None
        if self._part is _OFFERED:
            self._commands.append(_STOP)
        if key == "#" and self._takes_hash(at):
            return None
        self._window_until = -1
        outcome = self._reader.key(key)
        if outcome is None:
            self._part = _WAITING
            self._commands.append(WaitForKeys(at + self._attempt.inter_ms))
        elif self._reader.is_full:
            self._window_until = at + WINDOW_MS
        return outcome

    def silence(self) -> str:
        """The timer ran out."""
        return self._reader.silence()

    def _takes_hash(self, at: int) -> bool:
        """Is this `#` no key of the entry: one that came late for the entry before, or a skip?"""
        if at < self._window_until:
            self._window_until = -1
            self._begin_offer(at)
            return True
        if self._attempt.may_skip and not self._skipped and self._reader.is_fresh:
            self._window_until = -1
            self._skipped = True
            self._wait(at + self._attempt.first_ms)
            return True
        return False

    def _begin_offer(self, now: int) -> None:
        assert self.offer is not None, "doing looks before it begins"
        if self.offer.deaf is not None:
            self._part = _DEAF
            self._commands.append(self.offer.deaf)
        else:
            self._say(now)

    def _say(self, now: int) -> None:
        """What a key cuts; where that is nothing, the wait for keys begins."""
        live = None if self.offer is None else self.offer.live
        if live is None:
            self._wait(now + self._attempt.first_ms)
        else:
            self._part = _OFFERED
            self._commands.append(live)

    def _wait(self, deadline: int) -> None:
        self._part = _WAITING
        self._commands.append(WaitForKeys(deadline))
