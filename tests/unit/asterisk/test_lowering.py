"""What a graph becomes: the lines that matter, and what is refused with its place."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from flowc.expression.tree import Binary, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Exit, Hangup, Jump, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import (
    OUTCOME,
    Answer,
    Assign,
    Clock,
    Collect,
    Cue,
    CueKind,
    Digits,
    Enqueue,
    Invoke,
    InvokeKind,
    Operation,
    Options,
    Play,
    outcomes,
)
from flowc.graph.prompts import Phrase, Prompt, ReadAs, Sound, Spoken
from flowc.target import (
    EmitError,
    EmitRequest,
    Environment,
    Target,
    UnknownTargetError,
    load_target,
    target_names,
)
from flowc_asterisk import TARGET
from flowc_asterisk.protocol import filler_class, password
from flowc_asterisk.quote import MOST_NAME
from flowc_asterisk.zones import transitions

ENVIRONMENT = Environment("/srv/sounds", "/srv/recordings", token="t0ken")


def at(node: str, part: str = "start") -> BlockId:
    return BlockId("f", node, part)


def block(node: str, *operations: Operation, to: Exit, part: str = "start") -> Block:
    return Block(at(node, part), operations, to, Origin(f"f.{node}", "test"))


def said(*names: str) -> Prompt:
    return tuple(Phrase(name, (("zh", (Sound(name),)),)) for name in names)


def graph(*blocks: Block, **fields: object) -> FlowGraph:
    every = (*blocks, block("end", to=Hangup()))
    values: dict[str, object] = {
        "name": "test",
        "languages": ("zh",),
        "timezone": "Asia/Shanghai",
        "numbers": (("7000", blocks[0].id),),
        "blocks": {one.id: one for one in every},
        **fields,
    }
    return FlowGraph(**values)  # type: ignore[arg-type]  # fields of a dataclass, by name


def request(made: FlowGraph, **fields: object) -> EmitRequest:
    asked = EmitRequest(made, "0123abcd", ENVIRONMENT)
    return replace(asked, **fields)  # type: ignore[arg-type]  # fields of a dataclass, by name


def emitted(made: FlowGraph, **fields: object) -> str:
    return TARGET.emit(request(made, **fields)).artifact("release/extensions.conf").text


def refused(made: FlowGraph, **fields: object) -> list[str]:
    with pytest.raises(EmitError) as caught:
        TARGET.emit(request(made, **fields))
    return [str(problem) for problem in caught.value.problems]


def context(text: str, name: str) -> list[str]:
    return text.partition(f"[{name}]\n")[2].partition("\n[")[0].splitlines()


def _asking(entry: Digits | Options) -> FlowGraph:
    collect = Collect(entry, "f.typed" if isinstance(entry, Digits) else "")
    ways = tuple((one, at("end")) for one in outcomes(collect))
    return graph(
        block("ask", Answer(), Cue(said("ask"), CueKind.ENTRY), to=Jump(at("ask", "once"))),
        block("ask", collect, to=Switch(OUTCOME, ways), part="once"),
        variables={"f.typed": Scalar.DIGITS},
    )


def test_a_good_entry_costs_a_read_and_no_test() -> None:
    lines = context(emitted(_asking(Digits(4, 4))), "fl-0123abcd.f.ask")
    assert lines[:8] == [
        "exten => start,1,Answer()",
        " same => n,Read(B,${S}/zh/ask,4,e)",
        " same => n,Goto(1b${B},1)",
        " same => n(once),Read(B,${P},4,e)",
        " same => n,Goto(1b${B},1)",
        "exten => _1bXXXX,1,Set(V_f_typed=${B})",
        " same => n,Goto(fl-0123abcd.f.end,start,1)",
        "exten => 1p,1,Set(ARRAY(I,MX,TD)=1,4,3)",
    ]


def test_a_key_that_is_a_choice_names_its_own_state() -> None:
    lines = context(emitted(_asking(Options(("1", "12", "0")))), "fl-0123abcd.f.ask")
    assert "exten => 1k0,1,Goto(fl-0123abcd.f.end,start,1)" in lines
    assert "exten => 1k1,1,Read(K,${S}/nil,1,e,1,3)" in lines
    assert " same => n,Goto(1k1k${K},1)" in lines


def test_a_bundle_ends_in_a_sentinel_and_is_the_same_each_time() -> None:
    made = _asking(Digits(1, 64))
    first, second = (TARGET.emit(request(made)) for _ in range(2))
    assert first == second
    text = first.artifact("release/extensions.conf").text
    assert text.rpartition("\n[")[2].startswith("fl-0123abcd-sentinel]\n")


def test_the_source_map_tells_the_line_and_the_block_of_each_step() -> None:
    bundle = TARGET.emit(request(_asking(Digits(4, 4))))
    lines = bundle.artifact("release/extensions.conf").text.splitlines()
    rows = json.loads(bundle.artifact("release/source_map.json").text)["steps"]
    read = next(row for row in rows if row["block"] == "f.ask.once")
    assert "Read(" in lines[read["line"] - 1]
    assert (read["extension"], read["priority"]) == ("start", 2)


def test_no_word_of_a_prompt_stands_in_the_dialplan() -> None:
    title = Origin("f.say", "say", title="请按 1; exten => x")
    one = Block(at("say"), (Answer(), Play(said("a.b.prompt"))), Jump(at("end")), title)
    assert "exten => x" not in emitted(graph(one))


def test_a_prompt_that_no_list_can_hold_is_refused_where_it_is_joined() -> None:
    long = said(*(f"{'x' * 50}{i}" for i in range(90)))
    assert any(
        "too long" in problem and problem.startswith("f.ask.start")
        for problem in refused(graph(block("ask", Cue(long, CueKind.ENTRY), to=Jump(at("end")))))
    )


def test_a_say_that_no_list_can_hold_is_said_in_parts() -> None:
    long = said(*(f"{'x' * 50}{i}" for i in range(90)))
    text = emitted(graph(block("say", Play(long), to=Jump(at("end")))))
    assert text.count("Playback(") == 2
    assert text.count(",noanswer)") == 1


def test_every_place_that_cannot_be_expressed_is_told_at_once() -> None:
    text = Read("f.name", Scalar.TEXT)
    same = Binary("==", text, Literal("王", Scalar.TEXT))
    more = Assign("f.sum", Read("f.rate", Scalar.DECIMAL))
    problems = refused(
        graph(
            block("one", to=Branch(same, at("end"), at("two"))),
            block("two", more, Play((_spoken("f.rate"),)), to=Jump(at("end"))),
        )
    )
    assert [problem.partition(":")[0] for problem in problems] == ["f.one.start", "f.two.start"]


def _spoken(variable: str) -> Phrase:
    return Phrase("p", (("zh", (Spoken(variable, ReadAs.NUMBER),)),))


def test_a_missing_sound_is_told_by_its_key() -> None:
    made = graph(block("say", Play(said("hello", "there")), to=Jump(at("end"))))
    assert refused(made, sound_files=frozenset({"zh/hello"})) == ["there is no sound `zh/there`"]


def test_one_queue_with_two_sets_of_exit_keys_is_refused() -> None:
    def waits(node: str, *keys: str) -> Block:
        queue = Enqueue("tv", exit_keys=keys)
        ways = tuple((one, at("end")) for one in outcomes(queue))
        return block(node, queue, to=Switch(OUTCOME, ways))

    assert "tv" in refused(graph(waits("one", "1"), waits("two", "2")))[0]


def test_a_password_made_of_the_token_stands_in_the_path_and_the_token_nowhere() -> None:
    invoke = Invoke("f.find", InvokeKind.LOOKUP, "s", "o", (), (), (), 2000)
    ways = tuple((one, at("end")) for one in outcomes(invoke))
    text = emitted(graph(block("find", invoke, to=Switch(OUTCOME, ways))))
    shown = password("t0ken", "0123abcd")
    assert f"AGI(agi://127.0.0.1:4573/{shown}/0123abcd/f.find)\n" in text
    assert "t0ken" not in text
    assert shown not in (password("t0ken", "0123abce"), password("other", "0123abcd"))


def test_a_zone_without_changes_is_one_number_and_others_are_a_table() -> None:
    assert transitions("Asia/Shanghai") == (28800, ())
    start, changes = transitions("Europe/Berlin")
    assert start == 3600
    assert changes[0] == (1711846800, 3600)  # 2024-03-31 01:00 UTC


def test_the_time_of_a_zone_with_summer_time_fits_a_line() -> None:
    made = graph(block("clock", Clock(), to=Jump(at("end"))), timezone="Europe/Berlin")
    assert "1711846800" in emitted(made)


def test_targets_are_found_by_entry_point_and_a_wrong_name_tells_the_right_ones() -> None:
    assert "asterisk" in target_names()
    assert isinstance(load_target("asterisk"), Target)
    with pytest.raises(UnknownTargetError, match="asterisk"):
        load_target("astrisk")


@pytest.mark.parametrize(
    "changed",
    [
        {"numbers": (("1,evil", at("one")),)},
        {"lists": {"a-b": ("13800138000",)}},
        {"lists": {"vip": ("138,evil",)}},
        {"languages": ("zh,en",), "flags": ("x",)},
        {"timezone": "Nowhere/At_All"},
    ],
    ids=["number", "list", "entry", "language", "zone"],
)
def test_whatever_cannot_stand_in_a_dialplan_is_told_as_a_problem(
    changed: dict[str, object],
) -> None:
    one = block("one", Answer(), Clock(), to=Hangup())
    assert refused(replace(graph(one), **changed))  # type: ignore[arg-type]


def test_a_filler_is_never_taken_for_another_s_however_long_its_place_is_called() -> None:
    site = f"{'f' * 40}.{'n' * 26}"
    names = {filler_class("0123abcd", site, language) for language in ("zh", "en", "zh-yue")}
    names.add(filler_class("0123abcd", f"{site[:-1]}m", "zh"))
    assert len(names) == 4
    assert max(map(len, names)) <= MOST_NAME
