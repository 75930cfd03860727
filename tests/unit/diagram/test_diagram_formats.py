"""What is written: whole, parseable, hostile text harmless, the same each time."""

from __future__ import annotations

import json
import re
import shutil
import struct
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from flowc.diagram.contract import drawing_of
from flowc.diagram.draw import Format, draw
from flowc.diagram.errors import DrawUnavailable
from flowc.diagram.labels import Labels
from flowc.diagram.layout.layouters import Layouter, place
from flowc.diagram.layout.model import Layout
from flowc.diagram.measure import box_lines, box_size
from flowc.diagram.model import Drawing
from flowc.graph.exits import Hangup
from tests.unit.diagram.hotline import Builder, hotline
from tests.unit.diagram.wasi import graphviz

SVG = "{http://www.w3.org/2000/svg}"
HERE = [Layouter.WASI, Layouter.OWN, *([Layouter.DOT] if shutil.which("dot") else [])]
HOSTILE = (
    '"];a->b[',
    "<script>alert(1)</script>",
    "<b>",
    "]]>",
    "back\\",
    "\\N \\G \\l",
    'end"\n subgraph x',
    "a\x00b\x1b[31m\u202ec\ud800d\ufffe",
    "&amp; &#x3c;",
    "`code` #quot; %%{init}%%",
    "click b0 call evil()",
    "1. list",
)


def hotline_drawing(flow: str | None = None) -> Drawing:
    graph, titles, names = hotline()
    return drawing_of(graph, Labels("zh", titles, names), flow=flow)


def hotline_as(format_: Format, layouter: Layouter = Layouter.BEST) -> bytes:
    graph, titles, names = hotline()
    return draw(graph, format_, language="zh", titles=titles, choice_names=names, layouter=layouter)


def hostile_as(format_: Format, text: str, layouter: Layouter = Layouter.BEST) -> bytes:
    """The text wherever a text can stand: titles of nodes and flows, names of choices, the project."""
    make = Builder()
    make.menu("a.menu", text, {"1": (text, "a.bye")}, "b.bye")
    make.block("a.bye", "hangup", "再见", Hangup())
    make.block("b.bye", "hangup", text, Hangup())
    graph = make.graph(text, ("100", "a.menu"))
    return draw(
        graph,
        format_,
        language="zh",
        titles={"a": text, "b": text},
        choice_names=make.choice_names,
        layouter=layouter,
    )


def inside(layout: Layout, drawing: Drawing) -> bool:
    return all(
        x - size.width / 2 >= -0.1
        and x + size.width / 2 <= layout.width + 0.1
        and y - size.height / 2 >= -0.1
        and y + size.height / 2 <= layout.height + 0.1
        for box in drawing.boxes
        for (x, y), size in [(layout.boxes[box.id], box_size(box))]
    )


@pytest.mark.parametrize("layouter", HERE)
def test_svg_has_every_box_and_every_arrow_and_says_what_it_is(layouter: Layouter) -> None:
    drawing = hotline_drawing()
    root = ElementTree.fromstring(hotline_as("svg", layouter))

    groups = [g.get("id") for g in root.iter(f"{SVG}g") if g.get("id")]
    curves = [p for p in root.iter(f"{SVG}path") if p.get("marker-end")]
    assert groups == [box.id for box in drawing.boxes]
    assert len(curves) == len(drawing.arrows)
    assert root.findtext(f"{SVG}title") == "江门有线客服热线"
    assert str(len(drawing.boxes)) in (root.findtext(f"{SVG}desc") or "")


def test_svg_stands_alone() -> None:
    root = ElementTree.fromstring(hotline_as("svg"))

    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert not tags & {"script", "style", "image", "use", "foreignObject", "a"}
    assert not any(
        "href" in name or name.startswith("on") for e in root.iter() for name in e.attrib
    )


@pytest.mark.parametrize("layouter", HERE)
@pytest.mark.parametrize("flow", [None, "balance", "identify"])
def test_no_two_boxes_overlap_and_all_are_in_the_picture(
    layouter: Layouter, flow: str | None
) -> None:
    drawing = hotline_drawing(flow)
    layout = place(drawing, layouter)

    edges = [(box.id, *layout.boxes[box.id], box_size(box)) for box in drawing.boxes]
    overlapping = [
        (one, other)
        for at, (one, x1, y1, s1) in enumerate(edges)
        for other, x2, y2, s2 in edges[at + 1 :]
        if abs(x1 - x2) * 2 < s1.width + s2.width and abs(y1 - y2) * 2 < s1.height + s2.height
    ]
    assert overlapping == []
    assert inside(layout, drawing)


def seven_hotlines() -> Drawing:
    """210 boxes in 28 frames: so large that Graphviz loses the routes of some arrows."""
    one = hotline_drawing()
    return Drawing(
        one.title,
        one.language,
        tuple(replace(c, id=f"{n}{c.id}") for n in range(7) for c in one.clusters),
        tuple(
            replace(b, id=f"{n}{b.id}", cluster=b.cluster and f"{n}{b.cluster}")
            for n in range(7)
            for b in one.boxes
        ),
        tuple(
            replace(a, tail=f"{n}{a.tail}", head=f"{n}{a.head}")
            for n in range(7)
            for a in one.arrows
        ),
    )


@pytest.mark.parametrize("layouter", HERE)
@pytest.mark.parametrize("drawing", [hotline_drawing(), seven_hotlines()], ids=["one", "seven"])
def test_an_arrow_starts_at_its_tail_and_ends_at_its_head(
    layouter: Layouter, drawing: Drawing
) -> None:
    layout = place(drawing, layouter, limit_s=60)
    sizes = {box.id: box_size(box) for box in drawing.boxes}

    for arrow, route in zip(drawing.arrows, layout.routes, strict=True):
        for id_, (x, y) in ((arrow.tail, route.points[0]), (arrow.head, route.points[-1])):
            size, (middle, height) = sizes[id_], layout.boxes[id_]
            assert abs(x - middle) <= size.width / 2 + 4
            assert abs(y - height) <= size.height / 2 + 4


@pytest.mark.parametrize("layouter", HERE)
def test_boxes_of_a_flow_stand_in_its_frame_and_frames_apart(layouter: Layouter) -> None:
    drawing = hotline_drawing()
    layout = place(drawing, layouter)

    for box in drawing.boxes:
        if box.cluster:
            frame, (x, y) = layout.frames[box.cluster], layout.boxes[box.id]
            assert frame.left < x < frame.left + frame.width
            assert frame.top < y < frame.top + frame.height
    frames = sorted(layout.frames.values(), key=lambda frame: (frame.left, frame.top))
    for one, other in pairwise(frames):
        aside = one.left + one.width <= other.left + 1
        below = one.top + one.height <= other.top + 1 or other.top + other.height <= one.top + 1
        assert aside or below


def test_a_box_is_wide_enough_for_ideographs() -> None:
    """An ideograph is one em; nothing less than that many may be the width."""
    for box in hotline_drawing().boxes:
        for line in box_lines(box).lines:
            ideographs = sum(1 for character in line.text if ord(character) >= 0x2E80)
            assert ideographs * line.size <= box_size(box).width - 12


@pytest.mark.parametrize("layouter", HERE)
@pytest.mark.parametrize("format_", ["dot", "svg", "mermaid"])
def test_the_same_graph_gives_the_same_bytes(format_: Format, layouter: Layouter) -> None:
    assert hotline_as(format_, layouter) == hotline_as(format_, layouter)


def test_dot_is_read_by_graphviz_with_every_node_and_arrow() -> None:
    drawing = hotline_drawing()
    read = json.loads(graphviz(hotline_as("dot")))

    names = {each["name"] for each in read["objects"] if "nodes" not in each}
    assert names == {box.id for box in drawing.boxes}
    ends = [
        (read["objects"][e["tail"]]["name"], read["objects"][e["head"]]["name"])
        for e in read["edges"]
    ]
    assert sorted(ends) == sorted((a.tail, a.head) for a in drawing.arrows)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_nothing_to_dot(text: str) -> None:
    read = json.loads(graphviz(hostile_as("dot", text)))

    names = {each["name"] for each in read["objects"]}
    assert names == {"cluster_0", "cluster_1", "entry/0", "a.menu", "a.bye", "b.bye"}
    assert len(read["edges"]) == 3


@pytest.mark.parametrize("text", ["<b>", "back\\", "\\N", '"];a->b['])
def test_dot_shows_hostile_text_as_it_is(text: str) -> None:
    drawn = graphviz(hostile_as("dot", text), "svg")

    texts = {each.text for each in ElementTree.fromstring(drawn).iter(f"{SVG}text")}
    assert text in texts


@pytest.mark.parametrize("layouter", [Layouter.WASI, Layouter.OWN])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_svg(text: str, layouter: Layouter) -> None:
    root = ElementTree.fromstring(hostile_as("svg", text, layouter))
    plain = ElementTree.fromstring(hostile_as("svg", "x", layouter))

    assert {each.tag for each in root.iter()} == {each.tag for each in plain.iter()}
    assert {name for e in root.iter() for name in e.attrib} == {
        name for e in plain.iter() for name in e.attrib
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_of_mermaid_holds_nothing_but_letters_and_entities(text: str) -> None:
    """What is left outside the quotes is the same as with a harmless text."""

    def frame(source: bytes) -> str:
        return re.sub(r'"[^"]*"', '""', source.decode())

    source = hostile_as("mermaid", text)
    assert frame(source) == frame(hostile_as("mermaid", "x"))
    labels = re.findall(r'"([^"]*)"', source.decode())
    assert all(
        re.fullmatch(r"(?:[\w ·，。：、？！（）…←/]|#\d+;|<br/>)*", label) for label in labels
    )


def test_mermaid_has_every_box_and_arrow() -> None:
    drawing = hotline_drawing()
    lines = hotline_as("mermaid").decode().splitlines()

    boxes = [line for line in lines if re.match(r"\s+b\d+[\[({>]", line)]
    arrows = [line for line in lines if re.match(r"\s+b\d+ (-->|==>|-\.->)", line)]
    assert (len(boxes), len(arrows)) == (len(drawing.boxes), len(drawing.arrows))


def test_png_is_a_picture_twice_the_size_of_its_svg() -> None:
    root = ElementTree.fromstring(hotline_as("svg", Layouter.OWN))
    png = hotline_as("png", Layouter.OWN)

    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert abs(width - 2 * float(root.get("width", "0"))) <= 2
    assert abs(height - 2 * float(root.get("height", "0"))) <= 2


def test_png_without_a_chinese_face_is_refused_with_help(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """Neither the extra's face nor one of the system: an empty picture would be a lie."""
    monkeypatch.setattr("flowc.diagram.png._FACES", "no_such_package_of_faces")
    monkeypatch.setattr("flowc.diagram.png._FOLDERS", ())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")

    with pytest.raises(DrawUnavailable, match="no face") as refused:
        hotline_as("png", Layouter.OWN)
    assert "flowc[draw]" in refused.value.help


def test_graphviz_that_takes_too_long_is_stopped_and_our_own_layout_taken() -> None:
    drawing = hotline_drawing()
    assert place(drawing, Layouter.BEST, limit_s=0.001) == place(drawing, Layouter.OWN)


def test_a_layouter_asked_for_by_name_that_takes_too_long_is_said_so() -> None:
    with pytest.raises(DrawUnavailable, match="wasi"):
        place(hotline_drawing(), Layouter.WASI, limit_s=0.001)


@pytest.mark.parametrize("format_", ["dot", "svg", "mermaid"])
def test_a_graph_without_blocks_is_an_empty_picture(format_: Format) -> None:
    graph = Builder().graph("nothing")
    assert draw(graph, format_, language="en", titles={}, choice_names={})
