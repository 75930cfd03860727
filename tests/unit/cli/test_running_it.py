"""What `docs/operations.md` gives an operator to copy is what the program takes, in both languages."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from flowc.cli.run import command
from flowc.runtime.metrics import Metrics
from tests.pbx.deploying import LEAST

DOCS = Path(__file__).parents[3] / "docs"
PAGES = (DOCS / "operations.md", DOCS / "zh/operations.md")


def settings(page: Path) -> tuple[ConfigParser, ConfigParser]:
    """The AMI account and the unit, as the page has them."""
    read = []
    for text in re.findall(
        r"^```ini\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        parser = ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read_string(text)
        read.append(parser)
    account, unit = read
    return account, unit


def test_both_languages_give_the_same_to_copy() -> None:
    first, second = ([dict(each) for each in map(dict, settings(page))] for page in PAGES)
    assert repr(first) == repr(second)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_account_is_the_one_that_deploys_are_tested_with(page: Path) -> None:
    account = settings(page)[0]["flowc"]
    assert (account["read"], account["write"]) == (LEAST.read, LEAST.write)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_unit_starts_a_command_that_there_is(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DOCS.parent / "flows")
    unit = settings(page)[1]
    program, name, *options = unit["Service"]["ExecStart"].split()
    assert (Path(program).name, name) == ("flowc", "run")
    assert command.make_context("run", options).params["environments"] == ("production",)
    checker = shutil.which("systemd-analyze")
    if checker is not None:
        unit["Service"].update(ExecStart="/bin/true", User="daemon", Group="daemon")
        path = tmp_path / "flowc.service"
        with path.open("w") as file:
            unit.write(file, space_around_delimiters=False)
        done = subprocess.run(
            [checker, "verify", path], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_each_metric_that_is_counted_is_told(page: Path) -> None:
    counted = {each.name for each in Metrics().registry.collect() if each.name.startswith("flowc_")}
    told = page.read_text(encoding="utf-8")
    assert [name for name in sorted(counted) if name not in told] == []
