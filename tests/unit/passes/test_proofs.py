"""What the proofs refuse and what they let pass, each on a flow of a few lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled
from flowc.expression.operators import reads
from flowc.expression.tree import Expression
from flowc.graph.ids import BlockId
from flowc.graph.operations import Invoke, Lead, Play
from flowc.passes import attach_readings
from flowc.passes.calls_apart import calls_apart
from flowc.passes.edges import HUB, all_edges, hubbed_edges
from tests.unit.conftest import SURROUNDINGS

Compile = Callable[..., Compiled]
FIND = "lookup: billing.customer, with: {account: call.from}, as: customer"
FIND_ANY = FIND.replace("as: customer", "as: any")
BYE = "bye: {hangup: 再见。}"


def codes(compiled: Compiled) -> list[str]:
    return [each.code.number for each in compiled.found]


UNSET = {
    "after a look-up that failed": f"a: {{{FIND}, then: bye, not_found: tell, error: bye}}\ntell: {{say: '{{customer.name}}', then: bye}}\n{BYE}",
    "after a second look-up that failed, though the first did not": (
        f"a: {{{FIND}, then: b, not_found: bye, error: bye}}\nb: {{{FIND}, then: bye, not_found: tell, error: bye}}\n"
        f"tell: {{say: '{{customer.name}}', then: bye}}\n{BYE}"
    ),
    "on the side of a branch where it is not set": (
        f"a: {{{FIND}, then: b, not_found: b, error: b}}\nb: {{branch: [{{if: customer.suspended is set, to: bye}}], else: tell}}\n"
        f"tell: {{say: '{{customer.name}}', then: bye}}\n{BYE}"
    ),
    "of the wait in a queue, before there was one": (
        "a: {branch: [{if: call.waited > 60s, to: bye}], else: q}\n"
        "q: {queue: agents, after_agent: bye, waited_too_long: bye, full: bye, no_agents: bye, error: bye}\n"
        + BYE
    ),
    "of a withheld number that is made a number": (
        f"a: {{branch: [{{if: number(call.from) > 5, to: bye}}], else: bye}}\n{BYE}"
    ),
    "of a withheld number that is said": f"a: {{say: '{{call.from}}', then: bye}}\n{BYE}",
    "in a condition that asks too late": (
        f"a: {{{FIND}, then: b, not_found: b, error: b}}\n"
        f"b: {{branch: [{{if: customer.suspended and customer.suspended is set, to: bye}}], else: bye}}\n{BYE}"
    ),
    "when a failed question unset it and back leads to the menu": (
        f"a: {{{FIND}, then: m, not_found: bye, error: bye}}\n"
        "m: {menu: '余额{customer.balance}。', choices: {1: {name: 换号, to: again}}}\n"
        f"again: {{{FIND}, then: m, not_found: other, error: bye}}\n"
        f"other: {{menu: 请选择。, choices: {{1: {{name: 再见, to: bye}}}}}}\n{BYE}"
    ),
    "when digits that failed a check unset it and back leads to the menu": (
        "a: {collect: code, prompt: 编号。, length: 4, then: m}\n"
        "m: {menu: '编号{code}。', choices: {1: {name: 换号, to: again}}}\n"
        f"again: {{collect: code, prompt: 新编号。, length: 4, luhn: yes, then: bye}}\n{BYE}"
    ),
    "when its own digits failed a check and the prompt is said again": (
        "a: {collect: code, prompt: 编号。, length: 4, then: b}\n"
        f"b: {{collect: code, prompt: '不是{{code}}吗。', length: 4, luhn: yes, then: bye}}\n{BYE}"
    ),
}


@pytest.mark.parametrize("nodes", UNSET.values(), ids=UNSET)
def test_a_variable_may_be_unset(small: Compile, nodes: str) -> None:
    assert codes(small(nodes)) == ["F0402"]


SET = {
    "after the look-up": f"a: {{{FIND}, then: tell, not_found: bye, error: bye}}\ntell: {{say: '{{customer.name}}', then: bye}}\n{BYE}",
    "where a branch asked": (
        f"a: {{{FIND}, then: b, not_found: b, error: b}}\nb: {{branch: [{{if: customer.name is set, to: tell}}], else: bye}}\n"
        f"tell: {{say: '{{customer.name}}', then: bye}}\n{BYE}"
    ),
    "where a branch asked the other way round": (
        f"a: {{{FIND}, then: b, not_found: b, error: b}}\nb: {{branch: [{{if: customer.name is not set, to: bye}}], else: tell}}\n"
        f"tell: {{say: '{{customer.name}}', then: bye}}\n{BYE}"
    ),
    "in a condition on text that asks first": (
        f"a: {{{FIND}, then: b, not_found: b, error: b}}\n"
        "b: {branch: [{if: customer.name is set and customer.name == '王', to: bye}], else: bye}\n"
        f"{BYE}"
    ),
    "of the wait in a queue, behind it": (
        "q: {queue: agents, after_agent: a, waited_too_long: a, full: bye, no_agents: bye, error: bye}\n"
        "a: {branch: [{if: call.waited > 60s, to: bye}], else: bye}\n" + BYE
    ),
    "in a condition that asks first": (
        f"a: {{{FIND}, then: b, not_found: b, error: b}}\n"
        f"b: {{branch: [{{if: customer.suspended is set and customer.suspended, to: bye}}], else: bye}}\n{BYE}"
    ),
    "of a withheld number that is compared, or asked for first": (
        "a: {branch: [{if: call.from is set and number(call.from) > 5, to: b}], else: bye}\n"
        "b: {branch: [{if: call.from == '1', to: c}, {if: call.from is set, to: c}], else: bye}\n"
        f"c: {{say: [{{when: call.from is set, text: '{{call.from}}'}}], then: bye}}\n{BYE}"
    ),
    "in a prompt that asks first": (
        f"a: {{{FIND}, then: tell, not_found: tell, error: tell}}\n"
        f"tell: {{say: [{{when: customer.name is set, text: '{{customer.name}}'}}], then: bye}}\n{BYE}"
    ),
    "when back leads to the menu and nothing was asked meanwhile": (
        f"a: {{{FIND}, then: m, not_found: bye, error: bye}}\n"
        "m: {menu: '余额{customer.balance}。', choices: {1: {name: 其他, to: other}}}\n"
        f"other: {{menu: 请选择。, choices: {{1: {{name: 再见, to: bye}}}}}}\n{BYE}"
    ),
    "when digits were asked for anew that no check can fail": (
        "a: {collect: code, prompt: 编号。, length: 4, then: m}\n"
        "m: {menu: '编号{code}。', choices: {1: {name: 换号, to: again}}}\n"
        f"again: {{collect: code, prompt: 新编号。, length: 4, then: bye}}\n{BYE}"
    ),
}


@pytest.mark.parametrize("nodes", SET.values(), ids=SET)
def test_a_variable_is_set(small: Compile, nodes: str) -> None:
    assert codes(small(nodes)) == []


LONG = "a: {collect: x, prompt: 数量。, length: 2-16, then: b}\n"
LONG_NUMBERS = {
    "at once": (
        f"{LONG}b: {{branch: [{{if: number(x) > 5, to: bye}}], else: bye}}\n{BYE}",
        ["F0252"],
    ),
    "by another name": (
        (
            f"{LONG}b: {{set: {{y: x if x is set else '0', z: y}}, then: c}}\n"
            f"c: {{say: [{{when: number(z) > 5, text: 多。}}], then: bye}}\n{BYE}"
        ),
        ["F0252"],
    ),
    "of as many digits as a number has": (
        f"{LONG.replace('16', '15')}b: {{branch: [{{if: number(x) > 5, to: bye}}], else: bye}}\n{BYE}",
        [],
    ),
    "that are used as they are": (
        f"{LONG}b: {{branch: [{{if: len(x) > 5, to: bye}}], else: bye}}\n{BYE}",
        [],
    ),
}


@pytest.mark.parametrize(("nodes", "found"), LONG_NUMBERS.values(), ids=LONG_NUMBERS)
def test_digits_are_too_long_for_a_number(small: Compile, nodes: str, found: list[str]) -> None:
    assert codes(small(nodes)) == found


def test_a_variable_is_unset_in_a_flow_that_is_entered_from_another(small: Compile) -> None:
    other = "flow: other\nnodes:\n  tell: {say: '{x}', then: ask}\n  ask: {collect: x, prompt: 号码。, length: 3, then: hotline}\n"
    assert "F0402" in codes(
        small(
            f"a: {{menu: 请。, choices: {{1: {{name: 一, to: other}}}}}}\n{BYE.replace('bye', 'b')}",
            flow_other=other,
        )
    )


ENDLESS = {
    "a node that leads to itself": "a: {say: 您好。, then: a}",
    "two that lead to each other": "a: {say: 您好。, then: b}\nb: {mark: x, then: a}",
    "hours": f"a: {{hours: office, open: bye, closed: a}}\n{BYE}",
    "an input that repeats itself when given up": f"a: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: repeat}}\n{BYE}",
    "a way back after a failed look-up": (
        "a: {collect: x, prompt: 号码。, length: 3, then: f}\n"
        f"f: {{lookup: billing.customer, with: {{account: x}}, as: customer, then: bye, not_found: a, error: bye}}\n{BYE}"
    ),
    "a read-back that is taken": (
        "a: {collect: x, prompt: 号码。, length: 3, read_back: '{x}', then: f}\n"
        f"f: {{lookup: billing.customer, with: {{account: x}}, as: customer, then: bye, not_found: a, error: bye}}\n{BYE}"
    ),
    "a flow called again and again": "a: {call: other, then: a}",
    "a bound whose else leads round too": f"a: {{hours: office, open: bye, closed: {{to: b, at_most: 2, else: a}}}}\nb: {{say: 一, then: bye}}\n{BYE}",
    "a bound whose else is the same way": f"a: {{hours: office, open: bye, closed: {{to: a, at_most: 2, else: a}}}}\n{BYE}",
    "attempts whose bound leads to the same input": f"a: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: {{to: a, at_most: 1, else: a}}}}\n{BYE}",
    "a flow that jumps out to where it is called": "a: {call: jumper, then: bye}\n" + BYE,
    "a queue that is full": "a: {queue: agents, after_agent: b, waited_too_long: b, full: a, no_agents: b, error: b}\nb: {hangup: 再见。}",
}
OFFICE = 'calendar: office\nweek: {mon-fri: "09:00-17:30"}'
OTHER = "flow: other\nnodes:\n  hello: {say: 一, then: back_again}\n  back_again: {return: }\n"


@pytest.mark.parametrize("nodes", ENDLESS.values(), ids=ENDLESS)
def test_a_way_round_has_no_end(small: Compile, nodes: str) -> None:
    files = {"flow_other": OTHER} if "other" in nodes else {}
    files |= (
        {"flow_jumper": "flow: jumper\nnodes:\n  a: {say: 一, then: hotline}\n"}
        if "jumper" in nodes
        else {}
    )
    calendar = {"calendar_office": OFFICE} if "office" in nodes else {}
    found = codes(small(nodes, **files, **calendar))
    assert found.count("F0403") == 1
    # Who is silent in a menu that repeats itself never gets to a person either.
    assert set(found) <= {"F0403", "F0407"}


BOUNDED = {
    "the caller chooses it in a menu": f"a: {{menu: 请。, choices: {{1: {{name: 再听, to: a}}, 2: {{name: 再见, to: bye}}}}}}\n{BYE}",
    "it is counted": f"a: {{hours: office, open: bye, closed: {{to: a, at_most: 2, else: bye}}}}\n{BYE}",
    "the caller leaves a queue by a key": (
        "a: {queue: agents, exit_keys: {1: b}, after_agent: bye, waited_too_long: bye, full: bye, no_agents: bye, error: bye}\n"
        f"b: {{say: 等候时可按一。, then: a}}\n{BYE}"
    ),
    "the flow called asks the caller": "a: {call: other, more: a, over: bye}\n" + BYE,
    "two calls of one flow in a row": f"a: {{call: twice, then: b}}\nb: {{call: twice, then: bye}}\n{BYE}",
}
ASKS = (
    "flow: other\nresults: [more, over]\nnodes:\n  m: {menu: 请。, choices: {1: {name: 再来, to: again}, 2: {name: 完, to: over}}}\n"
    "  again: {return: more}\n  over: {return: over}\n"
)
TWICE = OTHER.replace("other", "twice")


@pytest.mark.parametrize("nodes", BOUNDED.values(), ids=BOUNDED)
def test_a_way_round_has_an_end_when(small: Compile, nodes: str) -> None:
    files = (
        {"flow_other": ASKS}
        if "other" in nodes
        else {"flow_twice": TWICE}
        if "twice" in nodes
        else {}
    )
    calendar = {"calendar_office": OFFICE} if "office" in nodes else {}
    assert codes(small(nodes, **files, **calendar)) == []


def test_a_node_that_nothing_leads_to_is_told_once(small: Compile) -> None:
    assert codes(
        small(
            f"a: {{say: 一, then: bye}}\nb: {{menu: 请。, choices: {{1: {{name: 二, to: bye}}}}}}\n{BYE}"
        )
    ) == ["F0401"]


PERSON = {
    "none": (
        "F0404",
        f"a: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: bye}}\n{BYE}",
        "keys: {0: main_menu}",
    ),
    "too many keys away": (
        "F0405",
        "a: {collect: x, prompt: 号码。, length: 8, then: desk, gave_up: bye}\n" + BYE,
        "keys: {0: main_menu}",
    ),
    "by silence and wrong keys alone": (
        "F0412",
        f"a: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: desk}}\n{BYE}",
        "keys: {0: main_menu}",
    ),
    "too many keys away, though silence leads there": (
        "F0405",
        "a: {collect: x, prompt: 号码。, length: 8, then: desk, gave_up: desk}\n",
        "keys: {0: main_menu}",
    ),
    # Two digits, three times.
    "too many keys away by checks that fail": (
        "F0405",
        "a: {collect: x, prompt: 号码。, length: 2, luhn: yes, then: desk, gave_up: desk}\n",
        "keys: {0: main_menu}",
    ),
    "too many keys away round by round": (
        "F0405",
        (
            "a: {collect: x, prompt: 号码。, length: 1, then: f, gave_up: desk}\n"
            "f: {lookup: billing.customer, with: {account: x}, as: customer, then: desk, "
            "not_found: {to: a, at_most: 3, else: desk}, error: desk}\n"
        ),
        "keys: {0: main_menu}",
    ),
    "not by silence": (
        "F0407",
        f"a: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: bye}}\n{BYE}",
        "",
    ),
}


@pytest.mark.parametrize(("code", "nodes", "head"), PERSON.values(), ids=PERSON)
def test_a_person_is_out_of_reach(small: Compile, code: str, nodes: str, head: str) -> None:
    assert codes(small(nodes, head)) == [code]


ADVERSE = {
    "where the desk is closed at night": (
        ["F0404"],
        (
            f"a: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: b}}\n"
            f"b: {{hours: office, open: desk, closed: bye}}\n{BYE}"
        ),
        "keys: {0: main_menu}",
    ),
    "where a look-up on the way fails": (
        ["F0404"],
        (
            f"a: {{menu: 请。, choices: {{1: {{name: 人工, to: f}}}}, gave_up: f}}\n"
            f"f: {{{FIND}, then: desk, not_found: desk, error: bye}}\n{BYE}"
        ),
        "keys: {0: main_menu}",
    ),
    "where a key leads there only once": (
        ["F0404"],
        (
            "a: {menu: 请。, choices: {1: {name: 人工, to: desk, at_most: 1, else: bye}}, "
            f"gave_up: {{to: desk, at_most: 1, else: bye}}}}\n{BYE}"
        ),
        "keys: {0: main_menu}",
    ),
    "where a key leads there only the second time": (
        ["F0404"],
        (
            "a: {menu: 请。, choices: {1: {name: 人工, to: bye, at_most: 1, else: desk}}, "
            f"gave_up: {{to: bye, at_most: 1, else: desk}}}}\n{BYE}"
        ),
        "keys: {0: main_menu}",
    ),
    "unless a key leads there whatever happens": (
        [],
        (
            f"a: {{menu: 请。, choices: {{1: {{name: 人工, to: f}}}}}}\n"
            f"f: {{{FIND}, then: desk, not_found: desk, error: bye}}\n{BYE}"
        ),
        "",
    ),
    "unless a message is taken at night": (
        [],
        (
            f"a: {{menu: 请。, choices: {{1: {{name: 人工, to: b}}}}, gave_up: b}}\n"
            "b: {hours: office, open: desk, closed: c}\n"
            f"c: {{voicemail: 请留言。, as: words, then: bye, empty: bye, error: bye}}\n{BYE}"
        ),
        "keys: {0: main_menu}",
    ),
    "unless a work order is opened": (
        [],
        (
            f"a: {{menu: 请。, choices: {{1: {{name: 人工, to: b}}}}, gave_up: b}}\n"
            f"b: {{ticket: open, class: fault, as: order, then: bye, error: desk, unknown: desk}}\n{BYE}"
        ),
        "keys: {0: main_menu}",
    ),
    "unless one of two bounds of a way round has the same way behind it": (
        [],
        (
            "a: {menu: 请。, choices: {1: {name: 人工, to: f}}}\n"
            f"f: {{{FIND}, then: desk, error: desk, not_found: {{to: g, at_most: 1, else: g}}}}\n"
            f"g: {{{FIND}, then: desk, error: desk, not_found: {{say: 没有。, to: f, at_most: 2, else: desk}}}}"
        ),
        "keys: {0: main_menu}",
    ),
    "unless a way back is bounded": (
        [],
        (
            "a: {collect: x, prompt: 号码。, length: 3, then: f, gave_up: desk}\n"
            "f: {lookup: billing.customer, with: {account: x}, as: customer, then: desk, "
            "not_found: {say: 没有。, to: f, at_most: 2, else: desk}, error: desk}"
        ),
        "keys: {0: main_menu}",
    ),
}


@pytest.mark.parametrize(("found", "nodes", "head"), ADVERSE.values(), ids=ADVERSE)
def test_a_person_is_promised_whatever_the_world_answers(
    small: Compile, found: list[str], nodes: str, head: str
) -> None:
    calendar = {"calendar_office": OFFICE} if "office" in nodes else {}
    assert codes(small(nodes, head, **calendar)) == found


SHARED = "flow: shared\nnodes:\n  hello: {say: 一, then: over}\n  over: {return: }\n"
ASKING = "flow: shared\nnodes:\n  ask: {menu: 请。, choices: {1: {name: 好, to: over}}, gave_up: over}\n  over: {return: }\n"
ASKED_FIRST = (
    "a: {menu: 请。, choices: {1: {name: 再见, to: c}, 2: {name: 人工, to: b}}, gave_up: b}\n"
)


@pytest.mark.parametrize(
    ("found", "shared", "nodes"),
    [
        ([], SHARED, ASKED_FIRST + "b: {call: shared, then: desk}\nc: {call: shared, then: bye}\n"),
        (
            ["F0404"],
            SHARED,
            ASKED_FIRST + "b: {call: shared, then: bye}\nc: {call: shared, then: bye}\n",
        ),
        # Told once, where one of two calls of it leads to nobody.
        (
            ["F0407"],
            ASKING,
            ASKED_FIRST + "b: {call: shared, then: desk}\nc: {call: shared, then: bye}\n",
        ),
        (
            [],
            ASKING,
            ASKED_FIRST + "b: {call: shared, then: desk}\nc: {call: shared, then: desk}\n",
        ),
    ],
    ids=["one leads to a person", "none", "an input in it", "an input in it, always"],
)
def test_a_flow_that_is_called_twice_leads_on_where_it_was_called(
    small: Compile, found: list[str], shared: str, nodes: str
) -> None:
    nodes += BYE if "bye" in nodes else ""
    assert codes(small(nodes, "keys: {0: main_menu}", flow_shared=shared)) == found


def test_what_is_called_too_often_to_be_looked_at_apart_is_looked_at_as_one(small: Compile) -> None:
    """Each flow calls the next one twice: 2 to the power of 14 visits."""
    chain = {
        f"flow_f{at}": f"flow: f{at}\nnodes:\n  a: {{call: f{at + 1}, then: b}}\n"
        f"  b: {{call: f{at + 1}, then: c}}\n  c: {{return: }}\n"
        for at in range(14)
    }
    last = SHARED.replace("shared", "f14")
    compiled = small("a: {call: f0, then: bye}\n" + BYE, **chain, flow_f14=last)
    assert codes(compiled) == []
    assert calls_apart(compiled.lowered.graph) is compiled.lowered.graph


def _within(seconds: int) -> str:
    return (
        "project: small\nlanguages: [zh]\nnumbers: {'3285028': hotline}\n"
        f"person: {{to: desk.agent, within: {seconds}s}}\ndefaults: {{gave_up: person, error: person}}\n"
        "limits: {to: desk.agent}\nkeys: {0: person}\n"
    )


SLOW = {
    # A character counts 0.28 s and a full stop 0.25 s; the sentence of the choice is 再见请按一。
    "its own prompt": (
        5,
        "a: {menu: 一二三四五六七八九十。, choices: {1: {name: 再见, to: bye}}}",
        "",
    ),
    "what is said whole on the way": (
        9,
        "a: {menu: 请选择。, choices: {1: {name: 再见, to: bye}}}\nb: {say: 一二三四五六七八九十一二三四五六七八九十。, then: desk}",
        "person: b",
    ),
    "a look-up at its deadline": (
        6,
        f"a: {{menu: 请选择。, choices: {{1: {{name: 再见, to: bye}}}}}}\nb: {{{FIND}, then: desk, not_found: desk, error: desk}}",
        "person: b",
    ),
    "a lone 0 that waits for more digits": (
        5,
        "a: {collect: x, prompt: 请输入号码。, length: 3, then: bye}",
        "",
    ),
}


# A look-up of 3 s, asked four times, and a sentence of 3.05 s before each further one.
_FOUND = "then: desk, error: desk, not_found: {say: 一二三四五六七八九十。, to: f, at_most: 3, else: desk}"
SLOW |= {
    "every round of a way that is bounded": (
        24,
        f"a: {{menu: 请选择。, choices: {{1: {{name: 查询, to: f}}}}}}\nf: {{{FIND}, {_FOUND}}}",
        "person: f",
    ),
    "a key that is dearer at first and has no rounds": (
        10,
        (
            "a: {menu: 请选择。, choices: {1: {name: 查询, to: f}, 2: {name: 人工, to: b}}}\n"
            f"b: {{say: 一二三四五六七八九十一二三四五六七八。, then: desk}}\nf: {{{FIND}, {_FOUND}}}"
        ),
        "person: f",
    ),
    "a failure that is dear, once": (
        31,
        (
            f"a: {{menu: 请选择。, choices: {{1: {{name: 查询, to: f}}}}}}\n"
            f"f: {{{FIND}, {_FOUND.replace('error: desk', 'error: b')}}}\n"
            "b: {say: 一二三四五六七八九十一二三四五六七八九十一二三四。, then: desk}"
        ),
        "person: f",
    ),
}


@pytest.mark.parametrize(("seconds", "nodes", "head"), SLOW.values(), ids=SLOW)
def test_the_seconds_to_a_person_are_counted(
    small: Compile, seconds: int, nodes: str, head: str
) -> None:
    """The least promise that holds, and one second less that does not."""
    nodes += f"\n{BYE}" if "bye" in nodes else ""
    within = [codes(small(nodes, head, project=_within(most))) for most in (seconds, seconds - 1)]
    assert within == [[], ["F0409"]]


def test_a_promise_of_seconds_alone_is_one_of_a_person_and_to_the_silent(small: Compile) -> None:
    choice = "choices: {1: {name: 人工, to: desk}, 2: {name: 再见, to: bye}}"
    silent = f"a: {{menu: 请。, {choice}, gave_up: bye}}\n{BYE}"
    lost = f"a: {{menu: 请。, {choice.replace('desk', 'bye')}, gave_up: bye}}\n{BYE}"
    nowhere = _within(60).replace("keys: {0: person}", "keys: {0: main_menu}")

    assert codes(small(silent, project=_within(60))) == ["F0407"]
    assert codes(small(lost, project=nowhere)) == ["F0404"]


# What a called flow, or a voicemail, may leave without a value.
LOST = {
    "in a flow that was called": (
        f"a: {{{FIND_ANY}, then: go, not_found: bye, error: bye}}\n"
        f"go: {{call: other, then: tell}}\ntell: {{say: '{{any.name}}', then: bye}}\n{BYE}"
    ),
    "in a flow that was called, on the way back": (
        f"a: {{{FIND_ANY}, then: m, not_found: bye, error: bye}}\n"
        "m: {menu: 请。, choices: {1: {name: 名字, to: tell}, 2: {name: 另查, to: go}}}\n"
        "go: {call: other, then: n}\nn: {menu: 请。, choices: {1: {name: 再见, to: bye}}}\n"
        f"tell: {{say: '{{any.name}}', then: bye}}\n{BYE}"
    ),
    "in a second message that is empty, on the way back": (
        "a: {voicemail: 请留言。, as: words, then: m, empty: bye, error: bye}\n"
        "m: {menu: 请。, choices: {1: {name: 提交, to: send}, 2: {name: 重录, to: again}}}\n"
        "again: {voicemail: 请留言。, as: words, then: n, empty: n, error: bye}\n"
        "n: {menu: 请。, choices: {1: {name: 再见, to: bye}}}\n"
        "send: {ticket: open, class: fault, with: {recording: words}, then: bye, error: bye, unknown: bye}\n"
        f"{BYE}"
    ),
}
LOOKS_AGAIN = (
    f"flow: other\nnodes:\n  f: {{{FIND_ANY}, then: out, not_found: out, error: out}}\n"
    "  out: {return: }\n"
)


@pytest.mark.parametrize("nodes", LOST.values(), ids=LOST)
def test_a_value_may_be_lost(small: Compile, nodes: str) -> None:
    files = {"flow_other": LOOKS_AGAIN} if "other" in nodes else {}
    project = _within(60) + "vars: {any: Customer}\ntickets: {fault: {handle: 1h}}\n"
    project = project.replace("keys: {0: person}", 'keys: {0: person, "*": back}')

    assert codes(small(nodes, project=project, **files)) == ["F0402"]


def test_a_condition_on_text_is_decided_in_the_answer_that_brought_it(small: Compile) -> None:
    compiled = small(
        f"a: {{{FIND}, then: b, not_found: bye, error: bye}}\n"
        f'b: {{branch: [{{if: customer.city == "江门" and customer.suspended, to: bye}}], else: bye}}\n{BYE}'
    )
    assert compiled.graph is not None
    (invoke,) = [
        each
        for block in compiled.graph.blocks.values()
        for each in block.operations
        if isinstance(each, Invoke)
    ]
    assert [each.variable for each in invoke.decided] == ["hotline.customer.city.is1"]
    assert {each.variable for each in invoke.gives} == {
        "hotline.customer.city",
        "hotline.customer.suspended",
    }


UNDECIDED = {
    "text of two answers": (
        f"a: {{{FIND}, then: n, not_found: bye, error: bye}}\n"
        "n: {lookup: billing.name, with: {account: call.from}, as: other, then: b, error: bye}\n"
        f"b: {{branch: [{{if: customer.name == other, to: bye}}], else: bye}}\n{BYE}"
    ),
    "text of no answer": f'b: {{branch: [{{if: call.language == "zh", to: bye}}], else: bye}}\n{BYE}',
    "the length of a text, kept": (
        f"a: {{{FIND}, then: s, not_found: bye, error: bye}}\ns: {{set: {{n: len(customer.name)}}, then: b}}\n"
        f"b: {{branch: [{{if: n > 3, to: bye}}], else: bye}}\n{BYE}"
    ),
}


@pytest.mark.parametrize("nodes", UNDECIDED.values(), ids=UNDECIDED)
def test_a_condition_on_text_is_refused(small: Compile, nodes: str) -> None:
    assert codes(small(nodes)) == ["F0406"]


def joined(compiled: Compiled) -> bool:
    assert compiled.graph is not None, codes(compiled)
    operations = [
        each
        for block in compiled.graph.blocks.values()
        if block.origin.node == "hotline.a"
        for each in block.operations
    ]
    assert any(isinstance(each, Lead | Play) for each in operations)
    return any(isinstance(each, Lead) for each in operations)


MENU = "m: {menu: 请选择。, choices: {1: {name: 再见, to: bye}}}\n" + BYE


def _many(count: int) -> dict[str, str]:
    """So many menus that can be gone back to, and as many calls of a flow with as many ends."""
    menus = "".join(
        f"m{at}: {{menu: 请。, choices: {{1: {{name: 下一个, to: m{at + 1}}}}}}}\n"
        for at in range(count)
    )
    calls = "".join(f"c{at}: {{call: ends, then: c{at + 1}}}\n" for at in range(count))
    cases = ", ".join(f"{{if: call.from == '{at}', to: r{at}}}" for at in range(count))
    ends = "".join(f"  r{at}: {{return: }}\n" for at in range(count))
    return {
        "nodes": f"{menus}m{count}: {{mark: x, then: c0}}\n{calls}c{count}: {{hangup: 再见。}}",
        "flow_ends": f"flow: ends\nnodes:\n  a: {{branch: [{cases}], else: r0}}\n{ends}",
    }


def test_ways_over_hubs_are_no_more_than_a_few_a_block_and_lead_to_the_same(small: Compile) -> None:
    few, many = (small(**_many(count)) for count in (10, 40))
    assert few.lowered is not None
    assert many.lowered is not None
    assert codes(few) == []
    short, long = (len(list(hubbed_edges(each.lowered.graph))) for each in (few, many))
    assert long < 4 * short
    onward: dict[BlockId, set[BlockId]] = {}
    for edge in hubbed_edges(few.lowered.graph):
        onward.setdefault(edge.source, set()).add(edge.to)
    over = {
        (at, to)
        for at, ways in onward.items()
        if at.flow != HUB
        for way in ways
        for to in (onward[way] if way.flow == HUB else [way])
    }
    assert over == {(edge.source, edge.to) for edge in all_edges(few.lowered.graph)}


JOINS = {
    "straight to a menu": (True, f"a: {{say: 您好。, then: m}}\n{MENU}"),
    "over set, mark and language": (
        True,
        f"a: {{say: 您好。, then: s}}\ns: {{set: {{x: 1}}, then: k}}\nk: {{mark: x, then: l}}\nl: {{language: zh, then: m}}\n{MENU}",
    ),
    "not over a look-up": (
        False,
        f"a: {{say: 您好。, then: f}}\nf: {{{FIND}, then: m, not_found: m, error: m}}\n{MENU}",
    ),
    "not to a hang-up": (False, f"a: {{say: 您好。, then: bye}}\n{BYE}"),
    "not to a prompt that must be heard": (
        False,
        f"a: {{say: 您好。, then: c}}\nc: {{confirm: [{{text: 注意。, bargein: none}}, 确定吗？], yes: bye, no: bye}}\n{BYE}",
    ),
    "not with each": (
        False,
        (
            f"b: {{{FIND}, then: a, not_found: bye, error: bye}}\n"
            f"a: {{say: [{{each: customer.services, as: s, text: '{{s.name}}。'}}], then: m}}\n{MENU}"
        ),
    ),
}


@pytest.mark.parametrize(("joins", "nodes"), JOINS.values(), ids=JOINS)
def test_a_say_joins_the_input_that_it_leads_to(small: Compile, joins: bool, nodes: str) -> None:
    assert joined(small(nodes)) is joins


def _looked_up(count: int) -> str:
    """So many look-ups one after another, each with a condition on a text of its answer."""
    steps = (
        f"l{i}: {{lookup: billing.customer, with: {{account: call.from}}, as: r{i}, then: b{i}, not_found: bye}}\n"
        f"b{i}: {{branch: [{{if: r{i}.name == '王', to: bye}}], else: s{i}}}\n"
        f"s{i}: {{say: 请稍候。, then: l{i + 1}}}\n"
        for i in range(count)
    )
    return "".join(steps) + f"l{count}: {{say: 您好。, then: bye}}\n{BYE}"


def test_conditions_on_answers_are_attached_in_proportion(
    small: Compile, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Expression] = []

    def counted(expression: Expression) -> frozenset[str]:
        asked.append(expression)
        return reads(expression)

    monkeypatch.setattr(attach_readings, "reads", counted)
    taken = []
    for count in (10, 20):
        asked.clear()
        compiled = small(_looked_up(count))
        assert codes(compiled) == []
        assert compiled.graph is not None
        invokes = [
            i for b in compiled.graph.blocks.values() for i in b.operations if isinstance(i, Invoke)
        ]
        assert [[d.variable for d in i.decided] for i in invokes] == [
            [f"hotline.r{i}.name.is1"] for i in range(count)
        ]
        taken.append(len(asked))
    assert taken[1] <= 2 * taken[0]


ORDER = "a: {ticket: status, as: order, then: b, not_found: bye, error: bye, unknown: bye}\n"
WORDS_OF_ORDERS = {
    "a state to switch by": ("switch: order.state, cases: {opened: bye, acepted: bye}", "acepted"),
    "a state to compare with": ("branch: [{if: 'order.state == \"clossed\"', to: bye}]", "clossed"),
    "the other way round": ("branch: [{if: '\"clossed\" != order.state', to: bye}]", "clossed"),
    "one of several": (
        'branch: [{if: \'not (order.card in ("red", "blue"))\', to: bye}]',
        "blue",
    ),
}


@pytest.mark.parametrize(("node", "word"), WORDS_OF_ORDERS.values(), ids=WORDS_OF_ORDERS)
def test_a_word_that_no_work_order_has_is_told(small: Compile, node: str, word: str) -> None:
    (found,) = small(f"{ORDER}b: {{{node}, else: bye}}\n{BYE}").found

    assert found.code.number == "F0211"
    assert found.span.text.strip('"') == word


def test_words_of_work_orders_are_known(small: Compile) -> None:
    states = "opened: bye, accepted: bye, handled: bye, closed: bye, abandoned: bye"
    node = f"b: {{switch: order.state, cases: {{{states}}}, else: c}}"
    other = (
        'c: {branch: [{if: \'order.class == "any" or order.card == "red"\', to: bye}], else: bye}'
    )

    assert codes(small(f"{ORDER}{node}\n{other}\n{BYE}")) == []


PROMISED = "b: {say: '{order.promised}', then: bye}\n" + BYE
OPEN = "a: {ticket: open, class: CLASS, as: order, then: b, error: bye, unknown: bye}\n"
BOTH = "tickets: {fault: {handle: 4h}, message: {reply: 2h}}"
PROMISES = {
    "of a class with a time": ("tickets: {fault: {handle: 4h}}", OPEN + PROMISED, []),
    "of a class without one": (BOTH, OPEN.replace("CLASS", "message") + PROMISED, ["F0402"]),
    "of one with a time beside it": (BOTH, OPEN + PROMISED, []),
    "of any class": ("", OPEN + PROMISED, ["F0402"]),
    "of an order of before, in all classes": (
        "tickets: {fault: {handle: 4h}}",
        ORDER + PROMISED,
        [],
    ),
    "of an order of before, in some": (BOTH, ORDER + PROMISED, ["F0402"]),
    "that is asked for": (
        "",
        f"{OPEN}b: {{say: [{{text: '{{order.promised}}', when: order.promised is set}}], then: bye}}\n{BYE}",
        [],
    ),
    "that was there, and is opened anew": (
        BOTH,
        OPEN.replace("then: b", "then: c")
        + OPEN.replace("a:", "c:").replace("CLASS", "message")
        + PROMISED,
        ["F0402"],
    ),
}


@pytest.mark.parametrize(("line", "nodes", "found"), PROMISES.values(), ids=PROMISES)
def test_a_promise_is_there_where_the_class_has_a_time(
    small: Compile, line: str, nodes: str, found: list[str]
) -> None:
    project = f"{SURROUNDINGS['flowc.yaml']}{line}\n"
    assert codes(small(nodes.replace("CLASS", "fault"), project=project)) == found
