"""What callers are told of keys apart from an input's own prompt: exits of queues, and keys of a `say`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled

Compile = Callable[..., Compiled]
QUEUE = (
    "queue: agents, after_agent: bye, waited_too_long: bye, full: bye, no_agents: bye, error: bye"
)
BYE = "bye: {hangup: 再见。}"
MENU = "top: {menu: 请选择。, choices: {1: {name: 公告, to: bye}}}"


def found(compiled: Compiled) -> list[tuple[str, str]]:
    """All but what the proofs find: these nodes need not lead to a person."""
    kept = [each for each in compiled.found if not each.code.number.startswith("F04")]
    return [(each.code.number, each.span.text) for each in kept]


SAID = {
    "by the node before": f"a: {{say: 等候时可按二。, then: q}}\nq: {{{QUEUE}, exit_keys: {{2: bye}}}}",
    "on the way": f"a: {{menu: 请选择。, choices: {{1: {{name: 人工, say: 等候时可按二。, to: q}}}}, gave_up: bye}}\nq: {{{QUEUE}, exit_keys: {{2: bye}}}}",
    "before a node that says nothing": f"a: {{say: 等候时可按二。, then: m}}\nm: {{mark: waiting, then: q}}\nq: {{{QUEUE}, exit_keys: {{2: bye}}}}",
    "on one way of two": f"a: {{branch: [{{if: call.from is set, to: s}}], else: q}}\ns: {{say: 等候时可按二。, then: q}}\nq: {{{QUEUE}, exit_keys: {{2: bye}}}}",
}


@pytest.mark.parametrize("nodes", SAID.values(), ids=SAID)
def test_an_exit_is_told(small: Compile, nodes: str) -> None:
    assert found(small(f"{nodes}\n{BYE}")) == []


@pytest.mark.parametrize("said", ["正在转接。", "等候时可按三。"])
def test_an_exit_that_nobody_is_told_of(small: Compile, said: str) -> None:
    nodes = f"a: {{say: {said}, then: q}}\nq: {{{QUEUE}, exit_keys: {{2: bye}}}}\n{BYE}"
    assert ("F0254", "q") in found(small(nodes))


def test_what_is_said_before_another_input_does_not_tell(small: Compile) -> None:
    ask = "b: {collect: account, prompt: 请输入编号。, length: 2, then: q}"
    nodes = f"a: {{say: 稍后等候时可按二。, then: b}}\n{ask}\nq: {{{QUEUE}, exit_keys: {{2: bye}}}}\n{BYE}"
    assert found(small(nodes)) == [("F0254", "q")]


HEARD = {
    "by a menu": f"a: {{say: 公告请按一。, then: top}}\n{MENU}",
    "by an entry": "a: {say: 请按八开头的编号。, then: b}\nb: {collect: account, prompt: 请输入。, length: 2, then: bye}",
    "by what ends a message": "a: {say: 留言后请按井号键。, then: b}\nb: {voicemail: 请留言。, as: words, then: bye, empty: bye, error: bye}",
    "in another call": "a: {say: 再次拨打本热线按二可以催办。, then: bye}",
    "never: no key is told": "a: {say: 请按时缴费。, then: bye}",
}


@pytest.mark.parametrize("nodes", HEARD.values(), ids=HEARD)
def test_a_key_that_a_say_tells_is_heard(small: Compile, nodes: str) -> None:
    assert found(small(f"{nodes}\n{BYE}")) == []


UNHEARD = {
    "at the end of the call": ("a: {say: 人工请按三。, then: bye}", "人工请按三。"),
    "by the menu behind it": (f"a: {{say: 缴费请按三。, then: top}}\n{MENU}", "缴费请按三。"),
    "while a person talks": (
        "a: {say: 通话中可按三。, then: d}\nd: {dial: '07503285000', after_agent: bye, busy: bye, no_answer: bye, failed: bye}",
        "通话中可按三。",
    ),
    "behind the next input": (
        "a: {say: 取消请按二。, then: top}\ntop: {menu: 请选择。, choices: {1: {name: 公告, to: c}}}\nc: {confirm: 确认请按一，取消请按二。, yes: bye, no: bye}",
        "取消请按二。",
    ),
}


@pytest.mark.parametrize(("nodes", "text"), UNHEARD.values(), ids=UNHEARD)
def test_a_key_that_nothing_hears(small: Compile, nodes: str, text: str) -> None:
    assert found(small(f"{nodes}\n{BYE}")) == [("F0255", text)]
