"""Which release a call of a test is played on: the project's, or one of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.on_target.releases import World, world_of
from flowc.simulate.script import CallScript

Read = Callable[[str], CallScript]


@pytest.mark.parametrize(
    ("text", "world"),
    [
        ("steps: [press: 1, hang up]", World()),
        ("flags: [outage]\nsteps: [hang up]", World()),
        ("limit: 30s\nsteps: [hang up]", World(limit_s=30)),
        ("sounds: missing\nsteps: [hang up]", World(lacks_sounds=True)),
        ("steps: [recording fails, press: 1]", World(lacks_recordings=True)),
        ('lists: {vip: ["138"]}\nsteps: [hang up]', World(lists=(("vip", ("138",)),))),
    ],
)
def test_what_only_a_release_can_hold_is_given_by_one_of_its_own(
    script: Read, text: str, world: World
) -> None:
    assert world_of(script(text)) == world
