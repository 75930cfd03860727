"""A call written as a test is read back as the same call, in the same world."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowc.diagnostics.model import Reporter
from flowc.simulate.read_calls import read_call
from flowc.simulate.script import (
    CallScript,
    HangUp,
    Happening,
    Happens,
    Hears,
    Press,
    Reply,
    Silence,
    Step,
    Wait,
)
from flowc.simulate.write_script import script_of
from flowc.source import NOWHERE


def read_again(setting: CallScript, *steps: Step) -> CallScript:
    """Written and read, without the places."""
    report = Reporter()
    text = script_of(steps, setting.name, setting)
    assert text.endswith("\n")
    read = read_call("tests/a.call.yaml", text.encode(), report)
    assert read is not None
    assert not report.has_errors, (text, [one.label("en") for one in report])
    bare = tuple(replace(step, span=NOWHERE) for step in read.steps)
    return replace(read, steps=bare, spans=(), span=NOWHERE, expected=setting.expected)


def test_the_whole_setting_is_written() -> None:
    setting = CallScript(
        name="like: another",
        to="07500000000",
        steps=(),
        caller="013800000000",
        at="2026-11-21T10:00+08:00",
        language="en",
        services=(("billing.customer", (Reply({"vip": "true"}),)),),
        lists=(("vip", ("013800000000",)), ("blocked", ())),
        flags=("outage", "on"),
        limit_s=90,
        lacks_sounds=True,
    )
    assert read_again(setting) == setting


@pytest.mark.parametrize(
    "replies",
    [
        (Reply("not_found", is_word=True),),
        (Reply("yes", is_word=True),),
        (Reply("not_found"),),
        (Reply("yes"),),
        (Reply("null"),),
        (Reply(""),),
        (Reply(None, is_word=True),),
        (Reply("2026-11-24"),),
        (Reply("down: # no\nnews"),),
        (Reply(["one", "two"]),),
        (Reply([]),),
        (Reply({}),),
        (Reply({"name": None, "inner": [{"after": "1"}, None]}),),
        (Reply({"after": "noon"}),),
        (Reply("error", is_word=True, after_ms=1500), Reply({"a": "1"}), Reply(["x"])),
    ],
    ids=repr,
)
def test_an_answer_is_read_back_as_it_was(replies: tuple[Reply, ...]) -> None:
    setting = CallScript("a test", "1", (), services=(("billing.customer", replies),))
    assert read_again(setting) == setting


def test_every_step_is_read_back_as_it_was() -> None:
    steps: tuple[Step, ...] = (
        Hears("您好: #1"),
        Press("80012345#"),
        Press("2", during="欢迎", spacing_ms=400),
        Press("3", after_ms=1250),
        Silence(),
        Wait(2500),
        Wait(None),
        Happens(Happening.SERVICE_DOWN, "billing"),
        Happens(Happening.AGENT_ANSWERS, after_ms=20_000),
        HangUp("再见"),
        HangUp(after_ms=0),
        HangUp(),
    )
    setting = CallScript("a test", "1", steps)
    assert read_again(setting, *steps) == setting
