"""What kinds mean: their blocks where these say it best, else what a caller meets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled
from flowc.graph.exits import Switch
from flowc.graph.ids import BlockId
from flowc.graph.text import graph_text
from flowc.kinds.spoken_keys import spoken_keys
from flowc.simulate.simulator import Run

Compile = Callable[..., Compiled]
Call = Callable[[Compiled, str], Run]
BYE = "bye: {hangup: 再见。}"
TO = 'call: x\nto: "3285028"\n'
TWO_NUMBERS = """
project: small
languages: [zh]
numbers: {"3285028": hotline, "3285029": other}
keys: {8: main_menu}
person: {to: desk.agent}
defaults: {gave_up: person}
limits: {to: desk.agent}
"""


def codes(compiled: Compiled) -> list[str]:
    return [each.code.number for each in compiled.found]


def test_a_branch_asks_its_conditions_in_order(small: Compile) -> None:
    compiled = small(
        f"a: {{set: {{n: 2}}, then: b}}\nb: {{branch: [{{if: n == 1, to: one}}, {{if: n == 2, to: two}}], else: bye}}\none: {{mark: one, then: bye}}\ntwo: {{mark: two, then: bye}}\n{BYE}"
    )
    assert compiled.graph is not None
    text = graph_text(compiled.graph)
    assert text.index("hotline.b.start") < text.index("hotline.b.if_2")


def test_main_menu_is_that_of_the_number_dialled(
    small: Compile, called: Callable[..., Run]
) -> None:
    shared = "flow: shared\nnodes:\n  m: {menu: 公用。, choices: {1: {name: 完, to: bye}}}\n  bye: {hangup: 再见。}\n"
    other = "flow: other\nnodes:\n  a: {menu: 第二。, choices: {1: {name: 公用, to: shared}}}\n"
    compiled = small(
        "a: {menu: 第一。, choices: {1: {name: 公用, to: shared}}}",
        flow_shared=shared,
        flow_other=other,
        project=TWO_NUMBERS,
    )
    for number, menu in (("3285028", "第一"), ("3285029", "第二")):
        steps = f"steps:\n  - hears: {menu}\n  - press: 1\n  - hears: 公用。\n  - press: 8\n  - hears: {menu}\n  - hang up\n"
        assert called(compiled, f'call: x\nto: "{number}"\n{steps}').failures == ()


HANDLED = TWO_NUMBERS + "on_hangup:\n  - mark: of_project\n"
OWN = "flow: shared\nresults: [fine]\non_hangup:\n  - mark: of_shared\nnodes:\n  m: {menu: 公用。, choices: {1: {name: 完, to: fine}}}\n  fine: {return: fine}\n"
SECOND = "flow: other\nnodes:\n  a: {menu: 第二。, choices: {1: {name: 公用, to: shared}}}\n"
HANGUPS = {
    "in a flow without steps of its own, the project's": ("  - hears: 第一\n", ["of_project"]),
    "in a flow with steps of its own, the flow's": (
        "  - press: 1\n  - hears: 公用\n",
        ["of_shared"],
    ),
    "back from that flow, the project's": (
        "  - press: 1\n  - press: 1\n  - hears: 回来了\n",
        ["of_project"],
    ),
}


@pytest.mark.parametrize(("steps", "marks"), HANGUPS.values(), ids=HANGUPS)
def test_the_steps_after_the_call_are_those_of(
    small: Compile, called: Callable[..., Run], steps: str, marks: list[str]
) -> None:
    compiled = small(
        "a: {menu: 第一。, choices: {1: {name: 公用, to: c}}}\nc: {call: shared, fine: d}\nd: {menu: 回来了。, choices: {1: {name: 再来, to: a}}}",
        flow_shared=OWN,
        flow_other=SECOND,
        project=HANDLED,
    )
    run = called(compiled, f"{TO}steps:\n{steps}  - hang up\n")
    assert (run.failures, list(run.marks)) == ((), marks)


BACK_BY_CHOICE = """
hello: {say: 您好。, then: first}
first: {menu: 第一。, choices: {1: {name: 二, to: second}, 2: {name: 上一层, to: back}}}
second: {menu: 第二。, choices: {1: {name: 上一层, to: back}, 2: {name: 一次, to: back, at_most: 1, else: third}, 3: {name: 请人, to: third, at_most: 1, else: back}}}
third: {menu: 第三。, choices: {1: {name: 上一层, to: back}}}
"""
BACKS = {
    "a choice leads to the menu before": ["press: 1", "press: 1", "hears: 第一"],
    "within its bound it leads there, too": ["press: 1", "press: 2", "hears: 第一"],
    "over its bound it is left for another, and gone back to": [
        *("press: 1", "press: 2", "hears: 第一", "press: 1", "press: 2", "hears: 第三"),
        *("press: 1", "hears: 第二", "press: 1", "hears: 第一"),
    ],
    "over the bound of another way it leads to the menu before": [
        *("press: 1", "press: 3", "hears: 第三", "press: 1", "hears: 第二"),
        *("press: 3", "hears: 第一"),
    ],
    "with none before, a choice leads to the main menu": ["press: 2", "hears: 您好", "hears: 第一"],
    "with none before, the key says the prompt again": ["press: '*'", "hears: 第一"],
}


@pytest.mark.parametrize("steps", BACKS.values(), ids=BACKS)
def test_back(small: Compile, called: Callable[..., Run], steps: list[str]) -> None:
    listed = "\n".join(f"  - {step}" for step in ["hears: 第一", *steps])
    run = called(small(BACK_BY_CHOICE), f"{TO}steps:\n{listed}\n  - hang up\n")
    assert run.failures == ()


def test_how_often_a_way_is_taken_is_counted_for_the_whole_call(
    small: Compile, called: Callable[..., Run]
) -> None:
    compiled = small(
        "a: {menu: 请选择。, choices: {1: {name: 再来, to: a, at_most: 2, else: over}}}\nover: {mark: over, then: bye}\n"
        + BYE
    )
    twice = called(compiled, f"{TO}steps: [{{press: 1}}, {{press: 1}}, hang up]\n")
    thrice = called(compiled, f"{TO}steps: [{{press: 1}}, {{press: 1}}, {{press: 1}}, hang up]\n")
    assert (list(twice.marks), list(thrice.marks)) == ([], ["over"])


def test_a_call_that_is_too_long_goes_where_the_limits_say(
    small: Compile, called: Callable[..., Run]
) -> None:
    project = TWO_NUMBERS.replace(
        "limits: {to: desk.agent}", "limits: {length: 10s, to: hotline.over}"
    ).replace(', "3285029": other', "")
    nodes = "a: {menu: 请选择。, wait: 60s, choices: {1: {name: 再来, to: a}, 2: {name: 人工, to: desk}}}\nover: {mark: over, then: bye}\n"
    run = called(small(nodes + BYE, project=project), f"{TO}steps: [wait 30s, hang up]\n")
    assert list(run.marks) == ["over"]


SWITCHES = {
    "text": ("set: {v: '\"红\"'}", "红"),
    "int": ("set: {v: 12}", "12"),
    "bool": ("set: {v: 1 == 1}", '"true"'),
    "duration": ("set: {v: 90s}", "90s"),
    "digits": ("set: {v: call.from}", '"013800000000"'),
}


@pytest.mark.parametrize(("given", "value"), SWITCHES.values(), ids=SWITCHES)
def test_a_switch_compares_in_the_type_of_its_value(
    small: Compile, called: Callable[..., Run], given: str, value: str
) -> None:
    compiled = small(
        f"a: {{{given}, then: b}}\nb: {{switch: v, cases: {{{value}: yes_it_is}}, else: bye}}\nyes_it_is: {{mark: yes, then: bye}}\n{BYE}"
    )
    if given.endswith("红\"'}"):
        assert codes(compiled) == ["F0406"]  # a text of no answer is compared nowhere
        return
    run = called(compiled, f'{TO}from: "013800000000"\nsteps: [hang up]\n')
    assert list(run.marks) == ["yes"]


def test_a_condition_beside_each_may_ask_about_the_item(
    small: Compile, called: Callable[..., Run]
) -> None:
    compiled = small(
        "a: {lookup: billing.customer, with: {account: call.from}, as: c, then: tell, not_found: bye, error: bye}\n"
        f"tell: {{say: [{{each: c.services, as: s, when: s.balance < 0.00, text: '欠费的是{{s.name}}。'}}], then: bye}}\n{BYE}"
    )
    answer = "services:\n  billing.customer: {services: [{name: 宽带, balance: 5.00}, {name: 电视, balance: -1.00}]}\n"
    run = called(
        compiled, f"{TO}{answer}steps: [{{hears: 欠费的是电视}}]\nexpect: {{hears_not: [宽带]}}\n"
    )
    assert run.failures == ()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("余额请按一，人工请按0。", ("1", "0")),
        ("请按井号键结束，返回请按星号键。", ("#", "*")),
        ("按１２查询", ("12",)),
        ("Press 1 for a balance, press the star key to go back", ("1", "*")),
        ("请按一下免提键", ()),
        ("请按提示操作", ()),
    ],
)
def test_keys_are_heard_in_a_text(text: str, keys: tuple[str, ...]) -> None:
    assert spoken_keys(text) == keys


FORMS = {
    "a way out whose default is a way with words": (
        "defaults: {gave_up: {say: 没有按键。, to: desk}}",
        "a: {menu: 请。, choices: {1: {name: 再来, to: a}}}",
        [],
    ),
    "what has to be heard whole, and comes too late for that": (
        "",
        "a: {confirm: [请核对。, {text: 您将停机。, bargein: none}], yes: b, no: bye}\n"
        "b: {menu: 请。, prompt: [{text: 再见, bargein: none}, 请按一。], choices: {1: {name: 再见, to: c}}}\n"
        "c: {collect: n, prompt: 请。, length: 1, read_back: [{text: '{n}', bargein: none}], then: bye}\n"
        + BYE,
        ["F0207", "F0207", "F0207"],
    ),
    "what has to be heard whole, and leads": (
        "",
        "a: {confirm: [{text: 您将停机。, bargein: none}, 同意请按一。], yes: bye, no: bye}\n"
        + BYE,
        [],
    ),
    "keys that are spoken and do nothing, wherever they are": (
        "",
        "a: {confirm: [取消请按三。], if_silent: 请按四。, yes: m, no: bye}\n"
        "m: {menu: 请。, choices: {1: {name: 再见, to: bye}}, if_wrong: 请按五。, if_silent: 请按一。}\n"
        + BYE,
        ["F0217", "F0217", "F0217"],
    ),
    "nobody to ring": (
        "",
        "a: {dial: [], after_agent: bye, busy: bye, no_answer: bye, failed: bye}\n" + BYE,
        ["F0207"],
    ),
    "exit keys of two digits": (
        "",
        "a: {queue: agents, exit_keys: {12: bye}, after_agent: bye, waited_too_long: bye, full: bye, no_agents: bye, error: bye}\n"
        + BYE,
        ["F0207"],
    ),
    "a list without numbers": (
        "",
        "a: {dial: nobody, after_agent: bye, busy: bye, no_answer: bye, failed: bye}\n" + BYE,
        ["F0211"],
    ),
    "an entry that is no node": ("entries: [nope]", BYE, ["F0201"]),
    "a result with the word of a node": ("results: [then]", BYE, ["F0246"]),
    "a result called like the way over a bound": ("results: [lost, lost_else]", BYE, ["F0246"]),
    "a variable called like the call": (
        "",
        f"a: {{set: {{call: 1}}, then: bye}}\n{BYE}",
        ["F0246"],
    ),
    "a global key that begins a choice": (
        "keys: {9: repeat}",
        "a: {menu: 请。, choices: {91: {name: 人工, to: desk}}}",
        ["F0216"],
    ),
    "text in a switch over money": (
        "",
        f"a: {{set: {{v: 1.00}}, then: b}}\nb: {{switch: v, cases: {{abc: bye}}, else: bye}}\n{BYE}",
        ["F0330"],
    ),
    "a value of another type for a variable": (
        "vars: {n: int}",
        f"a: {{set: {{n: \"'x'\"}}, then: bye}}\n{BYE}",
        ["F0340"],
    ),
    "a service that nobody declared": (
        "",
        f"a: {{lookup: biling.customer, as: c, then: bye, not_found: bye, error: bye}}\n{BYE}",
        ["F0211"],
    ),
}


@pytest.mark.parametrize(("head", "nodes", "found"), FORMS.values(), ids=FORMS)
def test_a_form_is_read_so(small: Compile, head: str, nodes: str, found: list[str]) -> None:
    assert codes(small(nodes, head)) == found


def test_a_project_without_destinations_dials_no_number_of_a_variable(small: Compile) -> None:
    project = 'project: small\nlanguages: [zh]\nnumbers: {"3285028": hotline}\n'
    nodes = "a: {transfer: call.from, after_agent: bye, busy: bye, no_answer: bye, failed: bye}\n"

    assert "F0219" in codes(small(nodes + BYE, project=project))
    allowed = small(nodes + BYE, project=f'{project}destinations: ["0750*"]\n')
    assert "F0219" not in codes(allowed)


def test_a_broken_node_is_told_once_and_who_leads_to_it_is_not_blamed(small: Compile) -> None:
    assert codes(small(f"a: {{say: 您好。, then: b}}\nb: {{collect: x, then: bye}}\n{BYE}")) == [
        "F0205",
        "F0205",
    ]


def test_a_flow_that_can_t_be_read_is_told_once(small: Compile) -> None:
    assert codes(
        small(
            "a: {menu: 请。, choices: {1: {name: 二, to: broken}}}",
            flow_broken="flow: broken\nnodes: []\n",
        )
    ) == ["F0207"]


def test_texts_of_defaults_have_ids_of_their_flow(small: Compile) -> None:
    other = "flow: other\ndefaults: {gave_up: {say: 第二。, to: desk}}\nnodes:\n  m: {menu: 请。, choices: {1: {name: 一, to: hotline}}}\n"
    compiled = small(
        "m: {menu: 请。, choices: {1: {name: 二, to: other}}}",
        "defaults: {gave_up: {say: 第一。, to: desk}}",
        flow_other=other,
    )
    said = {key: text for key, text in compiled.texts.items() if text in ("第一。", "第二。")}
    assert said == {
        "zh/hotline.defaults.gave_up.say": "第一。",
        "zh/other.defaults.gave_up.say": "第二。",
    }


def test_a_key_that_is_no_letter_has_a_word_in_ids(small: Compile) -> None:
    compiled = small(
        "m: {menu: 请。, choices: {'*': {name: 返回, to: m}, 1: {name: 人工, to: desk}}}",
        "keys: {0: person}",
    )
    assert "zh/hotline.m.choices.star" in compiled.texts
    assert compiled.graph is not None
    assert BlockId("hotline", "m", "choice_star") in compiled.graph.blocks


QUEUE = "a: {{queue: agents{}, after_agent: bye, full: bye, no_agents: bye, error: over}}\n"
OVER = "over: {mark: over, then: bye}\n"


def test_a_queue_without_a_longest_wait_needs_no_way_out_of_it(small: Compile) -> None:
    compiled = small(QUEUE.format("") + OVER + BYE)
    assert codes(compiled) == []
    assert compiled.graph is not None
    queue = compiled.graph.blocks[BlockId("hotline", "a")]
    assert isinstance(queue.exit, Switch)
    assert queue.exit.case("waited_too_long") == queue.exit.case("error")


def test_a_queue_with_a_longest_wait_says_where_it_leads_then(small: Compile) -> None:
    assert codes(small(QUEUE.format(", max_wait: 60s") + OVER + BYE)) == ["F0206"]
