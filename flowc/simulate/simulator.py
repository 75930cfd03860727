"""Plays a call script on the machine with a virtual clock, and says what came of it.

Knows no file and no compiler: a graph, the texts of its sounds, a script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from flowc.diagnostics.model import Words
from flowc.expression.evaluate import TooLarge, Unreadable, Unset
from flowc.graph.model import FlowGraph
from flowc.graph.services import ServiceSpec, TicketSettings
from flowc.machine.events import DialEnded, QueueEnded
from flowc.machine.machine import Machine, Phase, ReadError
from flowc.machine.prepare import prepare
from flowc.machine.prepared import Prepared
from flowc.machine.trace import HungUp, Trace
from flowc.simulate import failures as words
from flowc.simulate.expectations import check
from flowc.simulate.failures import Failure, failure
from flowc.simulate.hearing import Ear
from flowc.simulate.line import Line, Noted, Said
from flowc.simulate.outside import NO_CLASSES, SPEECH_MS, ScriptedOutside, Served
from flowc.simulate.script import (
    PRESS_AFTER_MS,
    CallScript,
    HangUp,
    Happening,
    Happens,
    Hears,
    Press,
    Silence,
    Step,
    Wait,
)
from flowc.simulate.voice import Voice
from flowc.simulate.world import SimulatedWorld, seconds_of
from flowc.source import Span

MOST_EVENTS = 100_000


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one call. `at` is the node (`flow.node`) where it ended, `by` who ended it.

    `journal` and `served`: what it takes to make the same call happen on a real server. `spare`: the steps
    that took no effect.
    """

    script: CallScript
    trace: Trace
    heard: tuple[Said, ...]
    marks: tuple[str, ...]
    requests: Mapping[str, int]
    lookups: Mapping[str, int]
    tickets: int
    abandoned: int
    values: Mapping[str, int | str]
    by: str
    at: str
    length_ms: int
    failures: tuple[Failure, ...] = ()
    journal: tuple[Noted, ...] = ()
    served: tuple[Served, ...] = ()
    spare: tuple[Failure, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def strictly(self) -> Run:
        """The same where a step without effect is a failure, too: an author meant it to have one. Calls that
        are made at random put such steps there on purpose."""
        return self if self.failures else replace(self, failures=self.spare)


_NO_SERVICES: Mapping[str, ServiceSpec] = {}


def simulate(
    graph: FlowGraph | Prepared,
    script: CallScript,
    texts: Mapping[str, str],
    lengths: Mapping[str, int] | None = None,
    services: Mapping[str, ServiceSpec] = _NO_SERVICES,
    tickets: TicketSettings = NO_CLASSES,
) -> Run:
    """Play one call to its end and compare it with what the script expects.

    `texts` and `lengths` (ms) are by sound key; `services` by name: of them are the keys of requests.
    `tickets`: the classes of work orders, of which the simulated desk promises what the runtime would.
    The script's number must be one of the graph's.
    """
    return CallInSteps(graph, script, texts, lengths, services, tickets).run()


def run_calls(
    graph: FlowGraph,
    texts: Mapping[str, str],
    scripts: Iterable[CallScript],
    lengths: Mapping[str, int] | None = None,
    services: Mapping[str, ServiceSpec] = _NO_SERVICES,
    tickets: TicketSettings = NO_CLASSES,
) -> tuple[Run, ...]:
    """Play many calls of an author on one graph."""
    prepared = prepare(graph)
    return tuple(
        simulate(prepared, script, texts, lengths, services, tickets).strictly for script in scripts
    )


def told_unread(unread: ReadError, span: Span) -> Failure:
    """What a call read that had no value in it, for the author; `span`: the step that led there."""
    block = str(unread.block)
    match unread.reason:
        case Unset(variable):
            return failure(words.UNREAD, span, block, variable=_as_written(variable))
        case TooLarge(at):
            return failure(words.TOO_LARGE, span, block, text=at.text, place=at)
        case Unreadable(value, at):
            return failure(words.UNREADABLE, span, block, text=at.text, place=at, value=value)
        case other:
            raise AssertionError(other)  # an answer of its own kind has words of its own


class StepError(Exception):
    """A step failed: what comes after it means nothing any more."""

    def __init__(self, found: Failure) -> None:
        """Keep what to tell the author."""
        self.found = found


class CallInSteps:
    """One call, step by step: what a script does at once and a person line by line."""

    def __init__(
        self,
        graph: FlowGraph | Prepared,
        script: CallScript,
        texts: Mapping[str, str],
        lengths: Mapping[str, int] | None = None,
        services: Mapping[str, ServiceSpec] = _NO_SERVICES,
        tickets: TicketSettings = NO_CLASSES,
    ) -> None:
        """A call that is not dialled yet; as `simulate`."""
        prepared = graph if isinstance(graph, Prepared) else prepare(graph)
        release = prepared.graph
        lists = {**release.lists, **dict(script.lists)}
        started = seconds_of(script.at, release.timezone)
        world = SimulatedWorld(started, release.timezone, lists, script.flags)
        voice = Voice(texts, lengths, release.timezone, is_mute=script.lacks_sounds)
        self._script = script
        self._step: Step | None = None
        self._outside = ScriptedOutside(
            script, release.languages, voice, world, self._is_patient, services, tickets
        )
        self._machine = Machine(
            prepared, world, voice.read, script.language or None, script.limit_s
        )
        self._line = Line(self._machine, world, voice, self._outside)
        self._ear = Ear(self._line.said)
        self._failures: list[Failure] = []
        self._events = 0  # that came by themselves

    @property
    def machine(self) -> Machine:
        return self._machine

    @property
    def line(self) -> Line:
        return self._line

    @property
    def script(self) -> CallScript:
        return self._script

    @property
    def heard(self) -> list[Said]:
        """What was said up to now."""
        return self._line.said

    @property
    def unanswered(self) -> tuple[Failure, ...]:
        """What services were asked up to now without a fitting answer in the script."""
        return tuple(self._outside.failures)

    def begin(self) -> None:
        """Dial the script's number."""
        self._line.dial(self._script.to, self._script.caller)

    def take(self, step: Step) -> None:
        """Do one step. Raises StepError where it can't be done."""
        self._step = step
        self._take(step)

    def settle(self) -> None:
        """Go on until keys are waited for, or nothing more comes by itself."""
        while not self._line.is_over and not self._line.waits_for_keys:
            if not self._advance():
                break

    def run(self) -> Run:
        """The whole script."""
        try:
            self.begin()
            for step in self._script.steps:
                self.take(step)
            self._step = None
            self._let_end()
        except StepError as stop:
            self._failures.append(stop.found)
        except ReadError as unread:
            self._failures.append(told_unread(unread, self._span()))
        return self._result()

    def _result(self) -> Run:
        run = Run(
            script=self._script,
            trace=self._machine.trace,
            heard=tuple(self._line.said),
            marks=self._machine.marks,
            requests=dict(self._outside.done),
            lookups=dict(self._outside.asked),
            tickets=self._outside.tickets,
            abandoned=self._outside.abandoned,
            values=dict(self._machine.values),
            by=self._ended_by(),
            at=_last_node(self._machine.trace),
            length_ms=self._line.now,
            journal=tuple(self._line.journal),
            served=self._outside.served,
            spare=tuple(
                failure(words.NO_EFFECT, step.span, step=step.what.value, place=place)
                for step, place in self._outside.spare
            ),
        )
        stopped = bool(self._failures)
        found = [*self._outside.failures, *self._failures, *(() if stopped else check(run))]
        return _with_failures(run, tuple(found))

    def _ended_by(self) -> str:
        """`limit` also where the limit led to a way out and the flow then ended the call there."""
        steps = self._machine.trace.steps
        by = next((step.by for step in steps if isinstance(step, HungUp)), "")
        return "limit" if by == "flow" and self._machine.is_led_out else by

    # --- steps

    def _take(self, step: Step) -> None:
        match step:
            case Hears(text, span):
                self._hears(text, span)
            case Press():
                self._press(step)
            case Silence(span):
                self._silence(span)
            case Wait(ms):
                self._wait(ms, step.span)
            case HangUp():
                self._hang_up(step)
            case Happens():
                self._happens(step)
            case _:
                assert_never(step)

    def _hears(self, text: str, span: Span) -> None:
        if not self._listen_for(text):
            if self._machine.is_mid_entry:
                raise StepError(failure(words.UNFINISHED, span, self._block(), expected=text))
            heard = self._ear.since() or words.NOTHING
            raise StepError(
                failure(words.NOT_HEARD, span, self._block(), expected=text, heard=heard)
            )

    def _listen_for(self, text: str) -> bool:
        """Let the call go on until the text is said, or nothing more comes by itself."""
        while not self._ear.hears(text):
            if self._line.is_over or self._waits_for_the_caller():
                return False
            self._advance()
        return True

    def _waits_for_the_caller(self) -> bool:
        return self._machine.phase is Phase.LISTENING and not self._line.is_saying

    def _press(self, step: Press) -> None:
        if step.after_ms is not None:
            self._come_after(step.after_ms, words.NOBODY_LISTENS, step.span, keys=step.keys)
        elif step.during:
            self._hears(step.during, step.span)
            self._line.come_to(max(self._line.now, self._ear.middle))
        else:
            self._await_keys(words.NOBODY_LISTENS, step.span, keys=step.keys)
            self._refuse_unheard(step)
            after_audio = self._line.audio_ended_at + PRESS_AFTER_MS
            if self._machine.phase is Phase.RECORDING:  # some servers' tones are longer
                after_audio = self._line.recording_since + 2 * PRESS_AFTER_MS
            after_key = self._line.key_at + step.spacing_ms if self._line.key_at else 0
            self._line.come_to(max(self._line.now, after_audio, after_key))
        self._ear.skip_to(self._line.now)
        for place, key in enumerate(step.keys):
            if place:
                self._line.come_to(self._line.now + step.spacing_ms)
            self._line.press(key)

    def _come_after(self, ms: int, otherwise: Words, span: Span, **particulars: str) -> None:
        """Let time pass, whatever the call does; who is not called any more can do nothing."""
        self._line.come_to(self._line.now + ms)
        if self._line.is_over:
            found = failure(otherwise, span, self._block(), why=words.OVER, **particulars)
            raise StepError(found)

    def _refuse_unheard(self, step: Press) -> None:
        """Keys that a recording would swallow were meant for something else."""
        end = self._line.record_key
        if self._machine.phase is Phase.RECORDING and end not in step.keys:
            raise StepError(
                failure(words.RECORDED, step.span, self._block(), keys=step.keys, end=end)
            )

    def _await_keys(self, otherwise: Words, span: Span, **particulars: str) -> None:
        while not self._line.waits_for_keys:
            if self._line.is_over or self._line.next_at is None:
                why = words.OVER if self._line.is_over else words.STUCK
                raise StepError(failure(otherwise, span, self._block(), why=why, **particulars))
            self._advance()

    def _silence(self, span: Span) -> None:
        self._await_keys(words.NO_SILENCE, span)
        self._ear.skip_to(self._line.now)
        while not self._line.is_over and self._advance() not in ("timer", ""):
            pass

    def _wait(self, ms: int | None, span: Span) -> None:
        if ms is None:
            self._silence(span)
        else:
            self._line.pass_to(self._line.now + ms)

    def _hang_up(self, step: HangUp) -> None:
        if step.after_ms is not None:
            self._come_after(step.after_ms, words.NOT_WAITING, step.span, step="hang up")
        elif step.during:
            self._hears(step.during, step.span)
            self._line.pass_to(max(self._line.now, self._ear.middle))
        else:
            while self._line.is_saying and not self._line.is_over:
                if self._advance() == "audio":
                    break
            speaks = self._machine.phase is Phase.RECORDING and not self._outside.says_nothing
            self._line.pass_to(self._line.now + (SPEECH_MS if speaks else PRESS_AFTER_MS))
        if not self._line.is_over:
            self._line.hang_up()
            self._let_handler_end()

    def _happens(self, step: Happens) -> None:
        if step.what is not Happening.AGENT_HANGS_UP:
            self._outside.happens(step)
            return
        talking = (Phase.TALKING, Phase.DIALLING)
        while self._machine.phase not in talking:
            if self._line.is_over or self._line.next_at is None or self._waits_for_the_caller():
                named, why = step.what.value, words.STUCK
                raise StepError(
                    failure(words.NOT_WAITING, step.span, self._block(), step=named, why=why)
                )
            self._advance()
        ended = QueueEnded if self._machine.phase is Phase.TALKING else DialEnded
        self._line.tell(ended("after_agent", self._line.now))

    # --- the end

    def _let_end(self) -> None:
        """The steps are over: the caller listens until keys are waited for, then hangs up."""
        self.settle()
        if not self._line.is_over:
            self._line.hang_up()
        self._let_handler_end()

    def _let_handler_end(self) -> None:
        while not self._line.is_over and self._advance():
            pass

    def _advance(self) -> str:
        self._events += 1
        if self._events > MOST_EVENTS:
            raise StepError(failure(words.NOT_WAITING, self._span(), step="...", why=words.STUCK))
        return self._line.advance()

    def _is_patient(self) -> bool:
        """In a queue the caller goes on waiting, or wants to leave by a key."""
        timed = isinstance(self._step, HangUp) and self._step.after_ms is not None
        return timed or isinstance(self._step, Wait | Silence | Press)

    def _block(self) -> str:
        return str(self._machine.block)

    def _span(self) -> Span:
        return self._script.span if self._step is None else self._step.span


def _last_node(trace: Trace) -> str:
    """The node in which the call stood when it ended, before the hang-up handler."""
    node = ""
    for step in trace.steps:
        if isinstance(step, HungUp):
            break
        block = getattr(step, "block", None)
        node = node if block is None else block.node_name
    return node


def _with_failures(run: Run, found: tuple[Failure, ...]) -> Run:
    return replace(run, failures=found)


def _as_written(variable: str) -> str:
    """`customer.balance` of `balance.customer.balance`: an author leaves the flow out."""
    return variable.partition(".")[2] or variable
