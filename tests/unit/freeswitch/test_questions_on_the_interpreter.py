"""What a call does with the runtime's answers, with late ones, and with none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from native_graphs import said
from stand_ins.callers import ScriptCaller
from stand_ins.freeswitch import EPOCH_MS, FreeswitchStandIn
from stand_ins.freeswitch.server import Call, Socket
from stand_ins.making import release_on
from test_outside_asterisk import LOOKUP, NAME, REQUEST, one

from flowc.graph.operations import Invoke, InvokeKind
from flowc.machine.trace import Assigned, Ended, Entered
from flowc.target import LabCall
from flowc_freeswitch.esl import wire
from flowc_freeswitch.trace import join_words, split_words

DEADLINE = 2000
ASKED = LabCall("t1", "0" * 8, "7000", "13800000000", 1_790_000_000)
Answering = Callable[[wire.Event], tuple[dict[str, str], str] | None]


@dataclass(frozen=True)
class Answers:
    """In the place of the gateway: an event back for an event, or none."""

    answer: Answering

    def take(self, socket: Socket, event: wire.Event) -> None:
        reply = self.answer(event)
        if reply is not None:
            asyncio.ensure_future(socket.send_event(*reply))  # noqa: RUF006 - the loop is run dry


def called(kind: InvokeKind, answers: Answering, *, beat: float | None = 0) -> Call:
    """A call that asks once; `beat`: how old the runtime's last sign of life is, in seconds."""
    invoke = Invoke("f.ask", kind, "s", "ask", (), (NAME,), ("not_found",), DEADLINE, said("ask"))
    server = FreeswitchStandIn(release_on("freeswitch", one(invoke)), {"zh/ask": 400})
    call = server.begun(ASKED, ScriptCaller(()))
    call.gateway, call.beat_s = Answers(answers), beat
    server.finished(call)
    return call


def ended(call: Call) -> tuple[str, int]:
    """The outcome, and how long the call waited for it (ms)."""
    trace = call.reader.trace
    steps = zip(trace.steps, trace.times, strict=True)
    return next((step.outcome, at) for step, at in steps if isinstance(step, Ended))


def replying(outcome: str, sequence: str = "", **values: str) -> Answering:
    def answer(asked: wire.Event) -> tuple[dict[str, str], str] | None:
        if asked.subclass != "flowc::ask":
            return None
        headers = {
            "Event-Subclass": "flowc::reply",
            "unique-id": asked.headers["Flowc-Call"],
            "Flowc-Call": asked.headers["Flowc-Call"],
            "Flowc-Sequence": sequence or asked.headers["Flowc-Sequence"],
        }
        held = {"outcome": outcome, **{f"v.f.{k}": v for k, v in values.items()}}
        return headers, join_words(held)

    return answer


def silent(_: wire.Event) -> None:
    """A runtime that lives and says nothing."""


def beginning(asked: wire.Event) -> tuple[dict[str, str], str] | None:
    """A runtime that asks for leave to begin, and then says nothing more."""
    if asked.subclass != "flowc::ask":
        return None
    headers, _ = replying("done")(asked) or ({}, "")
    return {**headers, "Flowc-Step": "begin"}, ""


def test_an_answer_fills_its_variables() -> None:
    call = called(LOOKUP, replying("done", name="中 ${x}"))
    assert ended(call)[0] == "done"
    assert Assigned("f.name", "中 ${x}") in call.reader.trace.steps


def test_an_answer_that_was_taken_is_told() -> None:
    call = called(LOOKUP, replying("done", name="x"))
    kinds = [each.headers["Event-Subclass"] for each in call.fired]
    assert kinds.count("flowc::ask") == kinds.count("flowc::taken") == 1


def test_a_variable_that_was_not_asked_for_is_not_filled() -> None:
    call = called(LOOKUP, replying("done", other="x"))
    assert not [step for step in call.reader.trace.steps if isinstance(step, Assigned)]


@pytest.mark.parametrize("outcome", ["not_found", "error"])
def test_another_outcome_leaves_nothing_set(outcome: str) -> None:
    call = called(LOOKUP, replying(outcome, name="x"))
    assert ended(call)[0] == outcome
    assert not [step for step in call.reader.trace.steps if isinstance(step, Assigned)]


@pytest.mark.parametrize(
    "answers", [silent, replying("done", "99", name="x"), replying("done", "0", name="x")]
)
@pytest.mark.parametrize("kind", [LOOKUP, REQUEST])
def test_without_a_word_of_its_own_a_call_goes_on_at_its_deadline_and_nothing_was_done(
    answers: Answering, kind: InvokeKind
) -> None:
    found, waited = ended(called(kind, answers))
    assert found == "error"
    assert DEADLINE <= waited <= DEADLINE + 400


def test_what_had_leave_to_begin_and_was_not_answered_is_unknown() -> None:
    call = called(REQUEST, beginning)
    assert ended(call)[0] == "unknown"
    steps = [each.headers.get("Flowc-Step") for each in call.fired]
    assert steps == [None, "begin"]


def test_an_outcome_that_nobody_declared_is_not_believed() -> None:
    assert ended(called(REQUEST, replying("paid", name="x")))[0] == "unknown"


@pytest.mark.parametrize("beat", [None, 2.6, 100, -100])
@pytest.mark.parametrize("kind", [LOOKUP, REQUEST])
def test_a_runtime_without_a_sign_of_life_is_not_asked(
    beat: float | None, kind: InvokeKind
) -> None:
    call = called(kind, silent, beat=beat)
    assert ended(call) == ("error", 0)
    assert "flowc::ask" not in [each.headers["Event-Subclass"] for each in call.fired]


def test_a_question_says_whose_it_is_and_until_when() -> None:
    call = called(LOOKUP, silent)
    asked = next(each for each in call.fired if each.headers["Event-Subclass"] == "flowc::ask")
    assert asked.headers["Flowc-Site"] == "f.ask"
    assert asked.headers["Flowc-Release"] == "00000000"
    assert int(asked.headers["Flowc-Deadline"]) == EPOCH_MS + DEADLINE
    assert split_words(asked.body) == {"from": "13800000000"}
    assert isinstance(call.reader.trace.steps[0], Entered)
