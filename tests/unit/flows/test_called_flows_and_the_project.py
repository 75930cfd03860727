"""What a called flow leaves to the call: variables of the project, proven by result."""

from __future__ import annotations

from flowc.compiler import Compiled, compile_files
from flowc.expression.evaluate import evaluate
from flowc.expression.tree import Call, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.ids import BlockId
from flowc.simulate.world import SimulatedWorld

PROJECT = """
project: trial
languages: [zh]
numbers: {"100": hotline}
vars: {customer: Customer}
"""
BILLING = """
service: billing
kind: fixture
file: billing.json
types: {Customer: {suspended: bool}}
lookups: {customer: {with: {account: digits}, gives: Customer, or: [not_found]}}
"""
IDENTIFY = """
flow: identify
results: [found, unknown_number]
nodes:
  find:
    lookup: billing.customer
    with: {account: '"80012345"'}
    as: customer
    then: found
    not_found: unknown_number
    error: unknown_number
  found: {return: found}
  unknown_number: {return: unknown_number}
"""
HOTLINE = """
flow: hotline
nodes:
  start:
    call: identify
    found: tell
    unknown_number: %s
  tell:
    say: [{when: customer.suspended, text: 已停机。}]
    then: bye
  bye: {hangup: 再见。}
"""


def compiled(hotline: str) -> Compiled:
    files = {
        "flowc.yaml": PROJECT,
        "services/billing.yaml": BILLING,
        "flows/identify.flow.yaml": IDENTIFY,
        "flows/hotline.flow.yaml": hotline,
    }
    return compile_files({name: text.encode() for name, text in files.items()})


def test_what_a_called_flow_looked_up_is_known_behind_that_result() -> None:
    assert [one.code.number for one in compiled(HOTLINE % "bye").found] == []


def test_it_is_not_known_behind_a_result_that_comes_without_it() -> None:
    assert [one.code.number for one in compiled(HOTLINE % "tell").found] == ["F0402"]


def test_a_caller_without_a_number_is_on_no_list() -> None:
    world = SimulatedWorld(0, "Asia/Shanghai", {"vip": ("13902880001",)}, ())
    listed = Call("listed", (Read("call.from", Scalar.DIGITS), Literal("vip", Scalar.TEXT)))
    assert evaluate(listed, {}, world) == 0
    assert evaluate(listed, {"call.from": "13902880001"}, world) == 1


def test_who_is_asked_once_is_not_asked_again() -> None:
    menu = "flow: hotline\nnodes:\n  top: {menu: 请选择。, tries: 1, choices: {1: {name: 余额, to: bye}}, gave_up: bye}\n  bye: {hangup: 再见。}\n"
    files = {
        "flowc.yaml": PROJECT.replace("vars: {customer: Customer}\n", ""),
        "flows/hotline.flow.yaml": menu,
    }
    graph = compile_files({name: text.encode() for name, text in files.items()}).graph
    assert graph is not None
    assert BlockId("hotline", "top", "silent") in graph.blocks
    assert not [id_ for id_ in graph.blocks if id_.part in ("silent_1", "wrong_1")]


def test_a_comma_in_a_prompt_without_quotes_is_found_where_it_stands() -> None:
    files = {
        "flowc.yaml": PROJECT.replace("vars: {customer: Customer}\n", "").replace(
            "[zh]", "[zh, en]"
        ),
        "prompts.csv": "id,zh,en\ngoodbye,再见。,Thank you, goodbye.\n",
        "flows/hotline.flow.yaml": 'flow: hotline\nnodes: {bye: {hangup: "@goodbye"}}\n',
    }
    found = compile_files({name: text.encode() for name, text in files.items()}).found
    assert [(one.code.number, one.span.source.name) for one in found] == [("F0207", "prompts.csv")]
    assert "quotes" in found[0].label("en")
