"""Results of one name that mean different things are called differently in pictures."""

from __future__ import annotations

from collections.abc import Callable

from flowc.cli.draw import labels_of
from flowc.compiler import Compiled
from flowc.diagram.contract import drawing_of
from flowc.diagram.model import Drawing, Tone

NODES = """
m: {menu: 请选。, choices: {1: {name: 催办, to: urge}}}
urge: {ticket: urge, with: {caller: call.from}, as: order, then: bye, not_found: bye, closed: bye, error: bye, unknown: bye}
bye: {hangup: 再见。}
"""


def test_a_closed_order_is_not_called_out_of_hours(small: Callable[..., Compiled]) -> None:
    labels = labels_of(small(NODES), "zh")
    assert labels.reason("hotline.urge", "closed") == "工单已办结"
    assert labels.reason("hotline.elsewhere", "closed") == "下班时间"


STATES = """
m: {menu: 请选。, choices: {1: {name: 进度, to: ask}}}
ask: {ticket: status, with: {caller: call.from}, as: order, then: how, not_found: bye, error: bye, unknown: bye}
how: {switch: order.state, cases: {opened: waiting, closed: done, accepted: waiting}, else: bye}
waiting: {say: 正在处理。, then: bye}
done: {say: 已处理。, then: bye}
bye: {hangup: 再见。}
"""
TRIES = """
m: {menu: 请选。, choices: {1: {name: 留言, to: message}, 2: {name: 报数, to: ask}}}
message:
  voicemail: 请留言。
  as: words
  then: bye
  empty: {say: 没有听到。, to: message, at_most: 1, else: bye}
  error: bye
ask: {collect: code, prompt: 请输入。, length: 4, read_back: "您输入的是{code}。", then: sorts}
sorts: {branch: [{if: flags.outage, to: m, at_most: 2, else: bye}], else: done}
done: {say: 好。, then: bye}
bye: {hangup: 再见。}
"""


def drawn(compiled: Compiled, language: str = "zh") -> Drawing:
    assert compiled.graph is not None, compiled.found
    return drawing_of(compiled.graph, labels_of(compiled, language))


def labels(drawing: Drawing, tail: str) -> dict[str, str]:
    return {
        arrow.head.removeprefix("hotline."): arrow.label
        for arrow in drawing.arrows
        if arrow.tail == f"hotline.{tail}"
    }


def test_the_ways_of_a_switch_bear_the_values_that_lead_there(
    small: Callable[..., Compiled],
) -> None:
    """Values are the author's words, though `closed` and `accepted` are outcomes elsewhere."""
    told = labels(drawn(small(STATES)), "how")
    assert told == {"waiting": "opened / accepted", "done": "closed", "bye": "其他"}


def test_a_way_back_to_the_node_itself_is_a_mark_and_its_end_is_told(
    small: Callable[..., Compiled],
) -> None:
    drawing = drawn(small(TRIES))
    (box,) = (box for box in drawing.boxes if box.id == "hotline.message")
    assert "· 为空：再来一次" in box.marks
    assert labels(drawing, "message")["bye"] == "出错 / 为空 (次数已满)"


def test_a_bound_is_no_condition_of_the_author(small: Callable[..., Compiled]) -> None:
    drawing = drawn(small(TRIES))
    told = labels(drawing, "sorts")
    assert told == {"m": "flags.outage", "bye": "flags.outage (次数已满)", "done": "其他"}
    tones = {a.head: a.tone for a in drawing.arrows if a.tail == "hotline.sorts"}
    assert tones["hotline.bye"] is Tone.QUIET


def test_yes_to_digits_that_were_read_back_is_called_so(small: Callable[..., Compiled]) -> None:
    assert labels(drawn(small(TRIES)), "ask")["sorts"] == "1 确认"
    assert labels(drawn(small(TRIES), "en"), "ask")["sorts"] == "1 confirmed"
