"""The same call once more on the machine, with every time a little different.

A real server takes 50 ms from file to file, its runtime answers later, and a key comes some
milliseconds early or late. A call in which that could change anything is no test of agreement: its
caller pressed too near to a deadline or a flush. Moments are carried over as the player of live
calls does (`flowc.live.play`): from the last thing before that every executor tells.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable as Function
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from flowc.graph.model import Block
from flowc.graph.operations import TONE_MS, Enqueue
from flowc.live.acts import Act, HangUp, Press, acts_of
from flowc.live.compare import comparable
from flowc.live.play import SOONEST_MS, SWALLOWED_MS
from flowc.machine.commands import AskService, DialNumber, JoinQueue, RecordCaller
from flowc.machine.events import AgentAnswered, Event
from flowc.machine.listening import Listener
from flowc.machine.machine import Machine, ReadError
from flowc.machine.phase import Phase
from flowc.machine.prepare import prepare
from flowc.machine.prepared import Prepared
from flowc.machine.trace import Entered, Offered, Step, Trace
from flowc.simulate.line import EventMaker, Line
from flowc.simulate.outside import RING_MS, ScriptedOutside
from flowc.simulate.script import Happens
from flowc.simulate.simulator import Run
from flowc.simulate.voice import Voice
from flowc.simulate.world import SimulatedWorld, seconds_of
from fuzz.callers import Callable
from fuzz.chance import Chance


@dataclass(frozen=True, slots=True)
class Timing:
    """How times differ. `gap_ms` after each sound; `reply_ms` later answers, or sooner; `early`, `late`: by
    how much a key may miss its moment; `wait_s`: a queue is left so much later than it should be,
    since servers count its time in whole seconds; `people_ms`: how long a talk takes, or a line to
    be busy, which on a server is at once; `agent_ms` until an agent who answers is there;
    `tone_ms`: by how much the tone before a recording is longer; `swallows_quietly`: a late `#` begins
    nothing anew; `soonest_ms`: behind what it follows, a key takes at least so long."""

    name: str
    gap_ms: int = 0
    reply_ms: int = 0
    early: int = 0
    late: int = 0
    wait_s: int = 0
    people_ms: int = 20
    agent_ms: int = 0
    tone_ms: int = 0
    swallows_quietly: bool = False
    soonest_ms: int = SOONEST_MS


KEY_MS = 80
_AS_SIMULATED = Timing("as simulated", people_ms=60_000, soonest_ms=0)
TIMINGS = (
    Timing(
        "slow server, late keys",
        gap_ms=60,
        reply_ms=150,
        late=100,
        wait_s=1,
        agent_ms=400,
        tone_ms=200,
    ),
    Timing("slow server, keys in time", gap_ms=80),
    Timing("early keys", early=100, wait_s=-1, people_ms=400, tone_ms=200),
    Timing("late keys, queues left early, answers at once", late=100, wait_s=-1, reply_ms=-90),
    Timing("unsteady keys", gap_ms=20, reply_ms=60, early=70, late=70, people_ms=1200),
    Timing("a late # swallowed quietly", swallows_quietly=True),
)


def is_robust(called: Callable, run: Run) -> str:
    """ "" where no timing changes what happens; else the name of the one that does."""
    meant = comparable(called.prepared.graph, run.trace)
    _, listened = _replayed(called, run, _AS_SIMULATED)
    for timing in TIMINGS:
        trace, listening = _replayed(called, run, timing)
        # A key that cuts a prompt here and comes while a line rings there moves what is pressed after it.
        if trace is None or listening != listened:
            return timing.name
        if comparable(called.prepared.graph, trace) != meant:
            return timing.name
    return ""


def _replayed(called: Callable, run: Run, timing: Timing) -> tuple[Trace | None, list[bool]]:
    """The trace of the call with other times, None where the caller's next act has no moment; and by
    key, whether an input listened."""
    replay = _Replay(called, run, timing)
    try:
        return replay.play(), replay.listening
    except ReadError:  # it goes another way, on which it reads what this caller's world never said
        return None, []


class _QuietListener(Listener):
    """Swallows a late `#` as one telephone system does: the prompt and the five seconds run on."""

    __slots__ = ()

    def key(self, key: str, at: int) -> str | None:
        is_heard = self._part.value != "deaf" and at > self._flushed_at
        if is_heard and key == "#" and at < self._window_until:
            self._window_until = -1
            return None
        return super().key(key, at)


@lru_cache(maxsize=64)
def _waiting(prepared: Prepared, seconds: int) -> Prepared:
    """The same with queues that are left so much later."""
    graph = prepared.graph
    blocks = {id_: _waits(block, seconds) for id_, block in graph.blocks.items()}
    changed = any(blocks[id_] is not block for id_, block in graph.blocks.items())
    return prepare(replace(graph, blocks=blocks)) if changed else prepared


def _waits(block: Block, seconds: int) -> Block:
    last = block.operations[-1] if block.operations else None
    if not isinstance(last, Enqueue) or last.max_wait_s is None:
        return block
    moved = replace(last, max_wait_s=last.max_wait_s + seconds)
    return replace(block, operations=(*block.operations[:-1], moved))


class _Outside:
    """The script's world, whose services answer later."""

    def __init__(self, inner: ScriptedOutside, timing: Timing) -> None:
        self._inner = inner
        self._reply_ms, self._people_ms = timing.reply_ms, timing.people_ms
        self._agent_ms, self._tone_ms = timing.agent_ms, timing.tone_ms
        self.line: Line  # which asks

    def reply(self, ask: AskService) -> tuple[int, EventMaker]:
        due, make = self._inner.reply(ask)
        return due + self._reply_ms, make

    def left(self, at: int) -> None:
        self._inner.left(at)

    def agent(self, join: JoinQueue) -> tuple[int, EventMaker]:
        delay, make = self._inner.agent(join)
        answered: list[Event] = []

        def later(at: int) -> Event | int | None:
            if answered:
                return AgentAnswered(at)
            found = make(at)
            if not isinstance(found, AgentAnswered) or not self._agent_ms:
                return found
            answered.append(found)
            return self._agent_ms

        return delay, later

    def talk(self) -> tuple[int, EventMaker]:
        _, make = self._inner.talk()
        return self._people_ms, make

    def dial(self, dial: DialNumber) -> tuple[int, EventMaker]:
        delay, make = self._inner.dial(dial)

        def sooner(at: int) -> Event | int | None:
            lasts = make(at)
            # Who is busy rings as long as who does not answer within `RING_MS`: on a server not at all.
            rings_out = lasts == dial.ring_s * 1000 != RING_MS
            return (
                min(lasts, self._people_ms) if isinstance(lasts, int) and not rings_out else lasts
            )

        return delay, sooner

    def record(self, record: RecordCaller) -> tuple[int, EventMaker]:
        self.line.recording_since += self._tone_ms
        self.line.machine._walk.waiting_since += self._tone_ms
        lasts, make = self._inner.record(record)
        # The silence that ends it is behind the tone, on a server.
        return lasts + (TONE_MS + self._tone_ms if self._tone_ms else 0), make


class _Replay:
    def __init__(self, called: Callable, run: Run, timing: Timing) -> None:
        graph, script = called.prepared.graph, run.script
        lengths = {sound: ms + timing.gap_ms for sound, ms in called.lengths.items()}
        world = SimulatedWorld(
            seconds_of(script.at, graph.timezone),
            graph.timezone,
            {**graph.lists, **dict(script.lists)},
            script.flags,
        )
        voice = Voice(called.compiled.texts, lengths, graph.timezone)
        outside = ScriptedOutside(
            script, graph.languages, voice, world, lambda: True, called.compiled.services
        )
        for step in script.steps:
            if isinstance(step, Happens):
                outside.happens(step)
        prepared = _waiting(called.prepared, timing.wait_s) if timing.wait_s else called.prepared
        machine = Machine(prepared, world, voice.read, script.language or None)
        if timing.swallows_quietly:
            machine._walk.listener = _QuietListener(machine._walk.commands)
        other = _Outside(outside, timing)
        self._line = other.line = Line(machine, world, voice, other)
        self._run, self._timing = run, timing
        self._chance = Chance("timing", run.script.name, timing.name)
        self._keys: list[tuple[int, int]] = []
        self.listening: list[bool] = []
        self._meant = _places(run.trace.steps)
        self._come: list[int] = []  # the same of this call, as far as it was looked through
        self._seen = 0

    def play(self) -> Trace | None:
        script = self._run.script
        self._line.dial(script.to, script.caller)
        for act in acts_of(self._run):
            if isinstance(act.what, Press | HangUp) and not self._do(act):
                return None
        while not self._line.is_over and self._line.next_at is not None:
            self._line.advance()
        return self._line.machine.trace if self._line.is_over else None

    def _do(self, act: Act) -> bool:
        due = self._due(act)
        if due is None:
            return False
        if self._keys:  # a finger that is late comes no sooner than a key takes
            due = max(due, self._keys[-1][1] + KEY_MS)
        self._line.come_to(max(due, self._line.now))
        if self._line.is_over:
            return isinstance(act.what, Press)  # a key after the end is heard by nobody
        if isinstance(act.what, Press):
            self.listening.append(self._line.machine.phase is Phase.LISTENING)
            self._line.press(act.what.key)
            self._keys.append((act.at, self._line.now))
        else:
            self._line.hang_up()
        return True

    def _due(self, act: Act) -> int | None:
        meant = self._run.trace
        if self._finishes_entry(act):
            simulated, live = self._keys[-1]
            return live + act.at - simulated
        anchor = self._anchor(act)
        begun = self._reach(anchor)
        if begun is None:
            return None
        simulated, live = meant.times[self._meant[anchor]] if anchor >= 0 else 0, begun
        is_after_key = bool(self._keys) and self._keys[-1][0] > simulated
        if is_after_key:
            simulated, live = self._keys[-1]
        if act.audio_ended_at is not None and act.audio_ended_at > simulated:
            quiet = self._quiet()
            if quiet is None:
                return None
            if quiet > live or not is_after_key:
                simulated, live = act.audio_ended_at, quiet
        shift = self._chance.number(-self._timing.early, self._timing.late)
        if not (self._timing.early and self._timing.late):
            shift = self._timing.late - self._timing.early
        if self._keys and live == self._keys[-1][1]:
            return live + act.at - simulated
        return live + max(act.at - simulated + shift, self._timing.soonest_ms)

    def _finishes_entry(self, act: Act) -> bool:
        """A `#` right after an entry follows its key, as the player of live calls has it."""
        is_hash = act.what == Press("#") and bool(self._keys)
        return is_hash and act.at - self._keys[-1][0] < SWALLOWED_MS

    def _anchor(self, act: Act) -> int:
        """The last thing before the act that every executor tells; -1 where there is none."""
        return bisect_left(self._meant, act.steps) - 1

    def _reach(self, anchor: int) -> int | None:
        """When the replayed call came as far."""
        if anchor < 0:
            return 0
        self._advance_until(lambda: self._has_come_to(anchor))
        if not self._has_come_to(anchor):
            return None
        return self._line.machine._walk.times[self._come[anchor]]

    def _has_come_to(self, anchor: int) -> bool:
        steps = self._line.machine._walk.steps
        self._come += (at for at in range(self._seen, len(steps)) if _tells(steps[at]))
        self._seen = len(steps)
        return len(self._come) > anchor

    def _quiet(self) -> int | None:
        """When what is being said has ended."""
        self._advance_until(lambda: not self._line.is_saying)
        return None if self._line.is_saying else self._line.audio_ended_at

    def _advance_until(self, holds: Function[[], bool]) -> None:
        while not holds() and not self._line.is_over and self._line.next_at is not None:
            self._line.advance()


def _places(steps: Sequence[Step]) -> list[int]:
    return [at for at, step in enumerate(steps) if _tells(step)]


def _tells(step: Step) -> bool:
    return isinstance(step, Entered | Offered)
