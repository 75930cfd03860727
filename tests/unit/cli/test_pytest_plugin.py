"""pytest collects `*.call.yaml` of a project: what it says of a call that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowc.cli import cli


@pytest.fixture
def project(tmp_path: Path) -> Path:
    CliRunner().invoke(cli, ["new", str(tmp_path / "hotline"), "--lang", "zh"])
    return tmp_path / "hotline"


def run_pytest(folder: Path, *arguments: str, lang: str = "en_GB.UTF-8") -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "LC_ALL": lang, "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def test_each_call_is_a_test_without_another_line(project: Path) -> None:
    code, out = run_pytest(project.parent, "hotline")

    assert code == 0
    assert "1 passed" in out


def test_a_failed_call_is_told_in_the_authors_words_with_its_route(project: Path) -> None:
    call = project / "tests" / "opening.call.yaml"
    call.write_text(call.read_text("utf-8").replace("九点到十七点", "十点"), encoding="utf-8")

    code, out = run_pytest(project, lang="zh_CN.UTF-8")

    assert code == 1
    assert "tests/opening.call.yaml:8:12: 应听到“十点”" in out
    assert "hotline.welcome -> hotline.top: 1 -> hotline.opening" in out
    assert "Traceback" not in out


def test_the_errors_of_a_project_are_told_once_and_each_call_fails(project: Path) -> None:
    flow = project / "flows" / "hotline.flow.yaml"
    flow.write_text(flow.read_text("utf-8").replace("to: opening", "to: opnening"), "utf-8")
    call = project / "tests" / "opening.call.yaml"
    call.with_name("again.call.yaml").write_bytes(call.read_bytes())

    code, out = run_pytest(project)

    assert code == 1
    assert "2 failed" in out
    # pytest's own summary repeats the first line of a failure, or all of it where CI is set.
    assert out.partition("short test summary")[0].count("error[F0201]") == 1
    assert "did you mean `opening`?" in out
    assert "see the first call that failed" in out
