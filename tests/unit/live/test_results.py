"""A call that failed is excused only by a lag that was measured, and says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from flowc.cli.test_on import allowed, line, summary, uses_too_many
from flowc.live.allowances import PARTS
from flowc.live.lag import BUSY_MS, Lag, lag_watched
from flowc.live.result import Result
from flowc.simulate.script import CallScript

Read = Callable[[str], CallScript]


def test_a_lag_is_the_worst_since_a_moment() -> None:
    lag = Lag()
    for at, late in ((1.0, 50.0), (2.0, 0.2), (3.0, 7.0), (4.0, 3.0)):
        lag.note(at, late)
    assert lag.since(0.5) == 50.0
    assert lag.since(1.5) == 7.0
    assert lag.since(3.5) == 3.0
    assert lag.since(4.5) == 0.0


def test_a_process_that_was_held_up_is_measured() -> None:
    async def busy() -> float:
        async with lag_watched() as lag:
            begun = asyncio.get_running_loop().time()
            await asyncio.sleep(0.03)
            time.sleep(0.1)
            await asyncio.sleep(0.03)
            return lag.since(begun)

    assert asyncio.run(busy()) >= 80


def test_only_a_measured_lag_excuses_a_failed_call(script: Read) -> None:
    failed = Result(script("steps: [hang up]"), problems=("a prompt did not end",))
    assert not failed.may_be_lags_fault
    assert not replace(failed, lag_ms=BUSY_MS - 1).may_be_lags_fault
    assert replace(failed, lag_ms=BUSY_MS).may_be_lags_fault
    assert not Result(script("steps: [hang up]"), lag_ms=500.0).may_be_lags_fault


def test_a_second_try_shows_why_there_was_a_first(script: Read) -> None:
    first = Result(script("steps: [hang up]"), problems=("a prompt did not end",), lag_ms=41.0)
    again = Result(first.script, seconds=7.0, first=first)
    assert line(again).splitlines() == [
        "ok   a test (7 s, second try: at the first this machine was 41 ms late, and)",
        "     a prompt did not end",
    ]
    worse = replace(again, problems=("the call did not end",))
    assert line(worse).splitlines()[1:] == [
        "     a prompt did not end",
        "     at the second:",
        "     the call did not end",
    ]


def test_allowed_differences_are_counted_by_row_and_few(script: Read) -> None:
    passed = Result(script("steps: [hang up]"))
    cut = replace(passed, allowed=(PARTS,))
    assert allowed((passed,) * 5, "en") == "allowed differences: none"
    told = allowed((*[passed] * 99, cut), "en").splitlines()
    assert told[1].startswith("  1 of the calls: the caller hangs up in a prompt of several parts")
    assert len(told) == 2
    assert not uses_too_many((*[passed] * 99, cut))
    assert uses_too_many((*[passed] * 98, cut, cut))
    assert not uses_too_many((*[passed] * 199, cut, cut))
    assert "太多" in allowed((cut, cut), "zh")


def test_second_tries_are_counted_in_the_summary(script: Read) -> None:
    passed = Result(script("steps: [hang up]"))
    failed = replace(passed, problems=("no",))
    again = replace(passed, first=failed)
    skipped = replace(passed, skipped="too long")
    results = (passed, again, failed, skipped)
    assert summary(results, "pbx", "en") == (
        "pbx: 2 calls as simulated (1 at the second try), 1 failed, 1 not played"
    )
    assert summary((passed,), "pbx", "en") == "pbx: 1 call as simulated, 0 failed, 0 not played"
    assert "其中 1 通是第二次拨打" in summary(results, "pbx", "zh")
