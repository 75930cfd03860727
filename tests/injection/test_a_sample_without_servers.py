"""A few of the strings of `make test-injection`, at every door: seconds, and no server.

That the test can fail is a part of it: with a door off, what gets out is seen.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.injection import controls, doors, emitted, off, projects
from tests.injection.cases import Sink
from tests.injection.strings import ALL, CORE, DERIVED, KEYS


def test_there_is_a_string_for_each_idea_and_none_twice() -> None:
    assert len({each.text for each in ALL}) == len(ALL) == len(CORE) + len(DERIVED)
    assert len(CORE) >= 300
    assert all(set(each.text) <= set("0123456789*#ABCD") for each in KEYS)


def test_no_string_gets_through_a_door_as_more_than_itself() -> None:
    tally = asyncio.run(doors.sweep(CORE[::6]))
    assert [str(each) for each in tally.broken] == []
    assert len(tally.cases) >= 11


def test_no_text_of_a_graph_changes_what_a_server_reads() -> None:
    assert [str(each) for each in emitted.sweep(CORE[::40]).broken] == []


def test_no_word_of_an_author_changes_what_is_made_of_a_project() -> None:
    assert [str(each) for each in projects.sweep(CORE[::40]).broken] == []


@pytest.mark.parametrize("sink", controls.AT_DOORS, ids=str)
def test_with_its_door_off_a_sink_is_seen_to_leak(sink: Sink) -> None:
    assert asyncio.run(controls.at_its_door(sink)) != ""


@pytest.mark.parametrize("sink", controls.OF_PROJECTS, ids=str)
def test_with_its_door_off_a_file_is_seen_to_change(sink: Sink) -> None:
    assert controls.of_projects(sink) != ""


def test_what_a_control_switches_off_is_there() -> None:
    """A check that was rewritten must take its control with it: without servers nobody would notice."""
    assert [each.path for each in off._careless_skeleton()]
