"""No layout that cannot be read is ever shown, whatever Graphviz says."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flowc.diagram.contract import drawing_of, flows_of
from flowc.diagram.draw import draw_all
from flowc.diagram.layout import layered
from flowc.diagram.layout.layouters import WORKER, Layouter, place, place_all
from flowc.diagram.layout.sound import is_sound, overlaps
from flowc.diagram.model import Drawing
from tests.unit.diagram.projects import project


def of_hotline(flow: str | None = None) -> Drawing:
    return drawing_of(*project("flows"), "node", flow)


@pytest.mark.parametrize("layouter", [Layouter.WASI, Layouter.OWN])
def test_no_two_boxes_of_the_whole_real_hotline_overlap(layouter: Layouter) -> None:
    drawing = of_hotline()
    layout = place(drawing, layouter, limit_s=60)

    assert overlaps(layout, drawing) == ()
    assert is_sound(layout, drawing)


def test_each_flow_of_the_real_hotline_is_laid_out_soundly_in_one_go() -> None:
    drawings = [of_hotline(flow) for flow in flows_of(project("flows")[0])]

    layouts = place_all(drawings, Layouter.WASI, limit_s=60)
    assert all(map(is_sound, layouts, drawings))


def test_boxes_on_each_other_or_outside_or_in_a_strange_frame_are_not_sound() -> None:
    drawing = of_hotline()
    good = layered.place(drawing)
    one, other = drawing.boxes[-2].id, drawing.boxes[-1].id

    on_each_other = replace(good, boxes={**good.boxes, one: good.boxes[other]})
    assert overlaps(on_each_other, drawing) == ((one, other),)
    assert is_sound(good, drawing)
    assert not is_sound(on_each_other, drawing)
    assert not is_sound(replace(good, boxes={**good.boxes, one: (-500.0, 0.0)}), drawing)
    assert not is_sound(
        replace(good, frames=dict.fromkeys(good.frames, good.frames["balance"])), drawing
    )


def test_a_graphviz_that_puts_boxes_on_each_other_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program of that name that answers well-formed JSON, all boxes in one place."""
    drawing = of_hotline("balance")
    objects = [{"name": f"n{n}", "pos": "300,300"} for n in range(len(drawing.boxes))]
    objects.append({"name": "cluster_0", "bb": "0,0,600,600"})
    edges = [{"id": f"e{n}", "pos": "0,0 1,1 2,2 3,3"} for n in range(len(drawing.arrows))]
    answer = json.dumps({"bb": "0,0,600,600", "objects": objects, "edges": edges})
    dot = tmp_path / "dot"
    dot.write_text(f"#!{sys.executable}\nimport sys\nsys.stdin.read()\nprint({answer!r})\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert place(drawing, Layouter.DOT) == layered.place(drawing)


def test_the_worker_answers_each_question_null_where_graphviz_refuses_and_prints_no_noise() -> None:
    questions = json.dumps(["digraph { a -> b }", "no graph at all {", "digraph { c }"])
    done = subprocess.run(
        [sys.executable, str(WORKER)], input=questions.encode(), capture_output=True, check=True
    )

    first, second, third = json.loads(done.stdout)
    assert {each["name"] for each in json.loads(first)["objects"]} == {"a", "b"}
    assert second is None
    assert json.loads(third)["objects"][0]["name"] == "c"
    assert b"Exception ignored" not in done.stderr
    assert b"Traceback" not in done.stderr


def test_pictures_of_a_project_are_its_overview_and_each_flow() -> None:
    graph, labels = project("examples/city_hotline")
    pictures = draw_all(graph, "svg", labels, Layouter.OWN)

    assert list(pictures) == ["overview", *flows_of(graph)]
    assert all(picture.startswith(b"<svg") for picture in pictures.values())
