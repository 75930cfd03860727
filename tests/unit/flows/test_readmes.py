"""What the README of each example tells a reader to type works as it stands, in a fresh copy."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowc.cli import cli

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PROJECTS = sorted(each.name for each in EXAMPLES.iterdir() if (each / "flowc.yaml").is_file())


def commands(readme: str) -> list[list[str]]:
    """The lines between fences that begin with `flowc`."""
    fenced = "\n".join(re.findall(r"```\n(.*?)```", readme, re.DOTALL))
    return [shlex.split(line) for line in fenced.splitlines() if line.startswith("flowc ")]


@pytest.mark.parametrize("name", PROJECTS)
def test_every_command_of_a_readme_ends_well(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shutil.copytree(EXAMPLES / name, tmp_path / name)
    monkeypatch.chdir(project)
    typed = commands((project / "README.md").read_text(encoding="utf-8"))
    assert [words[1] for words in typed[:2]] == ["check", "test"]
    for words in typed:
        result = CliRunner().invoke(cli, words[1:])
        assert result.exit_code == 0, f"{shlex.join(words)}\n{result.output}"


def test_there_are_three_examples() -> None:
    assert PROJECTS == ["city_hotline", "duty_400", "smallest"]
