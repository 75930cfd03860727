"""What a call does with the runtime's answers, with late ones, and with none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from callers import ScriptCaller
from native_graphs import said
from stand_in import Event, Line, install, play
from test_outside_asterisk import LOOKUP, NAME, REQUEST, one

from flowc.graph.operations import Invoke, InvokeKind
from flowc.machine.trace import Assigned, Ended, Entered
from flowc.target import EmitRequest, Environment
from flowc_freeswitch import TARGET
from flowc_freeswitch.trace import join_words, split_words

DEADLINE = 2000
Answering = Callable[[Event], Event | None]


def called(folder: Path, kind: InvokeKind, answers: Answering, *, beat: int | None = 0) -> Line:
    """A call that asks once; `beat`: how old the runtime's last sign of life is, in seconds."""
    invoke = Invoke("f.ask", kind, "s", "ask", (), (NAME,), ("not_found",), DEADLINE, said("ask"))
    request = EmitRequest(one(invoke), "0" * 8, Environment("/s", "/r"), lab=True)
    line = Line(
        install(TARGET.emit(request), folder), ScriptCaller((None,) * 99), "/s", {"zh/ask": 400}
    )
    if beat is not None:
        line.globals["flowc_beat"] = str(line.epoch - beat)
    line.answers = answers
    play(line, "7000", "13800000000")
    return line


def ended(line: Line) -> tuple[str, int]:
    """The outcome, and how long the call waited for it (ms)."""
    steps = zip(line.trace.steps, line.trace.times, strict=True)
    return next((step.outcome, at) for step, at in steps if isinstance(step, Ended))


def replying(outcome: str, sequence: str = "", **values: str) -> Answering:
    def answer(asked: Event) -> Event | None:
        if asked.headers["Event-Subclass"] != "flowc::ask":
            return None
        reply = Event(asked.line, "flowc::reply")
        reply.addHeader("Flowc-Call", asked.headers["Flowc-Call"])
        reply.addHeader("Flowc-Sequence", sequence or asked.headers["Flowc-Sequence"])
        reply.addBody(
            join_words({"outcome": outcome, **{f"v.f.{k}": v for k, v in values.items()}})
        )
        return reply

    return answer


def silent(_: Event) -> None:
    """A runtime that lives and says nothing."""


def test_an_answer_fills_its_variables(tmp_path: Path) -> None:
    line = called(tmp_path, LOOKUP, replying("done", name="中 ${x}"))
    assert ended(line)[0] == "done"
    assert Assigned("f.name", "中 ${x}") in line.trace.steps


def test_an_answer_that_was_taken_is_told(tmp_path: Path) -> None:
    line = called(tmp_path, LOOKUP, replying("done", name="x"))
    kinds = [each.headers["Event-Subclass"] for each in line.fired]
    assert kinds.count("flowc::ask") == kinds.count("flowc::taken") == 1


def test_a_variable_that_was_not_asked_for_is_not_filled(tmp_path: Path) -> None:
    line = called(tmp_path, LOOKUP, replying("done", other="x"))
    assert not [step for step in line.trace.steps if isinstance(step, Assigned)]


@pytest.mark.parametrize("outcome", ["not_found", "error"])
def test_another_outcome_leaves_nothing_set(outcome: str, tmp_path: Path) -> None:
    line = called(tmp_path, LOOKUP, replying(outcome, name="x"))
    assert ended(line)[0] == outcome
    assert not [step for step in line.trace.steps if isinstance(step, Assigned)]


@pytest.mark.parametrize(
    "answers", [silent, replying("done", "99", name="x"), replying("done", "0", name="x")]
)
@pytest.mark.parametrize(("kind", "outcome"), [(LOOKUP, "error"), (REQUEST, "unknown")])
def test_without_an_answer_of_its_own_a_call_goes_on_at_its_deadline(
    answers: Answering, kind: InvokeKind, outcome: str, tmp_path: Path
) -> None:
    found, waited = ended(called(tmp_path, kind, answers))
    assert found == outcome
    assert DEADLINE <= waited <= DEADLINE + 400


def test_an_outcome_that_nobody_declared_is_not_believed(tmp_path: Path) -> None:
    assert ended(called(tmp_path, REQUEST, replying("paid", name="x")))[0] == "unknown"


@pytest.mark.parametrize("beat", [None, 4, 100, -100])
@pytest.mark.parametrize("kind", [LOOKUP, REQUEST])
def test_a_runtime_without_a_sign_of_life_is_not_asked(
    beat: int | None, kind: InvokeKind, tmp_path: Path
) -> None:
    line = called(tmp_path, kind, silent, beat=beat)
    assert ended(line) == ("error", 0)
    assert "flowc::ask" not in [each.headers["Event-Subclass"] for each in line.fired]


def test_a_question_says_whose_it_is_and_until_when(tmp_path: Path) -> None:
    line = called(tmp_path, LOOKUP, silent)
    asked = next(each for each in line.fired if each.headers["Event-Subclass"] == "flowc::ask")
    assert asked.headers["Flowc-Site"] == "f.ask"
    assert asked.headers["Flowc-Release"] == "00000000"
    assert int(asked.headers["Flowc-Deadline"]) == 1_000_000 + DEADLINE
    assert split_words(asked.body) == {"from": "13800000000"}
    assert isinstance(line.trace.steps[0], Entered)
