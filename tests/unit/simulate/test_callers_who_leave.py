"""What becomes of a question whose reply is outstanding when the caller hangs up."""

from __future__ import annotations

import pytest

from flowc.compiler import compile_files
from flowc.diagnostics.model import Reporter
from flowc.machine.trace import Ended, HungUp
from flowc.simulate.read_calls import read_call
from flowc.simulate.simulator import Run, simulate

FILES = {
    "flowc.yaml": """\
project: demo
languages: [zh]
numbers: {"100": ask, "200": order, "300": open, "400": lead}
tickets: {fault: {handle: 4h}, after: {}}
on_hangup:
  - ticket: open
    class: after
    as: order
    error: hangup_end
    unknown: hangup_end
  - mark: noted
""",
    "services/far.yaml": """\
service: far
kind: http
url: https://example.org
lookups:
  name: {with: {number: digits}, gives: text, deadline: 2s, get: /name}
requests:
  order:
    with: {number: digits}
    gives: text
    key: "{number}"
    deadline: 2s
    post: /orders
    body: {number: "{number}"}
""",
    "flows/ask.flow.yaml": """\
flow: ask
nodes:
  find: {lookup: far.name, with: {number: call.from}, as: name, then: bye, error: bye}
  bye: {hangup: 再见。}
""",
    "flows/order.flow.yaml": """\
flow: order
nodes:
  order:
    request: far.order
    with: {number: call.from}
    as: name
    while_waiting: 正在办理。
    then: bye
    error: bye
    unknown: bye
  bye: {hangup: 再见。}
""",
    "flows/open.flow.yaml": """\
flow: open
nodes:
  open: {ticket: open, class: fault, as: made, then: again, error: bye, unknown: bye}
  again: {ticket: open, class: fault, as: made, then: bye, error: bye, unknown: bye}
  bye: {hangup: 再见。}
""",
    "flows/lead.flow.yaml": """\
flow: lead
nodes:
  hello: {say: 您好。, then: open}
  open: {ticket: open, class: fault, as: made, then: bye, error: bye, unknown: bye}
  bye: {hangup: 再见。}
""",
}


def _play(text: str) -> Run:
    made = compile_files({name: text.encode() for name, text in FILES.items()})
    assert made.graph is not None, [(one.code.number, one.label("en")) for one in made.found]
    report = Reporter()
    whole = f'call: a test\nfrom: "13800000000"\n{text}'
    script = read_call("tests/a.call.yaml", whole.encode(), report)
    assert script is not None, [one.label("en") for one in report]
    assert not report.has_errors, [one.label("en") for one in report]
    done = simulate(made.graph, script, dict(made.texts))
    assert done.passed, [found.say("en") for found in done.failures]
    return done


def test_a_request_runs_once_though_the_caller_left_it() -> None:
    _play(
        'to: "200"\nservices: {far.order: {after: 1.5s, answer: abc}}\n'
        "steps: [hang up]\nexpect: {requests: {far.order: 1}, tickets: 1, marks: [noted]}"
    )


@pytest.mark.parametrize("answer", ["error", "unknown"])
def test_a_request_that_fails_after_the_caller_left_has_no_effect(answer: str) -> None:
    _play(
        f'to: "200"\nservices: {{far.order: {{after: 1s, answer: {answer}}}}}\n'
        "steps: [hang up]\nexpect: {requests: {far.order: 0}, marks: [noted]}"
    )


def test_a_lookup_is_given_up() -> None:
    done = _play(
        'to: "100"\nservices: {far.name: {after: 1s, answer: li}}\n'
        "steps: [hang up]\nexpect: {lookups: {far.name: 0}, tickets: 1, abandoned: 0}"
    )
    assert not any(
        isinstance(step, Ended) and step.block.node == "find" for step in done.trace.steps
    )


def test_the_handlers_own_order_is_not_the_one_that_the_caller_left() -> None:
    done = _play(
        'to: "300"\nservices: {tickets.open: [{after: 1s, answer: {number: "1"}}, {number: "2"}]}\n'
        "steps: [hang up]\nexpect: {tickets: 2, abandoned: 1, marks: [noted]}"
    )
    assert [step for step in done.trace.steps if isinstance(step, HungUp)] == [HungUp("caller")]


def test_the_filler_of_a_question_that_was_left_is_not_said() -> None:
    done = _play(
        'to: "200"\nservices: {far.order: {after: 1.5s, answer: abc}, '
        'tickets.open: {after: 1.8s, answer: {number: "2"}}}\nsteps: [hang up]\n'
    )
    assert [one.text for one in done.heard] == []


def test_each_visit_opens_an_order_of_its_own() -> None:
    _play('to: "300"\nsteps: [hears: 再见]\nexpect: {tickets: 3, abandoned: 0}')


def test_an_order_whose_reply_is_lost_is_abandoned() -> None:
    _play(
        'to: "400"\nsteps: [hears: 您好, reply lost, hears: 再见]\n'
        "expect: {tickets: 2, abandoned: 1}"
    )
