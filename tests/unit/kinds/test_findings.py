"""A mistake is told once, under the author's own name, and where it was made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled

Compile = Callable[..., Compiled]
BYE = "bye: {hangup: 再见。}"
PROJECT = """
project: small
languages: [zh]
numbers: {"3285028": hotline}
keys: {0: person}
person: {to: desk.agent}
defaults: {gave_up: person, error: person, refused: desk.agent}
limits: {to: desk.agent}
"""
WAYS = "after_agent: bye, busy: bye, no_answer: bye, failed: bye"
DUTY = "number\n13800000001\n13800000002\n"


def found(compiled: Compiled) -> list[tuple[str, str]]:
    return [(each.code.number, each.label("en")) for each in compiled.found]


def test_a_call_inherits_the_results_that_it_leaves_out(small: Compile) -> None:
    other = "flow: other\nresults: [fine, refused]\nnodes:\n  a: {menu: 请。, choices: {1: {name: 好, to: f}, 2: {name: 不, to: r}}}\n  f: {return: fine}\n  r: {return: refused}\n"
    whole = small(f"a: {{call: other, fine: bye}}\n{BYE}", project=PROJECT, flow_other=other)
    assert found(whole) == []
    ((code, label),) = found(
        small(f"a: {{call: other, refused: bye}}\n{BYE}", project=PROJECT, flow_other=other)
    )
    assert (code, "`fine`" in label) == ("F0206", True)


def test_a_return_names_a_result_where_the_flow_declares_some(small: Compile) -> None:
    other = "flow: other\nresults: [fine]\nnodes:\n  a: {return: }\n"
    told = found(small(f"a: {{call: other, fine: bye}}\n{BYE}", project=PROJECT, flow_other=other))
    assert told == [("F0221", "flow `other` does not declare the result `done`")]


def test_a_list_of_numbers_that_may_not_be_dialled_is_one_finding(small: Compile) -> None:
    project = PROJECT + 'destinations: ["0750*"]\n'
    node = f"a: {{dial: duty, {WAYS}}}\n{BYE}"
    ((code, label),) = found(small(node, project=project, list_duty=DUTY))
    assert (code, "`duty`" in label) == ("F0219", True)


def test_a_misspelt_list_of_destinations_is_the_only_finding(small: Compile) -> None:
    project = PROJECT + "destinations: [dutty]\n"
    node = f"a: {{dial: duty, {WAYS}}}\n{BYE}"
    assert [code for code, _ in found(small(node, project=project, list_duty=DUTY))] == ["F0211"]


def test_items_of_a_list_are_told_once_and_without_their_place(small: Compile) -> None:
    node = (
        "a:\n  say: [{each: customer.services, as: service, text: '{service.name}。'}]\n  then: bye"
    )
    told = found(small(f"{node}\n{BYE}", project=PROJECT + "vars: {customer: Customer}\n"))
    assert [code for code, _ in told] == ["F0226", "F0402"]
    assert told[0][1].startswith("`customer.services.name` is text")
    assert told[1][1].startswith("`customer.services` is read in `a`")


def test_the_fallback_is_a_text_of_the_project(small: Compile) -> None:
    project = PROJECT + 'fallback: "@down"\n'
    known = small(BYE, project=project, table_prompts="id,zh\ndown,维护中。\n")
    assert known.texts["zh/down"] == "维护中。"
    ((code, label),) = found(small(BYE, project=project, table_prompts="id,zh\ndwon,维护中。\n"))
    assert (code, "`down`" in label) == ("F0213", True)


def test_a_confirmation_before_a_request_should_be_heard(small: Compile) -> None:
    service = "service: orders\nkind: fixture\nfile: orders.yaml\nrequests:\n  book: {with: {account: digits}, key: '{account}'}\n"
    request = "book: {request: orders.book, with: {account: call.from}, then: bye, error: bye, unknown: bye}"
    for prompt, codes in (
        ("确认请按一，取消请按二。", ["F0235"]),
        ("[{text: 将预约。, bargein: none}, 确认请按一，取消请按二。]", []),
    ):
        node = f"a: {{confirm: {prompt}, yes: book, no: bye, gave_up: bye}}"
        compiled = small(f"{node}\n{request}\n{BYE}", project=PROJECT, service_orders=service)
        assert [code for code, _ in found(compiled)] == codes


PLAN = "service: plans\nkind: fixture\nfile: plans.yaml\nlookups:\n  plan: {with: {a: digits}, gives: TYPE}\n"
CHANGED = """
find: {lookup: plans.plan, with: {a: call.from}, as: plan, then: other, error: bye}
other: {set: {plan: VALUE}, then: tell}
"""


@pytest.mark.parametrize(
    ("type_", "value", "use", "codes"),
    [
        ("text", "'\"gold\"'", "tell: {say: '{plan}。', then: bye}", ["F0242"]),
        ("money", "plan + 100", "tell: {say: '{plan}。', then: bye}", ["F0242"]),
        ("text", "'\"a\"'", "tell: {branch: [{if: plan == \"a\", to: bye}], else: bye}", ["F0242"]),
        ("text", "'\"a\"'", "tell: {say: 好。, then: bye}", []),
        ("int", "plan + 1", "tell: {branch: [{if: plan == 2, to: bye}], else: bye}", []),
        ("digits", "call.from", "tell: {say: '{plan}。', then: bye}", []),
    ],
)  # fmt: skip
def test_what_an_answer_has_worked_out_is_not_said_of_another_value(
    small: Compile, type_: str, value: str, use: str, codes: list[str]
) -> None:
    nodes = f"{CHANGED.replace('VALUE', value)}{use}\n{BYE}"
    service = PLAN.replace("TYPE", type_)
    compiled = small(nodes, project=PROJECT, service_plans=service)
    assert [code for code, _ in found(compiled)] == codes


@pytest.mark.parametrize(
    ("length", "range_", "codes"),
    [
        ("1-6", "1000000-2000000", ["F0207"]),
        ("2", "100-200", ["F0207"]),
        ("2-6", "999999-2000000", []),
        ("6", "5-7", []),  # 000005
        ("15", "5-500", []),
    ],
)
def test_a_range_that_no_entry_can_meet_is_told(
    small: Compile, length: str, range_: str, codes: list[str]
) -> None:
    node = f"a: {{collect: n, prompt: 请。, length: {length}, range: {range_}, then: bye}}\n{BYE}"
    compiled = small(node)
    assert [each.code.number for each in compiled.found] == codes
    assert all(each.span.text == range_ for each in compiled.found)


DIAL = f"a: {{dial: duty, {WAYS}}}\n{BYE}"
LISTS = {
    "that is not there": ("destinations: [duty]", {}, "F0211", "lists/duty.csv"),
    "that is there under another name": (
        "destinations: [duty]",
        {"list_Duty": DUTY},
        "F0208",
        "`Duty`",
    ),
    "of faults": (
        "destinations: [duty]",
        {"list_duty": "number\n13x\n"},
        "F0207",
        "lists/duty.csv",
    ),
    "of nobody": ("destinations: [duty]", {"list_duty": "number\n"}, "F0207", "lists/duty.csv"),
    "that only a node names": ("", {}, "F0211", "`duty`"),
}


@pytest.mark.parametrize(("line", "files", "code", "word"), LISTS.values(), ids=LISTS)
def test_a_list_is_told_once(
    small: Compile, line: str, files: dict[str, str], code: str, word: str
) -> None:
    ((number, label),) = found(small(DIAL, project=PROJECT + line + "\n", **files))
    assert number == code
    assert word in label


def test_a_project_without_a_person_is_told_once(small: Compile) -> None:
    project = PROJECT.replace("person: {to: desk.agent}\n", "")
    inputs = "".join(
        f"m{at}: {{menu: 请。, choices: {{1: {{name: 再见, to: m{at + 1}}}}}}}\n" for at in range(9)
    )
    (only,) = small(f"{inputs}m9: {{hangup: 再见。}}\n", project=project).found
    assert (only.code.number, str(only.span)) == ("F0205", "flowc.yaml:2:10")
