"""What a simulated call takes to be made again: keys, speech, and what queues and telephones do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.live.acts import HangUp, Press, Speak, acts_of, dials_of, queues_of, unplayable
from flowc.simulate.simulator import Run
from flowc.target import DialScene, QueueScene

Play = Callable[[str], Run]


def _what(run: Run) -> list[object]:
    return [act.what for act in acts_of(run)]


def test_a_key_after_a_prompt_knows_when_the_prompt_had_ended(run: Play) -> None:
    (key, *_) = acts_of(run("steps: [hears: 请选择, press: 2]"))
    assert key.what == Press("2")
    assert key.audio_ended_at is not None
    assert key.at - key.audio_ended_at == 200


def test_a_key_that_barges_in_came_while_something_was_said(run: Play) -> None:
    (key, *_) = acts_of(run('steps: [press: {keys: "2", during: 请选择}]'))
    assert key.what == Press("2")
    assert key.audio_ended_at is None


def test_a_caller_who_hangs_up_does_so_last(run: Play) -> None:
    assert _what(run("steps: [hears: 请选择, hang up]")) == [HangUp()]


def test_a_message_that_silence_ends_is_spoken_without_that_silence(run: Play) -> None:
    done = run("steps: [hears: 请选择, press: 1, hears: 请留言, silence, hears: 再见]")
    spoken = [each for each in _what(done) if isinstance(each, Speak)]
    assert [round(each.seconds, 1) for each in spoken] == [5.0]


def test_a_message_without_a_word_is_not_spoken(run: Play) -> None:
    done = run("steps: [press: 1, hears: 请留言, recording empty, hears: 抱歉]")
    assert not [each for each in _what(done) if isinstance(each, Speak)]


def test_an_end_key_at_once_leaves_an_empty_message(run: Play) -> None:
    done = run('steps: [press: 1, hears: 请留言, press: "#", hears: 抱歉]')
    assert done.values.get("line.left") is None


def test_a_key_while_speaking_comes_before_the_one_that_ends_the_message(run: Play) -> None:
    done = run('steps: [recording ends by key, press: {keys: "15", spacing: 3s}, hears: 再见]')
    assert [each.key for each in _what(done) if isinstance(each, Press)] == ["1", "5", "#"]


@pytest.mark.parametrize(
    ("step", "scene"),
    [
        ("line busy", DialScene("busy", None, "1")),
        ("no answer", DialScene("no_answer", None, "1")),
        ("dial fails", DialScene("failed", None, "1")),
    ],
)
def test_a_number_that_is_dialled_does_what_the_script_says(
    run: Play, step: str, scene: DialScene
) -> None:
    (found,) = dials_of(run(f"steps: [{step}, press: 2, hears: 抱歉]"))
    assert found.outcome == scene.outcome


def test_a_talk_in_which_nothing_happens_is_cut_short(run: Play) -> None:
    (found,) = queues_of(run("steps: [press: 4, agent answers after 20s, hears: 再见]"))
    assert found == QueueScene("desk", "after_agent", 20.0, 1.5)


def test_a_queue_that_takes_nobody_has_no_agent(run: Play) -> None:
    (found,) = queues_of(run("steps: [queue full, press: 4, hears: 抱歉]"))
    assert found == QueueScene("desk", "full")


def test_a_call_that_takes_longer_than_anybody_waits_is_not_played(run: Play) -> None:
    long = run("steps: [press: 4, agent answers after 80s, hears: 再见]")
    assert unplayable(long) == ""
    again = "press: 3, " * 60
    assert "real time" in unplayable(
        run(f"services: {{far.order: refused}}\nsteps: [{again} press: 4, hears: 再见]")
    )


def test_a_recording_that_fails_is_played_and_nothing_is_spoken_into_it(run: Play) -> None:
    failed = run("steps: [recording fails, recording fails, press: 1, hears: 抱歉]")
    assert unplayable(failed) == ""
    assert [each for each in _what(failed) if not isinstance(each, HangUp)] == [Press("1")]


def test_a_recording_that_fails_beside_one_that_does_not_is_not_played(run: Play) -> None:
    mixed = run("steps: [recording fails, press: 1, hears: 请留言, hears: 请留言, silence]")
    assert "record" in unplayable(mixed)
