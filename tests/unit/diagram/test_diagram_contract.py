"""Which boxes and arrows a graph becomes, and what is written on them."""

from __future__ import annotations

import pytest

from flowc.diagram.contract import drawing_of, flows_of
from flowc.diagram.errors import DrawUnavailable
from flowc.diagram.labels import Labels
from flowc.diagram.model import Arrow, Badge, Drawing, Look, Tone
from flowc.diagram.trim import without_hubs, without_plumbing
from flowc.graph.exits import Call, Hangup, Jump, Return, successors
from tests.unit.diagram.hotline import Builder, at, hotline
from tests.unit.diagram.projects import project


def drawn(make: Builder, language: str = "zh") -> Drawing:
    return drawing_of(make.graph("test"), Labels(language, {}, make.choice_names))


def arrow(drawing: Drawing, tail: str, head: str) -> Arrow:
    return next(each for each in drawing.arrows if (each.tail, each.head) == (tail, head))


def one_menu() -> Builder:
    make = Builder()
    make.menu("a.menu", "选择", {"1": ("再听一遍", "a.more"), "2": ("", "a.bye")}, "a.lost")
    make.say("a.more", "更多", "a.bye")
    make.queue("a.lost", "人工", "a.bye", "a.bye")
    make.block("a.bye", "hangup", "再见", Hangup())
    return make


def test_every_node_is_one_box() -> None:
    graph, titles, names = hotline()
    drawing = drawing_of(graph, Labels("zh", titles, names))

    inner = [box.id for box in drawing.boxes if box.cluster]
    assert inner == list(dict.fromkeys(id_.node_name for id_ in graph.blocks))


def test_every_way_between_nodes_is_in_an_arrow_and_none_within_a_node() -> None:
    """By the graph's own successors: independent of how reasons are found."""
    graph, titles, names = hotline()
    drawing = drawing_of(graph, Labels("zh", titles, names))

    # `identify` is only ever called: it never takes the way of a return without a caller.
    wanted = {
        (block.id.node_name, to.node_name)
        for block in graph.blocks.values()
        for to in successors(block.exit)
        if to.node_name != block.id.node_name and not isinstance(block.exit, Return)
    }
    inner = {box.id for box in drawing.boxes if box.cluster}
    assert {(a.tail, a.head) for a in drawing.arrows if a.tail in inner} == wanted


def test_a_choice_is_labelled_by_its_key_and_name() -> None:
    assert arrow(drawn(one_menu()), "a.menu", "a.more").label == "1 再听一遍"


def test_a_choice_without_a_name_is_labelled_by_its_key() -> None:
    assert arrow(drawn(one_menu(), "en"), "a.menu", "a.bye").label == "key 2"


def test_several_failures_of_an_input_are_one_quiet_arrow() -> None:
    lost = arrow(drawn(one_menu()), "a.menu", "a.lost")
    assert (lost.label, lost.tone) == ("多次无效", Tone.QUIET)


def test_a_cause_is_kept_over_blocks_that_only_count() -> None:
    """No part is called gave_up here: the word comes from the attempt that failed."""
    make = one_menu()
    block = make.blocks[at("a.menu.silence")]
    make.block("a.menu.silence", "menu", "选择", Jump(at("a.menu.third")), *block.operations)
    make.block("a.menu.third", "menu", "选择", Jump(at("a.more")))

    assert arrow(drawn(make), "a.menu", "a.more").label == "1 再听一遍\n没有按键"


def test_a_choice_that_leads_to_a_person_is_told_apart() -> None:
    graph, titles, names = hotline()
    drawing = drawing_of(graph, Labels("zh", titles, names))

    assert arrow(drawing, "hotline.main", "hotline.to_agent").tone is Tone.PERSON


def test_back_is_a_mark_and_no_arrow() -> None:
    box = next(each for each in drawn(one_menu()).boxes if each.id == "a.menu")
    assert box.marks == ("← 返回",)


def test_a_called_flow_is_reached_by_a_dashed_arrow_and_its_results_lead_on_from_the_caller() -> (
    None
):
    make = Builder()
    make.block("a.ask", "call", "核实", Call("b", at("b.go"), 1, (("known", at("a.bye")),)))
    make.block("a.bye", "hangup", "再见", Hangup())
    make.block("b.go", "return", "好", Return("b", "known", at("a.bye")))
    drawing = drawn(make)

    assert arrow(drawing, "a.ask", "b.go").tone is Tone.CALL
    assert arrow(drawing, "a.ask", "a.bye").label == "known"


def test_numbers_with_one_start_share_a_round_box() -> None:
    make = one_menu()
    graph = make.graph("test", ("100", "a.menu"), ("200", "a.menu"), ("300", "a.more"))
    drawing = drawing_of(graph, Labels("zh"))

    round_ = [box.title for box in drawing.boxes if box.look is Look.NUMBER]
    assert round_ == ["100\n200", "300"]


def test_one_flow_shows_ports_for_the_others() -> None:
    graph, titles, names = hotline()
    drawing = drawing_of(graph, Labels("zh", titles, names), flow="balance")

    ports = {box.id for box in drawing.boxes if box.look is Look.PORT}
    assert ports == {"from/hotline", "to/hotline.main", "to/hotline.to_agent"}
    ids = {box.id for box in drawing.boxes}
    assert all(a.tail in ids and a.head in ids for a in drawing.arrows)


def test_an_unknown_flow_is_refused_with_the_names_of_those_that_are() -> None:
    with pytest.raises(DrawUnavailable) as refused:
        drawing_of(one_menu().graph("test"), Labels("zh"), flow="b")

    assert refused.value.help == "the flows are: a"


def test_at_block_level_every_block_is_a_box() -> None:
    make = one_menu()
    drawing = drawing_of(make.graph("test"), Labels("zh"), "block")

    assert [box.id for box in drawing.boxes] == [str(id_) for id_ in make.blocks]


def test_titles_come_by_language_then_from_the_graph_then_from_the_id() -> None:
    make = one_menu()
    make.say("a.nameless", "", "a.bye")
    drawing = drawing_of(make.graph("test"), Labels("en", {"a.more": "More"}))

    titles = {box.id: box.title for box in drawing.boxes}
    assert titles["a.more"] == "More"
    assert titles["a.bye"] == "再见"
    assert titles["a.nameless"] == "nameless"


def test_a_flow_that_is_also_jumped_to_shows_where_it_returns_without_a_caller() -> None:
    make = Builder()
    make.block("a.ask", "call", "核实", Call("b", at("b.go"), 1, (("known", at("a.bye")),)))
    make.block("a.bye", "hangup", "再见", Hangup())
    make.block("a.jump", "say", "跳", Jump(at("b.go")))
    make.block("b.go", "return", "好", Return("b", "known", at("a.bye")))

    assert arrow(drawn(make), "b.go", "a.bye").tone is Tone.QUIET


def test_the_look_at_the_calls_budget_is_not_drawn() -> None:
    graph, labels = project("flows")
    assert any(id_.flow == "call" for id_ in graph.blocks)

    drawing = drawing_of(graph, labels, "node")
    assert not any(box.id.startswith("call.") for box in drawing.boxes)
    assert "call" not in flows_of(graph)


def test_hours_say_open_closed_and_holiday() -> None:
    graph, labels = project("flows")
    drawing = drawing_of(graph, labels, "node", "reception")

    told = {a.head: a.label for a in drawing.arrows if a.tail == "reception.start"}
    assert told == {
        "reception.announce": "上班时间",
        "reception.closed": "下班时间",
        "reception.holiday": "节假日",
    }


def test_keys_that_mean_the_same_everywhere_and_a_confirmation_are_named() -> None:
    graph, labels = project("flows")
    drawing = drawing_of(graph, labels, "node", "unsuspend")

    assert arrow(drawing, "unsuspend.confirm", "unsuspend.ask").label == "1 是"
    person = arrow(drawing, "unsuspend.confirm", "to/reception.start")
    assert person.label == "0 转人工\n多次无效"


def test_where_more_than_four_lead_from_afar_a_note_stands_for_the_arrow() -> None:
    make = Builder()
    for n in range(5):
        make.say(f"f{n}.go", "说", "agent.desk")
    make.queue("agent.desk", "坐席", "agent.bye", "agent.bye")
    make.block("agent.bye", "hangup", "再见", Hangup())
    whole = drawing_of(make.graph("test"), Labels("zh", {"agent": "人工"}))

    trimmed = without_hubs(whole)
    assert not any(a.head == "agent.desk" for a in trimmed.arrows)
    notes = {box.id: box.badges for box in trimmed.boxes if box.badges}
    assert notes == {f"f{n}.go": (Badge(Look.PERSON, "→ 人工 · 坐席"),) for n in range(5)}
    assert any(a.tail == "agent.desk" for a in trimmed.arrows)


def test_what_four_lead_to_keeps_its_arrows() -> None:
    make = Builder()
    for n in range(4):
        make.say(f"f{n}.go", "说", "agent.bye")
    make.block("agent.bye", "hangup", "再见", Hangup())
    whole = drawing_of(make.graph("test"), Labels("zh"))

    assert without_hubs(whole) == whole


def test_a_port_stands_for_many_flows_that_come_and_for_many_places_of_one_flow() -> None:
    graph, labels = project("flows")
    drawing = drawing_of(graph, labels, "node", "reception")

    ports = {box.id: box for box in drawing.boxes if box.look is Look.PORT}
    assert "from/analogue_tv+broadband+digital_tv+telephone" in ports
    assert ports["to/message"].title == "留言"
    assert ports["to/message"].caption.split() == [
        "message.waited",
        "message.full",
        "message.nobody",
        "message.record",
    ]


@pytest.mark.parametrize("flow", flows_of(project("flows")[0]))
def test_the_ways_of_a_flow_are_all_arrows_or_notes(flow: str) -> None:
    """Counted by the graph's own successors: nothing gets lost between ports, hubs and notes."""
    graph, labels = project("flows")
    drawing = drawing_of(graph, labels, "node", flow)

    plain = without_plumbing(graph)
    leaving = {
        block.id.node_name
        for block in plain.blocks.values()
        if block.id.flow == flow and not isinstance(block.exit, Return)
        for to in successors(block.exit)
        if to.node_name != block.id.node_name
    }
    noted = {box.id for box in drawing.boxes if any("→" in b.text for b in box.badges)}
    assert {a.tail for a in drawing.arrows if a.tail.startswith(f"{flow}.")} | noted == leaving


def test_a_node_without_a_title_is_not_named_twice() -> None:
    make = Builder()
    make.say("a.hello", "", "a.bye")
    make.block("a.bye", "hangup", "再见", Hangup())

    captions = {box.id: box.caption for box in drawn(make).boxes if box.cluster}

    assert captions == {"a.hello": "播报", "a.bye": "挂机 · bye"}
