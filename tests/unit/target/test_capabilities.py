"""A target that can't do all is told what a flow asks of it, by node, before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flowc.build import build
from flowc.compiler import Compiled
from flowc.language.environments import Environment
from flowc.target import Bundle, Capability, EmitError, EmitRequest
from flowc.target.capabilities import lacking

ASKED = {
    Capability.QUEUES: (
        "a: {queue: agents, after_agent: b, waited_too_long: b, full: b, no_agents: b, error: b}"
    ),
    Capability.FLAGS: "a: {branch: [{if: flags.outage, to: b}], else: b}",
    Capability.LISTS: "a: {branch: [{if: call.from in lists.vip, to: b}], else: b}",
    Capability.DATE_ARITHMETIC: "a: {branch: [{if: today() + 1 > 2026-12-01, to: b}], else: b}",
    Capability.FILLER: (
        "a: {lookup: billing.name, with: {account: \"'1'\"}, as: n, while_waiting: 请稍候。, then: b, error: b}"
    ),
    Capability.ACCEPT_KEY: (
        "a: {dial: '07503285028', accept: 1, accept_prompt: 请按一。, after_agent: b, busy: b, no_answer: b, failed: b}"
    ),
}
BYE = "\nb: {hangup: 再见。}\n"


@pytest.mark.parametrize("capability", Capability, ids=lambda each: each.name)
def test_what_a_flow_asks_for_is_told_at_its_node_and_nothing_else(
    small: Callable[..., Compiled], capability: Capability
) -> None:
    made = small(ASKED[capability] + BYE)
    assert made.graph is not None, [(str(one.span), one.label("en")) for one in made.found]
    everything = frozenset(Capability)
    assert lacking(made.graph, everything) == ()
    problems = lacking(made.graph, everything - {capability})
    assert {each.what for each in problems} == {f"it has no {capability.value}"}
    # The project's other flow has a queue of its own.
    assert [
        each.block.node_name for each in problems if each.block and each.block.flow != "desk"
    ] == ["hotline.a"]


class Poor:
    """Emits nothing, and is not asked to."""

    name, versions, seat = "poor", ("1",), "{seat}"
    supports: frozenset[Capability] = frozenset()

    def emit(self, request: EmitRequest) -> Bundle:
        raise AssertionError(f"asked for {request.release}")


def test_a_build_for_a_target_that_lacks_something_makes_nothing(
    small: Callable[..., Compiled], tmp_path: Path
) -> None:
    made = small(ASKED[Capability.QUEUES] + BYE)
    place = Environment("here", "poor", {})
    with pytest.raises(EmitError, match="it has no queues"):
        build(made, place, Poor(), tmp_path / "out", project_folder=tmp_path)
    assert not (tmp_path / "out").exists()
