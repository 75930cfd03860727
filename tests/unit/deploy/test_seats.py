"""How a seat of queues.yaml is rung is an environment's text, and no format that can break."""

from __future__ import annotations

import pytest

from flowc.build import environment_of
from flowc.compiler import compile_files
from flowc.language.environments import Environment
from flowc.target import load_target

FILES = {
    "flowc.yaml": 'project: p\nlanguages: [zh]\nnumbers: {"100": line}\n',
    "flows/line.flow.yaml": "flow: line\nnodes:\n  bye: {hangup: 再见。}\n",
    "queues.yaml": "agents: {members: [8001]}\n",
}


@pytest.mark.parametrize(
    ("seats", "rung"),
    [
        ("PJSIP/{seat}", "PJSIP/8001"),
        ("Local/{seat}@desks/n", "Local/8001@desks/n"),
        ("{seat.__class__}", "{seat.__class__}"),
        ("{x}", "{x}"),
        ("{", "{"),
    ],
)
def test_only_the_word_seat_is_filled_in(seats: str, rung: str) -> None:
    compiled = compile_files({name: text.encode() for name, text in FILES.items()})
    settings = Environment("here", "asterisk", {"seats": seats})
    environment = environment_of(compiled, settings, load_target("asterisk"), "00000000")
    assert environment.queues["agents"].members == (rung,)
