"""A request is done once by its key, whoever asks: the simulator keeps the runtime's rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled
from flowc.machine.trace import Ended
from flowc.simulate.simulator import Run

SERVICE = """\
service: far
kind: http
url: https://example.org
requests:
  order:
    with: {account: digits, note: digits}
    optional: [note]
    gives: text
    or: [not_now]
    key: "KEY"
    deadline: 2s
    post: /orders
    body: {number: "{account}"}
"""
NODES = """\
first:
  request: far.order
  with: {account: "'12'", note: "'1'"}
  as: one
  then: second
  not_now: second
  error: second
  unknown: second
second:
  request: far.order
  with: {SECOND}
  as: two
  then: bye
  not_now: bye
  error: bye
  unknown: bye
bye: {hangup: 再见。}
"""
SAME, OTHER = "note: \"'1'\", account: \"'12'\"", "account: \"'12'\", note: \"'2'\""


@pytest.mark.parametrize(
    ("second", "key", "answers", "outcomes", "asked"),
    [
        # The same request: the journal's answer, whatever the back end would say now.
        (SAME, "{account}", "[a, b]", ("done", "done"), 1),
        (SAME, "{account}", "[not_now, b]", ("not_now", "not_now"), 1),
        (SAME, "{account}", "[unknown, b]", ("unknown", "unknown"), 1),
        # Another one under its key is refused, unless that was surely not done.
        (OTHER, "{account}", "[a, b]", ("done", "error"), 1),
        (OTHER, "{account}", "[unknown, b]", ("unknown", "error"), 1),
        (OTHER, "{account}", "[error, b]", ("error", "done"), 2),
        (SAME, "{account}", "[error, b]", ("error", "done"), 2),
        # Two keys are two requests; what the environment says is the same for all.
        (OTHER, "${env:PREFIX}{account}-{note}", "[a, b]", ("done", "done"), 2),
        # Nothing is done without a key.
        ("account: \"'12'\"", "{note}", "[a, b]", ("done", "error"), 1),
    ],
)
def test_a_second_request_goes_as_the_journal_says(
    small: Callable[..., Compiled],
    called: Callable[..., Run],
    second: str,
    key: str,
    answers: str,
    outcomes: tuple[str, str],
    asked: int,
) -> None:
    made = small(NODES.replace("SECOND", second), service_far=SERVICE.replace("KEY", key))
    run = called(
        made, f'call: a test\nto: "3285028"\nservices: {{far.order: {answers}}}\nsteps: []\n'
    )
    assert tuple(step.outcome for step in run.trace.steps if isinstance(step, Ended)) == outcomes
    assert len(run.served) == asked


def test_an_answer_that_only_a_second_place_takes_is_found_wrong_in_words(
    small: Callable[..., Compiled], called: Callable[..., Run]
) -> None:
    nodes = NODES.replace("SECOND", SAME).replace("  as: one\n", "")
    # An answer is taken only where something is made of it.
    nodes = nodes.replace("as: two\n  then: bye", "as: two\n  then: tell")
    nodes += 'tell: {say: "到{two}为止。", then: bye}\n'
    dated = SERVICE.replace("KEY", "{account}").replace("gives: text", "gives: date")
    run = called(
        small(nodes, service_far=dated),
        'call: a test\nto: "3285028"\nservices: {far.order: some-day}\nsteps: []\n',
    )
    assert any("expected date" in each.say("en") for each in run.failures)
