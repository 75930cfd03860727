"""`flowc new`: a project that works at once, with the schemas that its files name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowc.cli import cli

SCHEMA = re.compile(r"^# yaml-language-server: \$schema=(\S+)\n")


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_new_project_is_clean_and_its_calls_pass(tmp_path: Path, language: str) -> None:
    folder = tmp_path / "自来水 热线"

    assert run("new", folder, "--lang", language)[0] == 0
    assert run("check", folder, "--strict")[0] == 0
    code, out = run("test", folder, "--lang", "en")
    assert (code, out.splitlines()[-1]) == (0, "1 call passed")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_of_its_files_names_a_schema_that_is_there(tmp_path: Path, language: str) -> None:
    run("new", tmp_path / "p", "--lang", language)

    for path in (tmp_path / "p").rglob("*.yaml"):
        named = SCHEMA.match(path.read_text(encoding="utf-8"))
        assert named
        assert (path.parent / named[1]).is_file()


def test_in_a_project_only_the_schemas_are_renewed(tmp_path: Path) -> None:
    run("new", tmp_path / "p")
    flow = tmp_path / "p" / "flows" / "hotline.flow.yaml"
    flow.write_text("flow: mine\n", encoding="utf-8")
    schema = tmp_path / "p" / "schemas" / "flow.schema.json"
    schema.write_text("{}", encoding="utf-8")

    code, out = run("new", tmp_path / "p", "--lang", "zh")

    assert code == 0
    assert "只更新了 schemas/" in out
    assert flow.read_text(encoding="utf-8") == "flow: mine\n"
    assert len(schema.read_text(encoding="utf-8")) > 100


def test_nothing_is_written_over(tmp_path: Path) -> None:
    there = tmp_path / "flows" / "hotline.flow.yaml"
    there.parent.mkdir()
    there.write_text("mine", encoding="utf-8")

    code, out = run("new", tmp_path, "--lang", "en")

    assert code == 2
    assert str(there) in out
    assert [path.name for path in tmp_path.iterdir()] == ["flows"]
