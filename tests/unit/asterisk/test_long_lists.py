"""Prompts whose lists of sounds would pass the server's limit: parted, set apart by language, or refused."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest

from flowc.expression.types import Scalar
from flowc.graph.exits import Exit, Hangup, Jump, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import (
    OUTCOME,
    Answer,
    Collect,
    Cue,
    CueKind,
    Digits,
    Given,
    Invoke,
    InvokeKind,
    Lead,
    Operation,
    Play,
    Reading,
    outcomes,
)
from flowc.graph.prompts import Phrase, Prompt, ReadAs, Sound, Spoken
from flowc.target import EmitError, EmitRequest, Environment
from flowc_asterisk import TARGET

LANGUAGES = ("zh", "en")
NEAR = Environment("/srv/sounds", "/srv/recordings", token="t0ken")
FAR = replace(NEAR, sounds=f"/{'a' * 120}/releases/0123abcd/sounds")
FRAGMENTS = {one: {str(digit): f"{one}/_/n{digit}" for digit in range(10)} for one in LANGUAGES}


def at(node: str, part: str = "start") -> BlockId:
    return BlockId("f", node, part)


def block(node: str, *operations: Operation, to: Exit, part: str = "start") -> Block:
    return Block(at(node, part), operations, to, Origin(f"f.{node}", "test"))


def asking(least: int, most: int, into: str, then: str) -> tuple[Block, Block]:
    collect = Collect(Digits(least, most), into)
    ways = tuple((one, at(then if one == "done" else "end")) for one in outcomes(collect))
    first = Cue((Phrase("q", tuple((one, (Sound("q"),)) for one in LANGUAGES)),), CueKind.ENTRY)
    return (
        block("ask", first, to=Jump(at("ask", "once"))),
        block("ask", collect, to=Switch(OUTCOME, ways), part="once"),
    )


def looking_up(type_: Scalar, read_as: ReadAs) -> Block:
    """Fills `f.it`, which the runtime reads out."""
    invoke = Invoke(
        "f.look",
        InvokeKind.LOOKUP,
        "crm",
        "customer",
        (),
        (Given("f.it", (), type_),),
        (),
        2000,
        readings=(Reading("f.it", type_, read_as),),
    )
    return block("look", invoke, to=Switch(OUTCOME, (("done", at("tell")), ("error", at("end")))))


def saying(read_as: ReadAs, variable: str = "f.it") -> Prompt:
    """Words about a value, in another order in each language."""
    value = Spoken(variable, read_as)
    return (Phrase("told", (("zh", (Sound("a"), value)), ("en", (value, Sound("a"))))),)


def graph(*blocks: Block) -> FlowGraph:
    first = replace(blocks[0], operations=(Answer(), *blocks[0].operations))
    every = (first, *blocks[1:], block("end", to=Hangup()))
    return FlowGraph(
        "f",
        LANGUAGES,
        "UTC",
        (("7000", first.id),),
        {one.id: one for one in every},
        variables={"f.account": Scalar.DIGITS, "f.it": Scalar.MONEY},
    )


def emitted(made: FlowGraph, where: Environment) -> str:
    request = EmitRequest(made, "0123abcd" * 8, where, digit_fragments=FRAGMENTS)
    return TARGET.emit(request).artifact("release/extensions.conf").text


def steps_of(text: str, node: str, extension: str = "start") -> list[str]:
    context = text.partition(f"[fl-0123abcd.f.{node}]")[2].partition("\n[")[0]
    lines = context.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"exten => {extension},1"))
    rest = lines[start + 1 :]
    end = next((i for i, line in enumerate(rest) if not line.startswith(" same")), len(rest))
    return [lines[start], *rest[:end]]


def test_a_value_in_a_near_folder_is_said_by_one_playback() -> None:
    told = block("tell", Play(saying(ReadAs.MONEY)), to=Jump(at("end")))
    steps = steps_of(emitted(graph(looking_up(Scalar.MONEY, ReadAs.MONEY), told), NEAR), "tell")
    assert sum("Playback(" in step for step in steps) == 1


def test_a_value_in_a_deep_folder_is_said_by_several_in_the_callers_language() -> None:
    (once,) = saying(ReadAs.MONEY)
    both = Phrase("told", tuple((one, once.in_language(one) * 2) for one in LANGUAGES))
    told = block("tell", Play((both,)), to=Jump(at("end")))
    steps = steps_of(emitted(graph(looking_up(Scalar.MONEY, ReadAs.MONEY), told), FAR), "tell")
    said = [step for step in steps if "Playback(" in step]
    assert [re.findall(r"T\d_\$\{L\}", step) for step in said] == [["T0_${L}"], ["T1_${L}"]]
    assert [",noanswer" in step for step in said] == [True, False]
    assert sum(bool(re.search(r"Set\(T\d_(zh|en)=", step)) for step in steps) == 4


def test_a_value_longer_than_any_list_is_cut_into_lists_of_its_own() -> None:
    told = block("tell", Play(saying(ReadAs.DIGITS)), to=Jump(at("end")))
    steps = steps_of(emitted(graph(looking_up(Scalar.DIGITS, ReadAs.DIGITS), told), FAR), "tell")
    cuts = [found for step in steps for found in re.findall(r"CUT\((\w+),&,(\d+)-(\d+)\)", step)]
    zh = [(int(start), int(end)) for name, start, end in cuts if name.endswith("_zh")]
    assert zh[0][0] == 1
    assert zh[-1][1] == 64
    assert all(end + 1 == start for (_, end), (start, _) in itertools.pairwise(zh))


def test_digits_that_the_server_spells_are_parted_by_their_places() -> None:
    told = block("tell", Play(saying(ReadAs.DIGITS, "f.account")), to=Jump(at("end")))
    text = emitted(graph(*asking(1, 64, "f.account", "tell"), told), FAR)
    steps = "\n".join(steps_of(text, "tell"))
    places = [int(place) for place in re.findall(r"T\d+_zh=.*|V_f_account:(\d+):1", steps) if place]
    assert set(places) == set(range(64))


def test_languages_that_one_choice_cannot_hold_are_set_apart_before_an_input() -> None:
    """The server writes out every branch of an `IF`, so two languages count twice."""
    cue = Cue(saying(ReadAs.DIGITS, "f.account"), CueKind.ENTRY)
    asked = Collect(Digits(1, 1), "f.right")
    ways = tuple((one, at("end")) for one in outcomes(asked))
    made = graph(
        *asking(12, 12, "f.account", "check"),
        block("check", cue, to=Jump(at("check", "once"))),
        block("check", asked, to=Switch(OUTCOME, ways), part="once"),
    )
    assert any("IF(" in step for step in steps_of(emitted(made, NEAR), "check"))
    far = steps_of(emitted(made, FAR), "check")
    assert any("=${T0_${L}}${S}/nil," in step for step in far)


def _refused(made: FlowGraph, where: Environment) -> list[str]:
    with pytest.raises(EmitError) as caught:
        emitted(made, where)
    return [str(problem) for problem in caught.value.problems]


def test_what_no_list_can_hold_at_an_input_is_refused_with_what_to_do() -> None:
    (once,) = saying(ReadAs.MONEY)
    both = Phrase("told", tuple((one, once.in_language(one) * 2) for one in LANGUAGES))
    cue = Cue((both,), CueKind.ENTRY)
    asked = Collect(Digits(1, 1), "f.right")
    ways = tuple((one, at("end")) for one in outcomes(asked))
    made = graph(
        looking_up(Scalar.MONEY, ReadAs.MONEY),
        block("tell", cue, to=Jump(at("tell", "once"))),
        block("tell", asked, to=Switch(OUTCOME, ways), part="once"),
    )
    emitted(made, NEAR)
    (problem,) = _refused(made, FAR)
    assert problem.startswith("f.tell.start: the prompt is too long for one list of sounds")
    shorter = int(re.search(r"choose a `root` that is (\d+) letters shorter", problem)[1])  # type: ignore[index]
    emitted(made, replace(FAR, sounds=FAR.sounds.replace("a" * shorter, "", 1)))
    assert "say the values in a `say`" in problem


def test_a_lead_counts_with_the_prompt_that_it_stands_before() -> None:
    asked = Collect(Digits(1, 1), "f.right")
    ways = tuple((one, at("end")) for one in outcomes(asked))
    once = block("ask", asked, to=Switch(OUTCOME, ways), part="once")
    long = tuple(
        Phrase(f"p{i}", tuple((one, (Sound(f"p{i}"),)) for one in LANGUAGES)) for i in range(16)
    )
    alone = block("ask", Cue(long, CueKind.ENTRY), to=Jump(at("ask", "once")))
    look = looking_up(Scalar.MONEY, ReadAs.MONEY)
    silent = block("tell", to=Jump(at("ask")))
    led = block("tell", Lead(saying(ReadAs.MONEY)), to=Jump(at("ask")))
    emitted(graph(look, silent, alone, once), FAR)
    assert any("f.ask.start" in each for each in _refused(graph(look, led, alone, once), FAR))
