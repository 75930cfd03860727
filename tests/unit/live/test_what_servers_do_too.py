"""Where the simulator must say what a real server and the runtime's journal do: tried on Asterisk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.machine.trace import Entered
from flowc.on_target import replies_of
from flowc.simulate.simulator import Run

Play = Callable[[str], Run]


def _outcomes(done: Run) -> list[str]:
    return [served.outcome for served in done.served]


def _ordered(done: Run) -> int:
    """How often the request's result was `done`."""
    return [str(step.block) for step in done.trace.steps if isinstance(step, Entered)].count(
        "line.ordered.start"
    )


def test_a_call_may_have_a_limit_of_its_own(run: Play) -> None:
    ended = run("limit: 4s\nsteps: [wait 20s]\nexpect: {ends: limit}")
    assert ended.trace.times[-1] == 4000
    assert run("steps: [wait 6s, hang up]\nexpect: {ends: caller}").by == "caller"


def test_an_input_whose_sounds_are_gone_ends_with_error_at_once(run: Play) -> None:
    mute = run("sounds: missing\nsteps: [hang up]\nexpect: {at: line.agent}")
    assert mute.values["cause"] == "error"
    assert not mute.heard


def test_an_end_key_within_half_a_second_leaves_no_message(run: Play) -> None:
    at_once = run('steps: [press: 1, hears: 请留言, press: "#", hears: 抱歉]')
    later = run('steps: [press: 1, hears: 请留言, wait 4s, press: "#", hears: 再见]')
    assert "line.left" not in at_once.values
    assert "line.left" in later.values


@pytest.mark.parametrize("first", ["reply lost, press: 3, hears: 请选择", "press: 3, wait 3s"])
def test_a_request_whose_result_is_unknown_stays_unknown_by_its_key(run: Play, first: str) -> None:
    slow = "{after: 5s, answer: done}" if "wait" in first else "done"
    done = run(f"services: {{far.order: {slow}}}\nsteps: [{first}, press: 3, hears: 请选择]")
    assert _outcomes(done) == ["unknown"]  # the second was never asked
    assert not done.marks


def test_a_declared_result_is_given_again_without_asking(run: Play) -> None:
    done = run(
        "services: {far.order: [refused, done]}\n"
        "steps: [press: 3, hears: 请选择, press: 3, hears: 请选择]"
    )
    assert _outcomes(done) == ["refused"]


def test_what_was_surely_not_done_is_tried_again(run: Play) -> None:
    done = run(
        "services: {far.order: [error, done]}\n"
        "steps: [press: 3, hears: 请选择, press: 3, hears: 请选择]"
    )
    assert _outcomes(done) == ["error", "done"]
    assert done.marks == ("ordered",)


def test_a_done_request_is_answered_though_its_service_is_down_by_then(run: Play) -> None:
    done = run(
        "services: {far.order: abc}\n"
        "steps: [press: 3, hears: 请选择, service down, press: 3, hears: 请选择]\n"
        "expect: {requests: {far.order: 1}}"
    )
    assert _ordered(done) == 2


def test_only_what_reached_a_service_is_scripted_for_the_runtime(run: Play) -> None:
    done = run(
        "services: {far.order: [error, abc]}\n"
        "steps: [press: 3, hears: 请选择, press: 3, hears: 请选择, press: 3, hears: 请选择]"
    )
    (replies,) = replies_of(done).values()
    assert [(each.outcome, each.answer) for each in replies] == [("error", None), ("done", "abc")]
