"""`flowc call`: a call taken in the terminal becomes a test that passes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowc.cli import cli

FLOWS = Path(__file__).parents[3] / "flows"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FLOWS, tmp_path / "flows"))


def run(typed: str, *arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli, [str(each) for each in arguments], input=typed)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


def test_a_call_like_another_is_saved_as_a_test_that_passes(project: Path) -> None:
    like = project / "tests" / "balance" / "another_customer.call.yaml"
    saved = project / "tests" / "saved_by_hand.call.yaml"
    typed = "1\n1\n80012346#\n2\n80012345#\n1\nhang up\n"
    code, said = run(typed, "call", "3285028", project, "--like", like, "--save", saved)
    assert code == 0
    assert "您的数字电视已欠费十二元五角" in said
    text = saved.read_text(encoding="utf-8")
    assert text.endswith("\n")
    # The whole sentence with its values: `您的` alone would be heard of any customer.
    assert "您的数字电视已欠费十二元五角" in text
    code, played = run("", "test", project, "-k", "saved_by_hand", "--lang", "en")
    assert (code, played.splitlines()[-1]) == (0, "1 call passed")


def test_a_question_that_nothing_answers_in_this_call_is_told(project: Path) -> None:
    """Without a word the author sees a caller who is sent to a person for no reason."""
    done = CliRunner().invoke(
        cli, ["call", "3285028", str(project), "--lang", "en"], input="1\n1\n80012345#\n"
    )
    assert "`billing.customer` was asked" in done.stderr
    assert "--like" in done.stderr


def test_a_test_that_is_there_is_not_written_over(project: Path) -> None:
    there = project / "tests" / "balance" / "another_customer.call.yaml"
    before = there.read_bytes()
    done = CliRunner().invoke(
        cli, ["call", "3285028", str(project), "--save", str(there), "--lang", "zh"], input="q\n"
    )
    assert done.exit_code == 2
    assert "已存在；请换一个文件名" in done.stderr
    assert there.read_bytes() == before


def test_the_folder_of_a_saved_call_is_made_before_the_call(project: Path) -> None:
    saved = project / "tests" / "mine" / "first.call.yaml"
    assert run("hang up\n", "call", "3285028", project, "--save", saved)[0] == 0
    assert saved.is_file()


@pytest.mark.parametrize("name", ["mine.yaml", "mine", "mine.call.yml"])
def test_a_call_is_not_saved_where_no_test_is_read(project: Path, name: str) -> None:
    save = project / "tests" / name
    done = CliRunner().invoke(
        cli, ["call", "3285028", str(project), "--save", str(save), "--lang", "en"], input="q\n"
    )
    assert done.exit_code == 2
    assert "mine.call.yaml" in done.stderr
    assert not save.exists()
