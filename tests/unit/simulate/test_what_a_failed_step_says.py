"""A step that can't be done says why at that step, in words of the call; and how a call ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled
from flowc.simulate.interactive import InteractiveCall
from flowc.simulate.script import CallScript
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
BYE = "bye: {hangup: 再见。}"
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


def test_a_bounded_way_over_many_nodes_is_gone_to_its_end(small: Compile, called: Call) -> None:
    """A hundred thousand blocks that take no time are no call that is stuck."""
    sets = "\n".join(f"s{i}: {{set: {{v{i}: {i}}}, then: s{i + 1}}}" for i in range(1_010))
    again = "s1010: {branch: [{if: v0 == 0, to: s0, at_most: 99, else: end}], else: end}"
    compiled = small(f"{sets}\n{again}\nend: {{say: 请稍候。, then: bye}}\nbye: {{hangup: 再见。}}")
    assert told(called(compiled, f"{HEAD}  - hears: 请稍候\n  - hears: 再见\n")) == []


SUM = f"""
a: {{menu: 请选。, choices: {{1: {{name: 多, to: b}}}}}}
b: {{set: {{n: 999999999}}, then: c}}
c: {{set: {{n: n * n}}, then: bye}}
{BYE}
"""
TOO_LARGE = {
    "en": "`n * n` (flows/hotline.flow.yaml:6:16) has no value in this call: it comes to more than 15 digits",
    "zh": "`n * n`（flows/hotline.flow.yaml:6:16）在这通电话里没有值：结果超过 15 位",
}


def test_a_sum_that_is_too_large_is_told_as_one(small: Compile, called: Call) -> None:
    (found,) = called(small(SUM), f"{HEAD}  - press: 1\n  - hears: 再见\n").failures
    assert found.span.position.line == 4
    for language, words in TOO_LARGE.items():
        assert found.say(language).startswith(words)


def test_digits_that_are_no_number_are_told_with_what_they_are(
    small: Compile, called: Call
) -> None:
    nodes = f"a: {{branch: [{{if: call.from is set and number(call.from) > 5, to: bye}}], else: bye}}\n{BYE}"
    script = HEAD.replace("steps:", 'from: "+8613800000000"\nsteps:')
    (found,) = told(called(small(nodes), f"{script}  - hears: 再见\n"))
    assert "`number(call.from)`" in found
    assert "“+8613800000000” can't be read so" in found


def test_a_call_that_is_typed_tells_it_too(small: Compile) -> None:
    compiled = small(SUM)
    assert compiled.graph is not None
    call = InteractiveCall(
        compiled.graph,
        compiled.texts,
        CallScript("", "3285028", ()),
        compiled.services,
        compiled.tickets,
    )
    assert call.begin().problem is None
    problem = call.line("1").problem
    assert problem is not None
    assert problem[0].startswith(TOO_LARGE["en"])
    assert problem[1].startswith(TOO_LARGE["zh"])


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
