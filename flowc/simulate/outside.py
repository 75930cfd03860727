"""The world of a script: what services answer, and what queues, lines and recordings do.

Knows no clock: each answer is a delay and an event made when it is due. Where a script says
nothing: services answer in 0.1 s, agents in 1 s and talk for 30 s, a line answers after 3 s, a
recording ends by silence after 5 s of speech.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flowc.diagnostics.model import Words as Sentence
from flowc.expression.evaluate import Undecided, World
from flowc.graph.operations import InvokeKind
from flowc.graph.services import (
    TICKETS,
    FromEnvironment,
    ServiceSpec,
    TicketSettings,
    Words,
)
from flowc.machine.answers import AnswerRejected, answer_variables
from flowc.machine.commands import AskService, DialNumber, JoinQueue, RecordCaller
from flowc.machine.events import (
    AgentAnswered,
    Answered,
    DialEnded,
    Event,
    QueueEnded,
    RecordingEnded,
)
from flowc.machine.templates import filled
from flowc.simulate.desk import Desk, Order
from flowc.simulate.failures import (
    A_LINE,
    A_QUEUE,
    A_RECORDING,
    AN_EFFECT,
    NO_ANSWER,
    WRONG_ANSWER,
    Failure,
    failure,
)
from flowc.simulate.line import EventMaker
from flowc.simulate.script import CallScript, Happening, Happens, Reply
from flowc.simulate.voice import Voice

_OPEN = f"{TICKETS}.open"
REPLY_MS, AGENT_MS, TALK_MS, RING_MS, SPEECH_MS = 100, 1000, 30_000, 3000, 5000
_QUEUE = {
    Happening.QUEUE_FULL: "full",
    Happening.NO_AGENTS: "no_agents",
    Happening.QUEUE_FAILS: "error",
}
_LINE = {
    Happening.LINE_BUSY: "busy",
    Happening.NO_ANSWER: "no_answer",
    Happening.DIAL_FAILS: "failed",
    Happening.DIAL_ANSWERED: "after_agent",
}
_RECORDING = {
    Happening.RECORDED_BY_KEY: "done",
    Happening.RECORDED_BY_SILENCE: "done",
    Happening.RECORDED_NOTHING: "empty",
    Happening.RECORDING_FAILS: "error",
}

_MET_BY = {
    **dict.fromkeys((*_QUEUE, Happening.AGENT_ANSWERS), A_QUEUE),
    **dict.fromkeys(_LINE, A_LINE),
    **dict.fromkeys(_RECORDING, A_RECORDING),
    Happening.REPLY_LOST: AN_EFFECT,
}


@dataclass(frozen=True, slots=True)
class Served:
    """One answer of a service: its outcome (`done`, a result, `error`, `unknown`), what was in it,
    and when it came; one that came after the deadline (`is_late`) was not waited for."""

    name: str
    outcome: str
    value: object
    after_ms: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    """A request that may have been done: its arguments, how it ended, and what was answered, since another
    place has other variables for it."""

    arguments: Mapping[str, int | str]
    outcome: str
    value: object


NO_CLASSES = TicketSettings()  # of work orders, so that nothing is promised


class ScriptedOutside:
    """Fits `line.Outside`. `patient` tells whether the caller means to stay in the queue."""

    def __init__(
        self,
        script: CallScript,
        languages: tuple[str, ...],
        voice: Voice,
        world: World,
        patient: Callable[[], bool],
        services: Mapping[str, ServiceSpec],
        tickets: TicketSettings = NO_CLASSES,
    ) -> None:
        self.failures: list[Failure] = []
        self.asked: Counter[str] = Counter()  # look-ups by `service.operation`
        self._served: list[Served] = []
        self.done: Counter[str] = Counter()  # requests that took effect
        self.tickets = 0  # opened
        self.abandoned = 0  # of these: the caller was not given the number
        self._script, self._languages, self._voice, self._world = script, languages, voice, world
        self._patient, self._services = patient, services
        self._replies = {name: list(replies) for name, replies in script.services}
        self._down: set[str] = set()
        self._desk = Desk(tickets)
        self._order: Order | None = None  # the work order last spoken of
        self._happenings: list[Happens] = []
        self._kept: dict[tuple[str, str], _Kept] = {}  # requests by operation and key
        self._met: list[Happens] = []  # who hangs up before it happens has met it, too
        self._outstanding: Callable[[int], Answered] | None = None  # an effect that is under way

    def happens(self, step: Happens) -> None:
        """The script's world changes; what is asked next meets it."""
        match step.what:
            case Happening.SERVICE_DOWN:
                self._down.add(step.service)
            case Happening.SERVICE_UP:
                self._down.clear()
            case _:
                self._happenings.append(step)

    @property
    def spare(self) -> tuple[tuple[Happens, Sentence], ...]:
        """The steps that nothing has met, each with what would have met it."""
        unmet = [step for step in self._happenings if not any(step is met for met in self._met)]
        return tuple((step, _MET_BY[step.what]) for step in unmet if step.what in _MET_BY)

    @property
    def served(self) -> tuple[Served, ...]:
        """Every question that reached a service, in order; not those that the journal answered."""
        return tuple(self._served)

    # --- services

    def reply(self, ask: AskService) -> tuple[int, EventMaker]:
        name = f"{ask.invoke.service}.{ask.invoke.operation}"
        is_request = ask.invoke.kind is InvokeKind.REQUEST
        key = self._key(ask) if is_request else ""  # of now: an answer may come after midnight
        kept = self._kept.get((name, key))
        if is_request and (not key or kept is not None):
            return REPLY_MS, self._by_the_journal(ask, kept)
        is_down = self._is_down(ask.invoke.service)
        reply = None if is_down else self._next_reply(name)
        late = REPLY_MS if reply is None else max(reply.after_ms, REPLY_MS)
        in_time = late < ask.invoke.deadline_ms

        due = late if in_time else ask.invoke.deadline_ms
        place = len(self._served)
        value = None if reply is None else reply.value
        # Where the caller leaves a look-up before it comes, nobody knows what it would have been.
        self._served.append(Served(name, "done", value, late, not in_time))

        def make(at: int) -> Answered:
            self._outstanding = None
            if is_down or self._is_down(ask.invoke.service):
                self._served[place] = Served(name, "error", None, REPLY_MS, False)
                return self._refused(ask, name, at)
            answer = self._answer(ask, name, key, reply, in_time)(at)
            given = self._order if reply is None else value
            self._served[place] = Served(name, answer.outcome, given, late, not in_time)
            return answer

        if ask.invoke.kind is not InvokeKind.LOOKUP:
            self._outstanding = make
        return due, make

    def _by_the_journal(self, ask: AskService, kept: _Kept | None) -> EventMaker:
        """The runtime's journal answers: the same again, or that it can't be: there is no key, or it stands
        for something else."""

        def make(at: int) -> Event:
            if kept is None or kept.arguments != dict(ask.arguments):
                return Answered("error", at)
            if kept.outcome != "done":
                return Answered(kept.outcome, at)
            # The first place may have taken nothing from the answer, and so said nothing against it.
            return _again(self._filled(ask, kept.value))(at)

        return make

    def _key(self, ask: AskService) -> str:
        """What a request is done once by, as the runtime has it; "" where nothing is left of it. Without the
        project's services each request's arguments are."""
        service = self._services.get(ask.invoke.service)
        operation = service.operation(ask.invoke.operation) if service else None
        if operation is None:
            return f"{sorted(ask.arguments)}"
        # What the environment says is the same for all.
        key = tuple(
            Words(part.name) if isinstance(part, FromEnvironment) else part
            for part in operation.key
        )
        try:
            return filled(key, dict(ask.arguments), self._world)
        except Undecided:
            return ""

    def _variables(self, ask: AskService, value: object) -> dict[str, int | str]:
        read = self._voice.read
        return answer_variables(ask.invoke, value, self._languages, read, self._world)

    def _refused(self, ask: AskService, name: str, at: int) -> Answered:
        """What is down is so at once, however long its answer would have taken."""
        if ask.invoke.kind is InvokeKind.LOOKUP:
            self.asked[name] += 1
        return Answered("error", at)

    def left(self, at: int) -> None:
        """What is under way takes effect once, and nobody is told: so an order is abandoned."""
        if self._outstanding is None:
            return
        told = self.tickets - self.abandoned
        self._outstanding(at)
        if self.tickets - self.abandoned > told:
            self._abandon()

    def _next_reply(self, name: str) -> Reply | None:
        """Successive answers, the last one again and again."""
        replies = self._replies.get(name, [])
        return replies.pop(0) if len(replies) > 1 else replies[0] if replies else None

    def _answer(
        self, ask: AskService, name: str, key: str, reply: Reply | None, in_time: bool
    ) -> Callable[[int], Answered]:
        invoke = ask.invoke
        lost = self._take(Happening.REPLY_LOST) is not None or not in_time
        if invoke.kind is InvokeKind.LOOKUP:
            self.asked[name] += 1
        answer = self._value(ask, name, reply)
        if answer.outcome == "done" and invoke.kind is not InvokeKind.LOOKUP:
            self.done[name] += 1
            self.tickets += name == _OPEN
        told = Answered("error" if invoke.kind is InvokeKind.LOOKUP else "unknown", 0)
        told = told if lost else answer
        if name == _OPEN and answer.outcome == "done" and lost:
            self._abandon()
        # What was not surely refused stands for the key: a request's result may stay unknown for
        # good, since nobody asks the back end twice.
        if invoke.kind is InvokeKind.REQUEST and told.outcome != "error":
            value = None if reply is None else reply.value
            self._kept[name, key] = _Kept(dict(ask.arguments), told.outcome, value)
        return _again(told)

    def _abandon(self) -> None:
        """Nobody was told of the newest order."""
        self.abandoned += 1
        self._desk.abandon_newest()

    def _is_down(self, service: str) -> bool:
        return "" in self._down or service in self._down

    def _value(self, ask: AskService, name: str, reply: Reply | None) -> Answered:
        words = {"error", "unknown", *ask.invoke.results}
        if reply is None:
            return self._unscripted(ask, name)
        if reply.is_word and isinstance(reply.value, str) and reply.value in words:
            return Answered(reply.value, 0)
        return self._filled(ask, reply.value)

    def _filled(self, ask: AskService, value: object) -> Answered:
        name = f"{ask.invoke.service}.{ask.invoke.operation}"
        try:
            values = self._variables(ask, value)
        except AnswerRejected as rejected:
            place = self._script.place(f"services.{name}")
            self.failures.append(failure(WRONG_ANSWER, place, service=name, reason=rejected.words))
            return Answered("error", 0)
        return Answered("done", 0, values)

    def _unscripted(self, ask: AskService, name: str) -> Answered:
        invoke = ask.invoke
        if invoke.service == TICKETS:
            return self._ticket(ask)
        if not invoke.gives and not invoke.results:
            return Answered("done", 0)
        self.failures.append(failure(NO_ANSWER, self._script.span, invoke.site, service=name))
        return Answered("error", 0)

    def _ticket(self, ask: AskService) -> Answered:
        """The runtime's own desk answers; what nobody opened in this call is not found."""
        now, asked = self._world.now(), dict(ask.arguments)
        self._order = self._desk.ask(ask.invoke.operation, asked, now)
        if self._order is None:
            return Answered("not_found", 0)
        return Answered("done", 0, self._variables(ask, self._order))

    # --- people and lines

    def agent(self, _join: JoinQueue) -> tuple[int, EventMaker]:
        joined: list[int] = []
        if not self._meet(*_QUEUE):
            self._meet(Happening.AGENT_ANSWERS)

        def make(at: int) -> Event | int:
            joined.append(at)
            refused = self._take(*_QUEUE)
            if refused is not None:
                return QueueEnded(_QUEUE[refused.what], at)
            return self._agent_comes(at, waited=at - joined[0])

        return 1, make

    def _agent_comes(self, at: int, waited: int) -> Event | int:
        named = next((h for h in self._happenings if h.what is Happening.AGENT_ANSWERS), None)
        if named is None and self._patient():
            return AGENT_MS
        due = AGENT_MS if named is None else named.after_ms
        if waited < due - 1:
            return due - 1 - waited
        if named is not None:
            self._happenings.remove(named)
        return AgentAnswered(at)

    def talk(self) -> tuple[int, EventMaker]:
        return TALK_MS, lambda at: QueueEnded("after_agent", at)

    def dial(self, dial: DialNumber) -> tuple[int, EventMaker]:
        outcomes: list[str] = []
        self._meet(*_LINE)

        def make(at: int) -> Event | int:
            if outcomes:
                return DialEnded(outcomes[0], at)
            step = self._take(*_LINE)
            outcomes.append("after_agent" if step is None else _LINE[step.what])
            lengths = {"after_agent": RING_MS + TALK_MS, "no_answer": dial.ring_s * 1000}
            return lengths.get(outcomes[0], RING_MS)

        return 1, make

    def record(self, record: RecordCaller) -> tuple[int, EventMaker]:
        steps: list[Happening] = []
        self._meet(*_RECORDING)

        def make(at: int) -> Event | int:
            if steps:
                return RecordingEnded(_RECORDING[steps[0]], at)
            step = self._take(*_RECORDING)
            steps.append(Happening.RECORDED_BY_SILENCE if step is None else step.what)
            return min(_recorded_ms(steps[0], record), record.most_s * 1000)

        return 1, make

    @property
    def says_nothing(self) -> bool:
        """Does the script let the next recording be empty?"""
        found = next((step for step in self._happenings if step.what in _RECORDING), None)
        return found is not None and found.what is Happening.RECORDED_NOTHING

    def _meet(self, *kinds: Happening) -> bool:
        """The call has come to where the first of these may happen; is there one?"""
        found = [step for step in self._happenings if step.what in kinds][:1]
        self._met.extend(found)
        return bool(found)

    def _take(self, *kinds: Happening) -> Happens | None:
        """The first thing of these kinds that the script lets happen, once."""
        found = next((step for step in self._happenings if step.what in kinds), None)
        if found is not None:
            self._happenings.remove(found)
        return found


def _again(answer: Answered) -> Callable[[int], Answered]:
    return lambda at: Answered(answer.outcome, at, answer.values)


def _recorded_ms(ending: Happening, record: RecordCaller) -> int:
    match ending:
        case Happening.RECORDED_NOTHING:
            return record.silence_s * 1000
        case Happening.RECORDED_BY_SILENCE:
            return SPEECH_MS + record.silence_s * 1000
        case Happening.RECORDING_FAILS:
            return REPLY_MS
        case _:
            return SPEECH_MS
