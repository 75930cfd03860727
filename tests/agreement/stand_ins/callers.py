"""Callers for a stand-in's line: by a vector, by strings of keys, by a simulated run, by the clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from vectors.model import Press as VectorPress

from flowc.live.acts import Act, HangUp, Press, Speak, acts_of
from flowc.live.play import SOONEST_MS, SWALLOWED_MS
from flowc.machine.trace import Entered, Offered, Step, Trace
from flowc.simulate.simulator import Run

from .line import Due, Line

SPACING_MS = 100  # of a string's keys


class VectorCaller:
    """Presses a vector's keys when their references are known."""

    def __init__(self, presses: tuple[VectorPress, ...]) -> None:
        self.keys: list[int] = []  # when each ended
        self._left = deque(
            VectorPress(
                key,
                one.since if i == 0 else "key",
                one.wait if i == 0 else one.spacing,
                offer=one.offer,
            )
            for one in presses
            for i, key in enumerate(one.keys)
        )

    def next(self, line: Line) -> Due | None:
        if not self._left:
            return None
        press = self._left[0]
        at = self._reference(press, line)
        # Where the reference lies far back, at once: no key ends before the one before it.
        return (
            None if at is None else Due(max(at + press.wait, *self.keys[-1:], 0), Press(press.keys))
        )

    def done(self, at: int) -> None:
        self._left.popleft()
        self.keys.append(at)

    def _reference(self, press: VectorPress, line: Line) -> int | None:
        if press.since == "key":
            return self.keys[-1]
        if len(line.begins) < press.offer:
            return None
        if press.since == "begin":
            return line.begins[press.offer - 1]
        # While an offer's audio still runs, nobody knows when it will have ended.
        ended = len(line.begins) > press.offer or line.is_waiting
        return line.ends[press.offer - 1] if ended else None


class ScriptCaller:
    """One string of keys a wait, 100 ms apart; None is silence; at the end the caller hangs up."""

    def __init__(self, keys: tuple[str | None, ...]) -> None:
        self._script = list(keys)
        self._due: deque[Due] = deque()
        self._waits = 0

    def next(self, line: Line) -> Due | None:
        if self._due:
            self._waits = line.waits
        elif line.is_waiting and line.waits > self._waits:
            self._waits = line.waits
            self._due.extend(self._answer(line.now))
        return self._due[0] if self._due else None

    def done(self, _: int) -> None:
        self._due.popleft()

    def _answer(self, now: int) -> Iterable[Due]:
        if not self._script:
            return (Due(now, HangUp()),)
        keys = self._script.pop(0) or ""
        return (Due(now + SPACING_MS * i, Press(key)) for i, key in enumerate(keys, start=1))


class TimedCaller:
    """Does everything at its moment, in milliseconds since the answer."""

    def __init__(self, acts: Iterable[tuple[int, Press | Speak | HangUp]]) -> None:
        self._acts = deque(acts)

    def next(self, line: Line) -> Due | None:
        if not self._acts or line.zero < 0:
            return None
        at, what = self._acts[0]
        return Due(line.zero + at, what)

    def done(self, _: int) -> None:
        self._acts.popleft()


class RunCaller:
    """Does what the caller of a simulated run did, as `flowc.live.play` has it done on a server;
    `at_once`: without a finger's delay.

    An act is timed from the last step of the trace before it, from the end of what was being said
    then, or from the key before it, whichever is nearest.
    """

    def __init__(self, run: Run, *, at_once: bool = False) -> None:
        self._acts = deque(acts_of(run))
        self._soonest_ms = 0 if at_once else SOONEST_MS
        self._meant = run.trace
        self._seen = Seen(run.trace)
        self._wanted = _told_before(run.trace)
        self._keys: list[tuple[int, int]] = []  # simulated and live end of each
        self._due: Due | None = None

    def next(self, line: Line) -> Due | None:
        if self._due is None and self._acts:
            self._due = self._found(line, self._acts[0])
        return self._due

    def done(self, at: int) -> None:
        if self._acts:
            act = self._acts.popleft()
            if isinstance(act.what, Press):
                self._keys.append((act.at, at))
        self._due = None

    def _found(self, line: Line, act: Act) -> Due | None:
        if self._finishes_entry(act):
            simulated, ended = self._keys[-1]
            return Due(ended + act.at - simulated, act.what)
        self._seen.look(line.trace)
        if self._seen.has_parted:
            self._acts.clear()
            return Due(line.now, HangUp())  # what comes next means nothing in this call
        begun = self._begun(line, self._anchor(act))
        return None if begun is None else self._timed(line, act, *begun)

    def _timed(self, line: Line, act: Act, simulated: int, live: int) -> Due | None:
        is_after_key = bool(self._keys) and self._keys[-1][0] > simulated
        if is_after_key:
            simulated, live = self._keys[-1]
        if act.audio_ended_at is not None and act.audio_ended_at > simulated:
            is_quiet = not line.is_saying and line.quiet_at > live
            # A late `#` begins a prompt anew on some servers only: then the key itself is the mark.
            if line.is_saying or not (is_quiet or is_after_key):
                return None
            if is_quiet:
                simulated, live = act.audio_ended_at, line.quiet_at
        is_after_key = bool(self._keys) and live == self._keys[-1][1]
        soonest = 0 if is_after_key else self._soonest_ms
        return Due(live + max(act.at - simulated, soonest), act.what)

    def _finishes_entry(self, act: Act) -> bool:
        """A `#` right after an entry is swallowed within a second: it follows its key."""
        return (
            act.what == Press("#")
            and bool(self._keys)
            and act.at - self._keys[-1][0] < SWALLOWED_MS
        )

    def _anchor(self, act: Act) -> int:
        """The last step before the act that every executor tells at once: a block or a prompt."""
        places = range(act.steps - 1, -1, -1)
        return next((place for place in places if _tells(self._meant.steps[place])), -1)

    def _begun(self, line: Line, step: int) -> tuple[int, int] | None:
        """When that step was, in the simulation and here; None where it has not come yet."""
        if step < 0:
            return (0, line.zero) if line.zero >= 0 else None
        wanted = self._wanted[step]
        if len(self._seen.told) < wanted:
            return None
        return self._meant.times[step], line.zero + self._seen.told[wanted - 1]


class Seen:
    """What has been seen of a live trace: when each block or prompt came, and whether it is the way
    that was meant. Only what is new is looked at."""

    def __init__(self, meant: Trace) -> None:
        self._blocks = [step.block for step in meant.steps if isinstance(step, Entered)]
        self._entered = 0
        self._steps = 0
        self._is_open = False  # the last one is a prompt, which may still be told in parts
        self.told: list[int] = []
        self.has_parted = False

    def look(self, trace: Trace) -> None:
        """Take what has come since the last look."""
        if len(trace.steps) == self._steps:
            return
        if self._is_open:
            self.told.pop()
        for place in range(self._steps - self._is_open, len(trace.steps)):
            step = trace.steps[place]
            if _tells(step):
                self.told.append(trace.times[place])
            if isinstance(step, Entered):
                self._enter(step)
        self._steps = len(trace.steps)
        self._is_open = isinstance(trace.steps[-1], Offered)

    def _enter(self, step: Entered) -> None:
        place = self._entered
        self._entered += 1
        if place >= len(self._blocks) or self._blocks[place] != step.block:
            self.has_parted = True


def _told_before(trace: Trace) -> list[int]:
    """For each step, how many up to it every executor tells at once."""
    counts, count = [], 0
    for step in trace.steps:
        count += _tells(step)
        counts.append(count)
    return counts


def _tells(step: Step) -> bool:
    return isinstance(step, Entered | Offered)
