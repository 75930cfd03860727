"""A step that can't be done says why at that step, in words of the call; and how a call ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled
from flowc.simulate.simulator import Run

MENU = """
top: {menu: 请选。, choices: {1: {name: 好, to: bye}}}
bye: {hangup: 再见。}
"""
Compile = Callable[..., Compiled]
Call = Callable[[Compiled, str], Run]
HEAD = 'call: x\nto: "3285028"\nsteps:\n'
MESSAGE = """
a: {voicemail: 请留言。, as: words, then: bye, empty: bye, error: bye}
bye: {hangup: 再见。}
"""
ENTRY = """
a: {collect: number, prompt: 请输入。, length: 4-8, then: bye}
bye: {hangup: 再见。}
"""


def told(run: Run) -> list[str]:
    return [found.say("en") for found in run.failures]


def test_a_key_pressed_into_a_recording_is_told_at_that_step(small: Compile, called: Call) -> None:
    run = called(small(MESSAGE), f"{HEAD}  - hears: 请留言\n  - press: 1\n  - hears: 再见\n")
    (found,) = told(run)
    assert found.startswith("`press: 1` came while the caller was being recorded")
    assert run.failures[0].span.position.line == 5


def test_the_key_that_ends_a_recording_may_be_pressed(small: Compile, called: Call) -> None:
    script = f"{HEAD}  - hears: 请留言\n  - press: '#'\n  - hears: 再见\n"
    assert told(called(small(MESSAGE), script)) == []


def test_an_entry_that_is_not_finished_is_told(small: Compile, called: Call) -> None:
    for keys in ("*", "12"):
        script = f"{HEAD}  - hears: 请输入\n  - press: '{keys}'\n  - hears: 再见\n"
        (found,) = told(called(small(ENTRY), script))
        assert "the entry is not finished: it still waits for `#`" in found


def test_who_hangs_up_while_recorded_speaks_first(small: Compile, called: Call) -> None:
    compiled = small(MESSAGE)
    left = called(compiled, f"{HEAD}  - hears: 请留言\n  - hang up\n")
    silent = called(compiled, f"{HEAD}  - recording empty\n  - hears: 请留言\n  - hang up\n")
    assert "hotline.words" in left.values
    assert "hotline.words" not in silent.values
    assert (left.by, silent.by) == ("caller", "caller")


def test_a_call_that_the_limit_led_out_ends_by_the_limit(small: Compile, called: Call) -> None:
    compiled = small(
        "a: {menu: 请选。, choices: {1: {name: 再来, to: a}}}\nlate: {hangup: 时间到。}",
        "entries: [late]",
        project='project: small\nlanguages: [zh]\nnumbers: {"3285028": hotline}\n'
        "person: {to: desk.agent}\ndefaults: {gave_up: desk.agent}\n"
        "limits: {length: 10s, to: hotline.late}\n",
    )
    run = called(
        compiled, f"{HEAD}  - press: 1\n  - wait 12s\n  - hears: 时间到\nexpect: {{ends: limit}}\n"
    )
    assert told(run) == []
    hung_up = called(compiled, f"{HEAD}  - hang up: {{during: 请选}}\nexpect: {{ends: caller}}\n")
    assert told(hung_up) == []


WITHOUT_EFFECT = {
    "a queue": ("[queue full, hang up]", "no queue"),
    "an agent": ("[agent answers after 2s, hang up]", "no queue"),
    "a line": ("[line busy, hang up]", "no transfer or call"),
    "a recording": ("[recording empty, hang up]", "no message or recording"),
    "a reply": ("[reply lost, hang up]", "no question"),
    "a queue that is full once": ("[queue full, queue full, press: 0]", "no queue"),
}


@pytest.mark.parametrize(("steps", "said"), WITHOUT_EFFECT.values(), ids=WITHOUT_EFFECT)
def test_a_step_that_takes_no_effect_is_told_to_its_author(
    small: Compile, called: Call, steps: str, said: str
) -> None:
    """The call ends as the script says, and not for the reason that the author thinks of."""
    text = steps.replace("press: 0", "{press: 0}")
    done = called(small(MENU), f'call: x\nto: "3285028"\nsteps: {text}\n')

    assert done.passed
    (failed,) = done.strictly.failures
    assert said in failed.say("en")
    assert failed.span.text == steps.strip("[]").split(", ")[-2]


def test_who_leaves_before_an_agent_comes_has_met_the_agent(small: Compile, called: Call) -> None:
    steps = "[agent answers after 20s, {press: 0}, {hang up: {after: 3s}}]"
    assert called(small(MENU), f'call: x\nto: "3285028"\nsteps: {steps}\n').strictly.passed
