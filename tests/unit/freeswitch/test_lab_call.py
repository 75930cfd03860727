"""When a call of the lab began: events tell of it late, so the answer that the caller got counts, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from flowc.telephony.caller import OutgoingCall
from flowc.telephony.hearing import PromptBook
from flowc_freeswitch.lab.executor_call import FreeswitchCall


def _event(place: int, at_ms: int) -> dict[str, str]:
    return {"Flowc-Place": str(place), "Flowc-At": str(at_ms), "Flowc-Step": "marked"}


def _answered(at: float) -> OutgoingCall:
    return cast("OutgoingCall", SimpleNamespace(answered_at=at))


def test_events_that_come_late_do_not_move_the_beginning_of_a_call() -> None:
    call = FreeswitchCall(lambda: PromptBook({}))
    call.connect(_answered(10.0))
    call.take(_event(1, 0), "1=sa", 10.5)
    assert call.zero == 10.0


def test_an_event_tells_of_a_beginning_before_the_answer_was_heard() -> None:
    call = FreeswitchCall(lambda: PromptBook({}))
    call.connect(_answered(10.0))
    call.take(_event(1, 200), "1=sa", 10.1)
    assert round(call.zero, 3) == 9.9


def test_a_call_that_was_answered_has_not_begun_before_the_server_tells_of_it() -> None:
    call = FreeswitchCall(lambda: PromptBook({}))
    call.connect(_answered(10.0))
    assert not call.begun
    call.take(_event(1, 0), "1=sa", 10.1)
    assert call.begun
