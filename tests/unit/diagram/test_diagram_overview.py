"""The overview of a project: a box a flow, choices between them, notes for where everybody goes."""

from __future__ import annotations

import pytest

from flowc.diagram.contract import drawing_of
from flowc.diagram.errors import DrawUnavailable
from flowc.diagram.labels import Labels
from flowc.diagram.layout.layouters import Layouter, place
from flowc.diagram.model import Badge, Box, Drawing, Look, Tone
from flowc.graph.exits import Hangup
from tests.unit.diagram.hotline import Builder, hotline
from tests.unit.diagram.projects import project


def overview() -> Drawing:
    return drawing_of(*project("flows"), "overview")


def box(id_: str) -> Box:
    return next(each for each in overview().boxes if each.id == id_)


def test_more_than_forty_nodes_are_drawn_as_an_overview_unless_nodes_are_asked_for() -> None:
    graph, labels = project("flows")

    assert drawing_of(graph, labels) == overview()
    assert len(drawing_of(graph, labels, "node").boxes) > 40
    small, titles, names = hotline()
    assert drawing_of(small, Labels("zh", titles, names)).clusters


def test_each_flow_is_a_box_with_the_number_of_its_nodes() -> None:
    graph, labels = project("flows")
    flows = [each for each in overview().boxes if each.look is Look.FLOW]

    assert len(flows) == 14
    whole = drawing_of(graph, labels, "node")
    for each in flows:
        count = sum(1 for node in whole.boxes if node.cluster == each.id)
        assert each.caption.startswith(f"{count} 个节点")


def test_choices_between_flows_label_their_arrow() -> None:
    labels = {(a.tail, a.head): a.label for a in overview().arrows}

    assert labels["hotline", "balance"] == "1 费用查询"
    assert labels["hotline", "broadband"] == "1 宽带"
    assert labels["entry/0", "hotline"] == ""


def test_a_called_flow_has_a_dashed_arrow_and_none_back() -> None:
    ways = {(a.tail, a.head): a.tone for a in overview().arrows}

    assert ways["balance", "identify"] is Tone.CALL
    assert ("identify", "hotline") not in ways


def test_people_requests_and_lookups_inside_are_badges() -> None:
    assert Badge(Look.PERSON, "排队") in box("broadband").badges
    assert Badge(Look.REQUEST, "工单 2") in box("fault").badges
    assert Badge(Look.LOOKUP, "查询") in box("identify").badges


def test_the_person_and_the_main_menu_are_notes_but_for_the_arrow_met_first() -> None:
    drawing = overview()

    assert {a.tail for a in drawing.arrows if a.head == "reception"} == {"hotline"}
    assert {a.tail for a in drawing.arrows if a.head == "hotline"} == {"entry/0"}
    notes = {badge.text for badge in box("balance").badges}
    assert {"→ 人工服务", "→ 主菜单"} <= notes


def test_every_link_between_flows_is_an_arrow_or_a_note() -> None:
    graph, labels = project("flows")
    whole = drawing_of(graph, labels, "block")
    ends = {each.id for each in whole.boxes if each.look is Look.END}
    tails = {
        a.tail.partition(".")[0]
        for a in whole.arrows
        if a.tail.partition(".")[0] != a.head.partition(".")[0]
        and a.head not in ends
        and not a.tail.startswith("entry/")
        and not {a.tail.partition(".")[0], a.head.partition(".")[0]} & {"call", "identify"}
    }
    drawing = overview()
    told = {a.tail for a in drawing.arrows}
    told |= {each.id for each in drawing.boxes if any("→" in b.text for b in each.badges)}
    assert tails <= told


def test_the_overview_fits_a_screen() -> None:
    layout = place(overview(), Layouter.WASI, limit_s=60)
    assert (layout.width <= 1600, layout.height <= 1200) == (True, True)


def test_numbers_of_one_flow_stand_in_one_box() -> None:
    numbers = [each.title for each in overview().boxes if each.look is Look.NUMBER]
    assert numbers == ["3285028\n07503285028\n+867503285028"]


def test_the_overview_of_one_flow_is_refused() -> None:
    with pytest.raises(DrawUnavailable, match="whole project"):
        drawing_of(*project("flows"), "overview", "balance")


def test_a_project_of_one_flow_has_an_overview_too() -> None:
    make = Builder()
    make.block("a.bye", "hangup", "再见", Hangup())
    drawing = drawing_of(make.graph("test", ("100", "a.bye")), Labels("en"), "overview")

    assert [each.title for each in drawing.boxes] == ["100", "a"]
    assert [(a.tail, a.head) for a in drawing.arrows] == [("entry/0", "a")]
