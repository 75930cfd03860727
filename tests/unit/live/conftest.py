"""A small project and calls on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import compile_files
from flowc.diagnostics.model import Reporter
from flowc.graph.model import FlowGraph
from flowc.simulate.read_calls import read_call
from flowc.simulate.script import CallScript
from flowc.simulate.simulator import Run, simulate

FILES = {
    "flowc.yaml": """\
project: demo
languages: [zh]
numbers: {"100": line}
keys: {0: person}
person: {to: line.agent}
defaults: {gave_up: person, error: line.sorry}
destinations: ["2*"]
""",
    "queues.yaml": "queues:\n  desk: {members: [anna]}\n",
    "services/far.yaml": """\
service: far
kind: http
url: https://example.org
requests:
  order:
    with: {number: digits}
    gives: text
    or: [refused]
    key: "{number}"
    deadline: 2s
    post: /orders
    body: {number: "{number}"}
""",
    "flows/line.flow.yaml": """\
flow: line
nodes:
  main:
    menu: 请选择。
    choices:
      1: {name: 留言, to: message}
      2: {name: 电话, to: duty}
      3: {name: 办理, to: order}
      4: {name: 座席, to: agent}
  message:
    voicemail: 请留言。
    as: left
    then: bye
    empty: sorry
    error: {to: message, at_most: 1, else: sorry}
  duty: {dial: "200", after_agent: bye, busy: sorry, no_answer: sorry, failed: sorry}
  order:
    request: far.order
    with: {number: call.from}
    as: done
    then: ordered
    refused: main
    error: main
    unknown: main
  ordered: {mark: ordered, then: main}
  agent:
    queue: desk
    max_wait: 90s
    waited_too_long: bye
    full: sorry
    no_agents: sorry
    error: sorry
    after_agent: bye
  sorry: {hangup: 抱歉。}
  bye: {hangup: 再见。}
""",
}


def _compiled() -> tuple[FlowGraph, dict[str, str]]:
    made = compile_files({name: text.encode() for name, text in FILES.items()})
    told = [(one.code.number, str(one.span), one.label("en")) for one in made.found]
    assert made.graph is not None, told
    return made.graph, dict(made.texts)


@pytest.fixture(scope="session")
def demo() -> tuple[FlowGraph, dict[str, str]]:
    """The project's graph and its texts by sound key."""
    return _compiled()


@pytest.fixture
def graph(demo: tuple[FlowGraph, dict[str, str]]) -> FlowGraph:
    return demo[0]


@pytest.fixture
def script() -> Callable[[str], CallScript]:
    """Read a call script; `to` and the title are put before it."""

    def read(text: str) -> CallScript:
        report = Reporter()
        whole = f'call: a test\nto: "100"\nfrom: "13800000000"\n{text}'
        found = read_call("tests/a.call.yaml", whole.encode(), report)
        assert found is not None, [one.label("en") for one in report]
        assert not report.has_errors, [one.label("en") for one in report]
        return found

    return read


@pytest.fixture
def run(
    demo: tuple[FlowGraph, dict[str, str]], script: Callable[[str], CallScript]
) -> Callable[[str], Run]:
    """Play a call script in the simulator; it must go as the script says."""

    def play(text: str) -> Run:
        done = simulate(demo[0], script(text), demo[1])
        assert done.passed, [found.say("en") for found in done.failures]
        return done

    return play
