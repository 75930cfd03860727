"""`flowc check` and `flowc explain`: what they print and how they end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from flowc.cli import cli
from flowc.diagnostics.catalogue import catalogue

STATION = Path(__file__).parents[2] / "cases" / "station"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The sound project with one slip in it."""
    folder = tmp_path / "station"
    shutil.copytree(STATION, folder)
    flow = folder / "flows" / "hotline.flow.yaml"
    flow.write_text(
        flow.read_text(encoding="utf-8").replace("then: open_now", "then: opn_now"),
        encoding="utf-8",
    )
    return folder


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_a_sound_project_is_clean() -> None:
    code, out, err = run("check", STATION, "--lang", "en")
    assert (code, err) == (0, "")
    assert out.startswith("station: nothing wrong (")
    assert "the longest call, with no way back by choice and no entry cleared by *, " in out


def test_a_slip_is_shown_with_its_line_and_its_fix(broken: Path) -> None:
    code, _, err = run("check", broken, "--lang", "en")
    assert code == 1
    assert "error[F0201]: unknown node" in err
    assert "flows/hotline.flow.yaml:7:11" in err
    assert "`open_now`" in err


def test_a_slip_is_said_in_chinese(broken: Path) -> None:
    assert "没有这个节点" in run("check", broken, "--lang", "zh")[2]


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_findings_as_json_name_the_code(broken: Path, form: str) -> None:
    code, out, _ = run("check", broken, "--format", form)
    assert code == 1
    assert "F0201" in json.dumps(json.loads(out))


def test_findings_as_junit_are_xml(broken: Path) -> None:
    assert "F0201" in ElementTree.tostring(
        ElementTree.fromstring(run("check", broken, "--format", "junit")[1]), "unicode"
    )


def test_a_folder_inside_a_project_is_the_project() -> None:
    assert run("check", STATION / "flows")[0] == 0


def test_a_folder_without_a_project_is_wrong_usage(tmp_path: Path) -> None:
    assert run("check", tmp_path)[0] == 2


@pytest.mark.parametrize("number", sorted(catalogue()))
def test_every_finding_is_explained(number: str) -> None:
    code, out, _ = run("explain", number)
    assert code == 0
    assert out.startswith(f"# {number} ")


def test_a_code_may_be_given_by_its_number_alone() -> None:
    whole = CliRunner().invoke(cli, ["explain", "F0201"])
    for short in ("201", "0201", "f0201"):
        done = CliRunner().invoke(cli, ["explain", short])
        assert (done.exit_code, done.stdout) == (0, whole.stdout)


def test_an_unknown_code_is_wrong_usage() -> None:
    assert run("explain", "F9999")[0] == 2
