"""Random callers: what the world does in a call, and a person who presses keys at any moment.

A caller is led by the simulator: it sees what the call waits for and decides what to do next. What
it did is a call script, whose steps say how long after the step before each key came. No key comes
within a tenth of a second of anything else that happens.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from flowc.compiler import Compiled
from flowc.graph.operations import Collect, Digits, Options
from flowc.machine.machine import MachineError, ReadError
from flowc.machine.phase import Phase
from flowc.machine.prepared import Prepared
from flowc.simulate.line import Line
from flowc.simulate.script import CallScript, HangUp, Happening, Happens, Press, Step
from flowc.simulate.simulator import CallInSteps
from fuzz.answers import answers
from fuzz.chance import Chance

MARGIN_MS = 120
LONGEST_MS = 40_000
MOST_STEPS = 40
SPACINGS = (160, 200, 250, 250, 400, 700)
CALLERS = ("13800000000", "13911112222", "075088888888", "", "+8613800138000", "10086")
MOMENTS = (
    "2026-11-21T10:00:30",
    "2026-11-24T17:27:30",
    "2026-11-24T17:33:30",
    "2026-10-01T11:00:30",
    "2026-10-02T23:30:30",
    "2026-10-10T09:30:30",
    "2026-12-31T23:57:30",
    "2026-02-28T12:30:30",
    "2026-03-29T01:30:30",
    "2026-11-22T08:57:30",
)
REFUSALS = {Happening.QUEUE_FULL: 2, Happening.NO_AGENTS: 2, Happening.QUEUE_FAILS: 1}
LINES = {
    Happening.DIAL_ANSWERED: 4,
    Happening.LINE_BUSY: 2,
    Happening.NO_ANSWER: 2,
    Happening.DIAL_FAILS: 1,
}
RECORDINGS = {
    Happening.RECORDED_BY_KEY: 1,
    Happening.RECORDED_BY_SILENCE: 1,
    Happening.RECORDED_NOTHING: 2,
}
AGENTS_MS = (300, 800, 1500)
TOO_LATE_MS = 60_000  # the caller has left, or has waited too long


@dataclass(frozen=True, slots=True)
class Callable:
    """A project that calls can be made to. `lengths`: of its sounds, in ms by sound key."""

    compiled: Compiled
    prepared: Prepared
    lengths: dict[str, int]


def random_script(called: Callable, *seed: object, flags: bool = False) -> CallScript:
    """A call of a seed, with the project's flags raised or not. Where the flow reads what nobody gave,
    the script ends before."""
    chance = Chance("caller", *seed)
    setting = _setting(called, chance.branch("world"), "-".join(map(str, seed)))
    setting = replace(setting, flags=called.prepared.graph.flags if flags else ())
    caller = _Caller(called, setting, chance)
    with suppress(ReadError, MachineError):  # the simulator tells of it when the script is played
        caller.go()
    return replace(setting, steps=(*setting.steps, *caller.steps))


def _setting(called: Callable, chance: Chance, name: str) -> CallScript:
    """The call before anybody presses a key: the number, the services, what is about to happen."""
    compiled = called.compiled
    assert compiled.graph is not None
    assert compiled.project is not None
    graph = compiled.graph
    return CallScript(
        name=f"random call {name}",
        to=chance.pick(graph.numbers)[0],
        steps=tuple(_happenings(chance)),
        caller=chance.pick(CALLERS),
        at=chance.pick(MOMENTS),
        language=chance.pick(graph.languages) if chance.odds(0.3) else "",
        services=answers(chance, compiled.project, graph),
    )


def _happenings(chance: Chance) -> list[Step]:
    """What the world does at each queue, line and recording that the call may come to."""
    steps: list[Step] = []
    if chance.odds(0.05):
        steps.append(Happens(Happening.SERVICE_DOWN))
    if chance.odds(0.1):
        steps.append(Happens(Happening.REPLY_LOST))
    # Whatever refuses a caller comes before an agent who would answer.
    steps += [Happens(chance.weighed(REFUSALS)) for _ in range(chance.pick([0, 0, 1, 2]))]
    for _ in range(5):
        late = TOO_LATE_MS if chance.odds(0.4) else chance.pick(AGENTS_MS)
        steps.append(Happens(Happening.AGENT_ANSWERS, after_ms=late))
    steps += [Happens(chance.weighed(LINES)) for _ in range(6)]
    steps += [Happens(chance.weighed(RECORDINGS)) for _ in range(3)]
    return steps


class _Caller:
    """One caller in one simulated call."""

    def __init__(self, called: Callable, setting: CallScript, chance: Chance) -> None:
        compiled = called.compiled
        self._call = CallInSteps(
            called.prepared,
            setting,
            compiled.texts,
            called.lengths,
            compiled.services,
            compiled.tickets,
        )
        self._chance = chance
        self._line: Line = self._call.line
        self.steps: list[Step] = []
        self._stepped_at = 0
        self._eager = chance.pick([0.15, 0.35, 0.6])  # how often keys come while something is said
        self._clumsy = chance.pick([0.05, 0.15, 0.4])  # how often they are wrong

    def go(self) -> None:
        self._call.begin()
        for step in self._call.script.steps:
            self._call.take(step)
        while not self._line.is_over and len(self.steps) < MOST_STEPS:
            if self._chance.odds(self._leaves):
                self._hang_up()
                return
            self._do()

    @property
    def _leaves(self) -> float:
        """How often a caller hangs up. In a prompt of several parts some servers can't tell the rest of
        it then (`flowc.live.allowances`), so that is rarer."""
        is_late = self._line.now > LONGEST_MS
        if self._line.is_saying:
            return 0.03 if is_late else 0.004
        return 1.0 if is_late else 0.012

    @property
    def _phase(self) -> Phase:
        return self._call.machine.phase

    def _do(self) -> None:
        match self._phase:
            case Phase.LISTENING:
                self._listen()
            case Phase.QUEUED:
                self._wait_in_queue()
            case Phase.RECORDING:
                self._speak()
            case Phase.SAYING | Phase.ASKING if self._chance.odds(0.15):
                self._press(self._chance.number(150, 900), self._some_keys())
            case _:
                self._wait()

    # --- in each phase

    def _listen(self) -> None:
        """Answer the input, or keep silent until its time is over."""
        if self._chance.odds(0.13 + self._clumsy / 4):
            return self._be_silent()
        keys = self._keys()
        if self._line.is_saying and self._chance.odds(self._eager):
            left = (self._line.next_at or self._line.now) - self._line.now
            return self._press(self._chance.number(0, max(left, 1)), keys)
        while self._phase is Phase.LISTENING and self._line.is_saying:
            self._line.advance()
        if self._phase is Phase.LISTENING:
            self._press(self._chance.pick([200, 200, 350, 600, 850]), keys)
        return None

    def _be_silent(self) -> None:
        while self._phase is Phase.LISTENING and self._line.advance() not in ("timer", ""):
            pass

    def _wait_in_queue(self) -> None:
        if self._chance.odds(0.35):
            return self._press(self._chance.number(200, 1200), self._chance.pick("15*#0"))
        if self._chance.odds(0.12):
            return self._hang_up()
        return self._wait()

    def _speak(self) -> None:
        if self._chance.odds(0.4):
            return self._press(self._chance.pick([1500, 2500]), "#")
        if self._chance.odds(0.3):
            return self._hang_up(self._chance.pick([200, 1500, 2500]))
        return self._wait()

    def _wait(self) -> None:
        """Let the next thing happen."""
        if self._line.next_at is None:
            self._hang_up()
        else:
            self._line.advance()

    # --- keys

    def _keys(self) -> str:
        """What a caller presses at an input: mostly what it asks for."""
        collect = self._call.machine.prepared.graph.blocks[self._call.machine.block].operations[-1]
        assert isinstance(collect, Collect)
        if self._chance.odds(self._clumsy):
            return self._some_keys()
        match collect.entry:
            case Options(keys=keys):
                key = self._chance.pick(keys)
                return key + self._chance.pick(["", "", "", "#", self._some_keys()])
            case Digits() as digits:
                return self._entry(digits)

    def _entry(self, digits: Digits) -> str:
        if self._chance.odds(0.2):
            return self._chance.pick(["0", "0#", "0#", "*", "*#", "12*", "12**#", "#"])
        typed = self._chance.digits(self._chance.number(digits.least, digits.most))
        if self._chance.odds(0.3):
            typed = self._chance.pick("1123") + typed[1:]
        if self._chance.odds(0.1):
            typed = self._chance.digits(self._chance.number(1, 3)) + "*" + typed
        if len(typed) < digits.most or self._chance.odds(0.3):
            typed += self._chance.pick(["#", "#", "#", ""])
        return typed + (self._some_keys() if self._chance.odds(0.12) else "")

    def _some_keys(self) -> str:
        if self._chance.odds(0.4):
            return self._chance.pick("0*#98")
        keys = "".join(self._chance.pick("0123456789*#") for _ in range(self._chance.number(1, 4)))
        return f"{keys}A" if self._chance.odds(0.04) else keys

    # --- acts

    def _press(self, wait_ms: int, keys: str) -> None:
        """Press keys after so long, or a little later where something else happens then."""
        soonest = self._line.key_at + SPACINGS[0] if self._line.key_at else 0
        at = max(self._line.now + wait_ms, soonest)
        if keys[0] == "#" and self._is_hardly_swallowed(at):
            at = self._line.machine._walk.listener._window_until + 2 * MARGIN_MS
        self._come_to(at)
        spacing = self._chance.pick(SPACINGS)
        after = self._line.now - self._stepped_at
        pressed = ""
        for key in keys:
            if pressed:
                self._line.come_to(self._line.now + spacing)
            is_doubtful = key == "#" and self._is_hardly_swallowed(self._line.now)
            if self._line.is_over or is_doubtful:
                break
            self._line.press(key)
            pressed += key
        if pressed:
            self.steps.append(Press(pressed, spacing_ms=spacing, after_ms=after))
            self._stepped_at = self._line.now

    def _is_hardly_swallowed(self, at: int) -> bool:
        """Is it doubtful on which side of its second a late `#` comes?"""
        until = self._line.machine._walk.listener._window_until
        return until > 0 and abs(at - until) < 2 * MARGIN_MS

    def _hang_up(self, wait_ms: int | None = None) -> None:
        wait = self._chance.number(150, 700) if wait_ms is None else wait_ms
        self._come_to(self._line.now + wait)
        if not self._line.is_over:
            self.steps.append(HangUp(after_ms=self._line.now - self._stepped_at))
            self._line.hang_up()

    def _come_to(self, at: int) -> None:
        """Go to a moment at which nothing else happens."""
        while not self._line.is_over:
            last = self._line.now if self._line.now == at else None
            while (due := self._line.next_at) is not None and due <= at + MARGIN_MS:
                if self._line.is_over:
                    return
                last = due
                self._line.advance()
            if last is None or at - last >= MARGIN_MS:
                break
            at = last + MARGIN_MS + self._chance.number(0, 60)
        if not self._line.is_over and at > self._line.now:
            self._line.come_to(at)
