"""A target of a third party: installed by its own pyproject, found by its entry point, used like ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowc.cli import cli
from flowc.compiler import compile_project
from flowc.graph.model import FlowGraph
from flowc.target import (
    EmitRequest,
    Environment,
    HasGateway,
    HasLab,
    Installable,
    Target,
    load_target,
    target_names,
)

ROOT = Path(__file__).resolve().parents[3]
CARD = ROOT / "examples/card_target"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example was installed to, from its own pyproject and without a network."""
    source = shutil.copytree(CARD, tmp_path_factory.mktemp("source") / "card")
    folder = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, str(folder), str(source)], check=True
    )
    return folder


@pytest.fixture
def card(site: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.syspath_prepend(str(site))
    return load_target("card")


@pytest.fixture(scope="module")
def hotline() -> FlowGraph:
    compiled = compile_project(ROOT / "flows")
    assert compiled.graph is not None
    return compiled.graph


@pytest.fixture
def desk(card: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The smallest example with an environment of this target."""
    project = shutil.copytree(ROOT / "examples/smallest", tmp_path / "project")
    with (project / "flowc.yaml").open("a", encoding="utf-8") as file:
        file.write(f"environments:\n  desk: {{target: {card.name}}}\n")
    monkeypatch.chdir(project)
    return project


def emitted(target: Target, graph: FlowGraph) -> str:
    bundle = target.emit(EmitRequest(graph, "0123abcd" * 8, Environment("/sounds", "/recordings")))
    return bundle.artifact("card.txt").text


def typed(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def test_it_stands_beside_the_built_in_ones(card: Target) -> None:
    assert {card.name, "asterisk", "freeswitch"} <= set(target_names())


def test_without_its_installation_nobody_knows_it() -> None:
    assert "card" not in target_names()


def test_it_offers_the_one_port_that_every_target_has(card: Target) -> None:
    assert isinstance(card, Target)
    assert not isinstance(card, HasGateway | HasLab | Installable)


def test_every_block_of_the_hotline_is_a_step_in_the_order_of_the_source(
    card: Target, hotline: FlowGraph
) -> None:
    steps = re.findall(r"^ *(\d+)\. (\S+)", emitted(card, hotline), re.MULTILINE)
    assert steps == [(str(at), str(id_)) for at, id_ in enumerate(hotline.blocks, start=1)]


def test_every_way_leads_to_a_step_that_there_is(card: Target, hotline: FlowGraph) -> None:
    named = {int(number) for number in re.findall(r"to step (\d+)", emitted(card, hotline))}
    assert named <= set(range(1, len(hotline.blocks) + 1))


def test_the_same_graph_gives_the_same_bytes(card: Target, hotline: FlowGraph) -> None:
    assert emitted(card, hotline) == emitted(card, hotline)


@pytest.mark.parametrize("mark", ["\n", "\r", "\u2028", "\x1b", "\x00"])
def test_no_text_makes_a_line_of_its_own(card: Target, mark: str) -> None:
    del card
    from flowc_card.sentences import printable

    assert printable(f"a{mark}b") == f"a\\u{ord(mark):04x}b"


def test_a_project_is_built_for_it(desk: Path) -> None:
    result = typed("build", "--env", "desk", "--out", "out")
    assert result.exit_code == 0, result.output
    (text,) = (each.read_text() for each in desk.glob("out/*/card.txt"))
    assert "A call to 100 begins at step 1." in text


@pytest.mark.usefixtures("desk")
def test_what_it_does_not_offer_is_refused_in_words() -> None:
    assert "serves no live calls" in typed("run", "--env", "desk").output
    assert "has no lab" in typed("test", "--on", "card").output
