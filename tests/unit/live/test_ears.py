"""What was offered must have been heard, unless it had no time to be."""

from __future__ import annotations

from flowc.graph.ids import BlockId
from flowc.live.ears import expected_sounds, unheard
from flowc.machine.trace import Ended, Entered, HungUp, Marked, Offered, Step, Trace
from flowc.target import HeardSound

MAIN = BlockId("line", "main")
LENGTHS = {"zh/a": 1000, "zh/b": 2000, "zh/c": 1000}


def trace(*steps: tuple[int, Step]) -> Trace:
    """A trace made by hand: moments in ms beside their steps."""
    return Trace(tuple(step for _, step in steps), tuple(at for at, _ in steps))


WHOLE = trace((0, Entered(MAIN)), (0, Offered(("zh/a", "zh/b"))), (8000, HungUp("caller")))


def _heard(*sounds: str) -> tuple[HeardSound, ...]:
    return tuple(HeardSound(sound, (), float(at)) for at, sound in enumerate(sounds))


def test_all_sounds_in_their_order_are_heard() -> None:
    assert unheard(WHOLE, _heard("zh/a", "zh/b"), LENGTHS) == ()


def test_a_sound_that_was_never_heard_is_told() -> None:
    assert unheard(WHOLE, _heard("zh/a"), LENGTHS) == ("zh/b",)
    assert unheard(WHOLE, (), LENGTHS) == ("zh/a", "zh/b")


def test_sounds_in_another_order_are_not_what_was_offered() -> None:
    assert unheard(WHOLE, _heard("zh/b", "zh/a"), LENGTHS) == ("zh/b",)


def test_a_sound_that_is_said_twice_must_be_heard_twice() -> None:
    twice = trace((0, Offered(("zh/a",))), (5000, Offered(("zh/a",))), (9000, HungUp("flow")))
    assert unheard(twice, _heard("zh/a"), LENGTHS) == ("zh/a",)
    assert unheard(twice, _heard("zh/a", "zh/a"), LENGTHS) == ()


def test_a_sound_that_sounds_the_same_counts() -> None:
    alike = (HeardSound("zh/c", ("zh/a",), 0.0), *_heard("zh/b"))
    assert unheard(WHOLE, alike, LENGTHS) == ()


def test_music_and_more_may_be_heard_between() -> None:
    assert unheard(WHOLE, _heard("music", "zh/a", "music", "zh/b"), LENGTHS) == ()


def test_what_a_key_cut_before_it_began_need_not_be_heard() -> None:
    cut = trace((0, Offered(("zh/a", "zh/b"))), (900, Ended(MAIN, "1")), (900, HungUp("flow")))
    assert expected_sounds(cut, LENGTHS) == ["zh/a"]


def test_a_mark_does_not_end_a_prompt() -> None:
    marked = trace((0, Offered(("zh/a", "zh/b"))), (100, Marked("x")), (9000, HungUp("caller")))
    assert expected_sounds(marked, LENGTHS) == ["zh/a", "zh/b"]


def test_a_sound_of_unknown_length_cannot_be_looked_for_nor_what_follows_it() -> None:
    unknown = trace((0, Offered(("zh/a", "zh/?", "zh/b"))), (9000, HungUp("caller")))
    assert expected_sounds(unknown, LENGTHS) == ["zh/a"]


def test_what_a_key_may_have_stopped_need_not_be_heard() -> None:
    """The first key of an entry stops a prompt, and so does skip; no step of a trace tells of it."""
    block = BlockId("f", "n", "ask")
    steps = (Entered(block), Offered(("zh/one", "zh/two")), Entered(BlockId("f", "m")))
    trace = Trace(steps, (0, 0, 9000))
    lengths = {"zh/one": 1000, "zh/two": 1000}
    assert expected_sounds(trace, lengths) == ["zh/one", "zh/two"]
    assert expected_sounds(trace, lengths, (1100,)) == ["zh/one"]
