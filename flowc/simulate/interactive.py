"""The engine of `flowc call NUMBER`: a person's line in, what is said next out; the call as a test after.

Knows no terminal. A line is keys (`1`, `80012345#`), `silence`, `wait 2s`, `hang up` or another phrase
of call scripts. Time is virtual: prompts take none of the person's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flowc.graph.model import FlowGraph
from flowc.graph.services import ServiceSpec, TicketSettings
from flowc.machine.machine import KEYS, Phase, ReadError
from flowc.machine.trace import HungUp
from flowc.simulate.failures import Failure
from flowc.simulate.hearing import letters, sentences
from flowc.simulate.script import CallScript, Hears, Press, Step
from flowc.simulate.simulator import CallInSteps, StepError, told_unread
from flowc.simulate.words import phrase_step
from flowc.simulate.write_script import script_of
from flowc.source import NOWHERE

MOST_LETTERS = 40  # of a sentence that a saved call waits for


@dataclass(frozen=True, slots=True)
class Turn:
    """What one line brought: texts said, in order; a complaint about the line; where the call is."""

    said: tuple[str, ...]
    problem: tuple[str, str] | None  # in English and in Chinese
    block: str
    waits_for: str  # keys, agent, service, line, recording, nothing
    is_over: bool
    by: str = ""
    unanswered: tuple[Failure, ...] = ()  # questions to services that nothing answers in this call


_WAITS = {
    Phase.LISTENING: "keys",
    Phase.QUEUED: "agent",
    Phase.TALKING: "agent",
    Phase.ASKING: "service",
    Phase.DIALLING: "line",
    Phase.RECORDING: "recording",
}


class InteractiveCall:
    """One call, typed by a person."""

    def __init__(
        self,
        graph: FlowGraph,
        texts: Mapping[str, str],
        setting: CallScript,
        services: Mapping[str, ServiceSpec],
        tickets: TicketSettings,
    ) -> None:
        """`setting`: the number, the caller, what services answer; its steps are not looked at."""
        self._call = CallInSteps(graph, setting, texts, services=services, tickets=tickets)
        self._told = 0
        self._unanswered = 0
        self.history: list[Step] = []

    def begin(self) -> Turn:
        """Dial; what is said until keys are waited for."""
        return self._turn(self._tried(self._call.begin))

    def line(self, text: str) -> Turn:
        """Do what a line says, and tell what is said next."""
        step = _step(text.strip())
        if step is None:
            return self._turn(
                (
                    "keys (0-9 * # A-D), `silence`, `wait 2s` or `hang up`, please",
                    "请输入按键（0-9 * # A-D）、`silence`、`wait 2s` 或 `hang up`",
                )
            )
        problem = self._tried(lambda: self._call.take(step))
        if problem is None:
            self.history.append(step)
        return self._turn(problem)

    def _tried(self, do: Callable[[], None]) -> tuple[str, str] | None:
        """Do it and let the call go on; what came in the way."""
        try:
            do()
            self._call.settle()
        except StepError as wrong:
            found = wrong.found
        except ReadError as unread:
            found = told_unread(unread, NOWHERE)
        else:
            return None
        return found.say("en"), found.say("zh")

    def _turn(self, problem: tuple[str, str] | None) -> Turn:
        said = self._call.heard[self._told :]
        self._told += len(said)
        first = _first_words(one.text for one in said)
        if letters(first):  # a sound without words is nothing to wait for
            self.history.append(Hears(first))
        machine = self._call.machine
        by = next((s.by for s in machine.trace.steps if isinstance(s, HungUp)), "")
        waits = "nothing" if machine.is_over else _WAITS.get(machine.phase, "nothing")
        texts = tuple(one.text for one in said)
        unanswered = self._call.unanswered[self._unanswered :]
        self._unanswered += len(unanswered)
        return Turn(texts, problem, str(machine.block), waits, machine.is_over, by, unanswered)

    def script(self, name: str) -> str:
        """The call up to now as a test, in YAML: the world it was in, and what was typed."""
        return script_of(self.history, name, self._call.script)


def _step(text: str) -> Step | None:
    if text and set(text) <= KEYS:
        return Press(text)
    return phrase_step(text, NOWHERE)


def _first_words(said: Iterable[str]) -> str:
    """Enough of the first sentence to know it by, with the values that were read out in it."""
    text = next(sentences(said), "")
    return text[:MOST_LETTERS]
