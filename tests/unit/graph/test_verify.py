"""The invariants of a graph, each broken once."""

from __future__ import annotations

from dataclasses import replace

from flowc.expression.tree import Literal
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Call, Hangup, Jump, Return, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import OUTCOME, Answer, Collect, Cue, CueKind, Operation, Options, Play
from flowc.graph.text import graph_text
from flowc.graph.verify import verify

ASK, END = BlockId("f", "a"), BlockId("f", "b")
COLLECT = Collect(Options(("1",)))
CASES = tuple((way, END) for way in ("1", "silence", "key", "error"))


def graph(*operations: Operation, cases: tuple[tuple[str, BlockId], ...] = CASES) -> FlowGraph:
    ask = Block(ASK, operations, Switch(OUTCOME, cases), Origin("f.a", "menu"))
    end = Block(END, (), Hangup(), Origin("f.b", "hangup"))
    return FlowGraph("g", ("zh",), "UTC", (("1", ASK),), {ASK: ask, END: end})


SOUND = graph(Answer(), Cue((), CueKind.ENTRY), COLLECT)


def test_a_sound_graph_breaks_nothing() -> None:
    assert verify(SOUND) == ()


def test_a_block_that_is_named_must_exist() -> None:
    lost = replace(SOUND, blocks={ASK: SOUND.blocks[ASK]})
    assert verify(lost) == ("f.a.start names f.b.start, which is no block",)


def test_every_outcome_has_its_case() -> None:
    (found,) = verify(graph(Answer(), Cue((), CueKind.ENTRY), COLLECT, cases=CASES[:-1]))
    assert "its cases are 1, silence, key; the outcomes are 1, silence, key, error" in found


def test_a_number_begins_with_an_answer() -> None:
    assert "does not answer first" in verify(graph(Cue((), CueKind.ENTRY), COLLECT))[0]


def test_an_ending_operation_stands_last() -> None:
    found = verify(graph(Answer(), Cue((), CueKind.ENTRY), COLLECT, COLLECT))
    assert "an operation with outcomes stands before another one" in found[0]


def test_an_outcome_is_switched_over_where_there_is_one() -> None:
    assert "switches over the outcome of nothing" in verify(graph(Answer()))[0]


def test_a_collect_is_cued_on_every_way() -> None:
    assert verify(graph(Answer(), COLLECT)) == ("f.a.start: collects before anything was cued",)


def test_a_collect_is_cued_behind_every_call_of_a_flow() -> None:
    """Two ends of a flow, two calls of it; behind the second one the caller is asked at once."""
    first, second, third = (BlockId("f", name) for name in "xyz")
    one, two, three = (BlockId("g", name) for name in ("one", "two", "three"))
    origin = Origin("f.a", "call")
    sound = graph(Answer(), Cue((), CueKind.ENTRY), COLLECT)
    calls = {
        first: Block(first, (Answer(),), Call("g", one, 1, (("done", second),)), origin),
        second: Block(second, (), Call("g", one, 2, (("done", third),)), origin),
        one: Block(one, (), Branch(Literal(True, Scalar.BOOL), two, three), origin),
        two: Block(two, (), Return("g", "done", END), origin),
        three: Block(three, (), Return("g", "done", END), origin),
        third: Block(third, (COLLECT,), Switch(OUTCOME, CASES), origin),
    }
    broken = replace(sound, numbers=(("1", first),), blocks={**sound.blocks, **calls})
    assert verify(broken) == ("f.z.start: collects before anything was cued",)


def test_the_handler_says_nothing_to_a_caller_who_has_gone() -> None:
    handler = BlockId("f", "h")
    play = Block(handler, (Play(()),), Jump(END), Origin("f.h", "say"))
    of = replace(SOUND, blocks={**SOUND.blocks, handler: play}, on_hangup=handler)
    assert verify(of) == ("f.h.start: Play after the call has ended",)


def test_a_graph_is_told_in_lines() -> None:
    assert graph_text(SOUND).splitlines()[3:10] == [
        "",
        "f.a.start:",
        "  answer",
        "  cue entry []",
        "  collect options 1 first 5000ms inter 3000ms",
        "  switch outcome",
        "    1 -> f.b.start",
    ]
