"""What a build server and a machine in another language see: codes, reports, encodings, languages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner

from flowc.cli import cli
from flowc.cli.words import language_of

STATION = Path(__file__).parents[2] / "cases" / "station"


@pytest.fixture
def station(tmp_path: Path) -> Path:
    folder = tmp_path / "station"
    shutil.copytree(STATION, folder)
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


# What keeps calls from being played: the file, what stands there, what stands there instead, the code.
UNPLAYED = {
    "a project with an error": ("flows/hotline.flow.yaml", "then: open_now", "then: nope", "F0201"),
    "a call that is wrongly written": ("tests/balance.call.yaml", "- hang up", "- hangup", "F0704"),
}


@pytest.mark.parametrize(("file", "old", "new", "code"), UNPLAYED.values(), ids=UNPLAYED)
def test_a_report_of_calls_that_could_not_be_played_says_why(
    station: Path, file: str, old: str, new: str, code: str
) -> None:
    """An empty report would read as a run without failures, or as a broken one."""
    change(station / file, old, new)

    ended, xml, err = run("test", station, "--format", "junit")
    assert ended == 1
    assert f"[{code}]" in err
    assert Xml.fromstring(xml).find(".//failure[@type]").get("type") == code  # type: ignore[union-attr]

    ended, text, _ = run("test", station, "--format", "json")
    results = json.loads(text)
    assert (ended, results["passed"], results["calls"]) == (1, 0, [])
    assert [each["code"] for each in results["findings"]] == [code]


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_a_finding_stands_at_the_file_of_the_repository(
    station: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """A project may be a folder of it, and the build server shows findings at the changed lines."""
    change(station / "flows" / "hotline.flow.yaml", "then: open_now", "then: nope")

    monkeypatch.chdir(station.parent)
    assert "station/flows/hotline.flow.yaml" in run("check", "station", "--format", form)[1]
    monkeypatch.chdir(station)
    assert "station/flows" not in run("check", "--format", form)[1]


def test_a_project_without_calls_is_no_green_run(station: Path) -> None:
    """A test that was saved under another name is not played, and the run must not pass for it."""
    (station / "tests" / "balance.call.yaml").rename(station / "tests" / "balance.yaml")

    code, out, err = run("test", station, "--lang", "en")

    assert (code, out) == (2, "")
    assert "warning[F0121]" in err
    assert "no calls to play" in err


def test_a_failed_call_tells_the_nodes_it_went_through(station: Path) -> None:
    change(station / "tests" / "balance.call.yaml", "- hang up", "- hears: 不会说的话\n  - hang up")

    _, text, _ = run("test", station, "--lang", "zh")
    _, xml, _ = run("test", station, "--format", "junit")
    _, results, _ = run("test", station, "--format", "json")

    route = "hotline.top: 1 -> balance.ask_account"
    assert route in text
    assert route in (Xml.fromstring(xml)[0][0].text or "")
    assert route in json.loads(results)["calls"][0]["route"]


def test_what_a_service_never_answers_is_told_at_the_word(station: Path) -> None:
    change(station / "tests" / "balance.call.yaml", "balance:", "balanse:")

    code, _, err = run("test", station, "--lang", "zh")

    assert code == 1
    assert "F0711" in err
    assert "`balance`" in err


def test_an_answer_that_does_not_fit_is_told_in_the_language_asked_for(station: Path) -> None:
    change(station / "tests" / "balance.call.yaml", '"-12.50"', "十二元")

    _, out, _ = run("test", station, "--lang", "zh")

    assert "应为金额" in out
    assert "expected" not in out


def test_the_language_may_stand_before_the_command_too() -> None:
    assert "没有发现问题" in run("--lang", "zh", "check", STATION)[1]
    assert "nothing wrong" in run("--lang", "zh", "check", STATION, "--lang", "en")[1]


def test_a_wrong_use_is_told_in_the_language_asked_for(tmp_path: Path) -> None:
    code, _, err = run("check", tmp_path, "--lang", "zh")

    assert code == 2
    assert "flowc new" in err
    assert "没有 flowc.yaml" in err


def test_a_project_file_with_another_ending_is_named(tmp_path: Path) -> None:
    (tmp_path / "flowc.yml").write_text("project: x\n", encoding="utf-8")

    assert "rename it to `flowc.yaml`" in run("check", tmp_path, "--lang", "en")[2]


def test_a_folder_with_the_name_of_the_project_file_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "flowc.yaml").mkdir()

    assert "`flowc.yaml` is a folder" in run("check", tmp_path, "--lang", "en")[2]


def test_a_report_for_machines_is_refused_where_there_is_none(station: Path) -> None:
    code, _, err = run("test", station, "--on", "asterisk", "--format", "junit", "--lang", "en")

    assert code == 2
    assert "leave `--format junit` out" in err


@pytest.mark.parametrize("page", ["cp1252", "cp936", "ascii", "utf-8"])
def test_a_code_page_that_lacks_a_word_is_no_fault_of_ours(page: str) -> None:
    assert _flowc("check", STATION, "--lang", "zh", PYTHONIOENCODING=page).returncode == 0


@pytest.mark.parametrize("command", [("check",), ("test",)])
def test_what_goes_to_a_file_is_utf_8_whatever_the_machine_speaks(command: tuple[str]) -> None:
    done = _flowc(
        *command, STATION, "--format", "json", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", LC_ALL="C"
    )

    assert done.returncode == 0
    assert json.loads(done.stdout.decode("utf-8"))


def _flowc(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    program = "from flowc.cli import main; main()"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(
        command, env=dict(os.environ, **environment), capture_output=True, check=False
    )


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        ("zh_CN", "zh"),
        ("Chinese (Simplified)_China", "zh"),
        ("English_United States", "en"),
        (None, "en"),
    ],
)
def test_a_machine_that_names_no_language_is_asked_for_its_own(
    monkeypatch: pytest.MonkeyPatch, spoken: str | None, language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (spoken, "936"))

    assert language_of(None) == language


def test_everyday_commands_need_nothing_that_windows_has_not() -> None:
    """`fcntl`, `termios` and others are modules of Unix alone."""
    lacking = [
        "fcntl",
        "termios",
        "tty",
        "pty",
        "pwd",
        "grp",
        "resource",
        "syslog",
        "crypt",
        "posix_ipc",
    ]
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({lacking!r}))\n"
        "from click.testing import CliRunner\n"
        "from flowc.cli import cli\n"
        f"for line in (['check'], ['test'], ['prompts'], ['draw', '--format', 'mermaid', '-o', sys.argv[1]], ['build', '--help'], ['call', '3285028']):\n"
        f"    done = CliRunner().invoke(cli, [*line, {str(STATION)!r}] if line[-1] != '--help' else line)\n"
        "    assert done.exit_code == 0, (line, done.output, done.exception)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, os.devnull], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
