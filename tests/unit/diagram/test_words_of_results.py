"""Results of one name that mean different things are called differently in pictures."""

from __future__ import annotations

from collections.abc import Callable

from flowc.cli.draw import labels_of
from flowc.compiler import Compiled

NODES = """
m: {menu: 请选。, choices: {1: {name: 催办, to: urge}}}
urge: {ticket: urge, with: {caller: call.from}, as: order, then: bye, not_found: bye, closed: bye, error: bye, unknown: bye}
bye: {hangup: 再见。}
"""


def test_a_closed_order_is_not_called_out_of_hours(small: Callable[..., Compiled]) -> None:
    labels = labels_of(small(NODES), "zh")
    assert labels.reason("hotline.urge", "closed") == "工单已办结"
    assert labels.reason("hotline.elsewhere", "closed") == "下班时间"
