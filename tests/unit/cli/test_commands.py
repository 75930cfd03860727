"""What commands print, and how they end when they are used wrongly or the world fails them."""

from __future__ import annotations

import csv
import json
import shutil
import wave
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner

import flowc.cli.check
from flowc.cli import COMMANDS, cli, main
from flowc.cli.flag import _moment
from flowc.cli.where import _parts

STATION = Path(__file__).parents[2] / "cases" / "station"
SMALLEST = Path(__file__).parents[3] / "examples" / "smallest"


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """The project of all kinds, with a target that there is."""
    folder = tmp_path / "station"
    shutil.copytree(STATION, folder)
    settings = folder / "flowc.yaml"
    text = settings.read_text(encoding="utf-8").replace("{target: pbx}", "{target: asterisk}")
    settings.write_text(text, encoding="utf-8")
    return folder


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


# --- the program


def test_commands_are_listed_in_the_order_of_a_projects_life() -> None:
    code, out, _ = run("--help")
    assert code == 0
    places = [out.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_what_the_disk_refuses_is_one_line_and_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no").write_text("a file, no folder")
    with pytest.raises(SystemExit) as ended:
        main(["draw", str(SMALLEST), "-o", str(tmp_path / "no" / "picture.svg")])
    assert ended.value.code == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("flowc: File exists (")


def test_a_fault_of_ours_asks_for_a_report_and_ends_with_seventy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command("check")
    def faulty() -> None:
        raise KeyError("nothing")

    monkeypatch.setattr(flowc.cli.check, "command", faulty)
    monkeypatch.delenv("FLOWC_DEBUG", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["check"])
    assert ended.value.code == 70
    said = capsys.readouterr().err
    assert "a fault of flowc itself: KeyError" in said
    assert "Traceback" not in said


WRONG_USES = {
    "an unknown command": (["frobnicate"], "No such command"),
    "a folder without a project": (["check", "/"], "no flowc.yaml"),
    "a flow that there is not": (["draw", STATION, "--flow", "nope"], "balance, hotline"),
    "a picture of no known kind": (["draw", STATION, "-o", "x.jpg"], ".svg, .png"),
    "all pictures and one": (["draw", STATION, "--all", "--flow", "balance"], "leave the other"),
    "a language that is not the project's": (
        ["prompts", STATION, "--format", "script", "--of", "fr"],
        "it has: zh, en",
    ),
    "an environment that there is not": (["build", STATION, "--env", "nope"], "dev, production"),
    "a target that there is not, to build": (["build", STATION], "known targets: asterisk"),
    "a target that there is not, to run": (["run", STATION], "known targets: asterisk"),
    "a target that there is not, to test on": (
        ["test", STATION, "--on", "nope"],
        "known targets: asterisk",
    ),
    "a target that there is not, to deploy": (["deploy", STATION], "known targets: asterisk"),
    "calls that there are not": (["test", STATION, "-k", "nope"], "there are 1 calls"),
    "a number that nobody answers": (["call", "999", STATION], "the project's numbers are"),
    "a flag that there is not": (["flag", "storm", "on", STATION], "emergency, outage"),
    "a time that is none": (["flag", "outage", "on", STATION, "--until", "25:99"], "18:00"),
    "a time that is past": (
        ["flag", "outage", "on", STATION, "--until", "2020-01-01T00:00"],
        "not a time to come",
    ),
    "a time for lowering": (
        ["flag", "outage", "off", STATION, "--until", "2h"],
        "how long a flag is on",
    ),
    "a priority that is no number": (["where", "fl-12345678.a.b,x,y", STATION], "is no number"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG_USES.values(), ids=WRONG_USES)
def test_a_wrong_use_says_what_is_right_and_ends_with_two(
    arguments: list[object], told: str
) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert told in err


MOMENTS = {
    "2099-10-01T18:00": "2099-10-01T10:00+00:00",
    "2099-10-01T18:00Z": "2099-10-01T18:00+00:00",
    "2099-10-01T18:00+02:00": "2099-10-01T16:00+00:00",
}


@pytest.mark.parametrize("written", MOMENTS)
def test_a_flags_end_is_of_the_projects_time_zone_unless_it_names_one(written: str) -> None:
    moment = _moment(written, "Asia/Shanghai")
    assert moment == datetime.fromisoformat(MOMENTS[written]).timestamp()


# The rest reach a server, or look at a build, and go on with flows that are half written.
READING = ("check", "test", "call", "draw", "prompts", "build", "demo", "deploy")


@pytest.mark.parametrize("command", READING)
def test_no_command_goes_on_with_a_project_that_has_errors(command: str, station: Path) -> None:
    (station / "flowc.yaml").write_text("project: x\n", encoding="utf-8")
    given = {"call": ["3285028"]}.get(command, [])
    wanted = {"demo": ["--call", station / "tests" / "balance.call.yaml", "--on", "asterisk"]}
    code, _, err = run(command, *given, station, *wanted.get(command, []), "--lang", "en")
    assert code == 1
    assert "error[F02" in err


# --- test


def test_calls_of_a_project_pass_and_tell_what_was_heard(station: Path) -> None:
    code, out, _ = run("test", station, "--verbose", "--coverage", "--lang", "en")
    assert code == 0
    assert "ok   a customer hears the balance" in out
    assert "1 call passed" in out
    assert "s 您的" in out


def test_a_call_that_fails_says_where_and_ends_with_one(station: Path) -> None:
    call = station / "tests" / "balance.call.yaml"
    text = call.read_text(encoding="utf-8")
    call.write_text(text.replace("- hang up", "- hears: 不会说的话\n  - hang up"), encoding="utf-8")
    code, out, _ = run("test", station, "--lang", "zh")
    assert code == 1
    assert "tests/balance.call.yaml:" in out
    assert "1 通不符" in out


def test_results_are_written_for_machines(station: Path) -> None:
    _, out, _ = run("test", station, "--format", "json")
    assert json.loads(out)["failed"] == 0
    _, out, _ = run("test", station, "--format", "junit")
    assert ElementTree.fromstring(out).get("tests") == "1"


def test_a_call_script_with_a_mistake_is_found_before_any_call(station: Path) -> None:
    call = station / "tests" / "balance.call.yaml"
    call.write_text(call.read_text(encoding="utf-8").replace("to:", "too:"), encoding="utf-8")
    code, _, err = run("test", station, "--lang", "en")
    assert code == 1
    assert "F0701" in err


@pytest.fixture
def three_calls(station: Path) -> Path:
    """Its one call three times: `a` and `b` in a folder of their own, `b` with a mistake."""
    first = station / "tests" / "balance.call.yaml"
    (station / "tests" / "more").mkdir()
    for name, step in (("a", "hang up"), ("b", "hangup")):
        text = first.read_text(encoding="utf-8").replace("- hang up", f"- {step}")
        text = text.replace("a customer hears", f"{name} hears")
        (station / "tests" / "more" / f"{name}.call.yaml").write_text(text, encoding="utf-8")
    return station


def test_the_file_of_a_call_means_that_call_and_several_mean_these(three_calls: Path) -> None:
    tests = three_calls / "tests"
    one, other = tests / "balance.call.yaml", tests / "more" / "a.call.yaml"

    code, out, _ = run("test", one, "--lang", "en")
    assert (code, out.splitlines()[-1]) == (0, "1 call passed")
    assert "a customer hears" in out
    code, out, _ = run("test", one, other, "--lang", "en")
    assert (code, out.splitlines()[-1]) == (0, "2 calls passed")
    code, out, _ = run("test", one, other, "-k", "a.call", "--lang", "en")
    assert (code, out.splitlines()[-1]) == (0, "1 call passed")


def test_a_folder_of_calls_means_these(three_calls: Path) -> None:
    (three_calls / "tests" / "more" / "b.call.yaml").unlink()
    _, out, _ = run("test", three_calls / "tests" / "more", "--lang", "en")
    assert out.splitlines()[-1] == "1 call passed"
    assert "ok   a hears" in out
    _, out, _ = run("test", three_calls, "--lang", "en")
    assert out.splitlines()[-1] == "2 calls passed"


def test_where_no_call_is_nothing_is_played(three_calls: Path) -> None:
    for place in ("flows", "flows/hotline.flow.yaml"):
        code, out, err = run("test", three_calls / place, "--lang", "en")
        assert (code, out) == (2, "")
        assert "no call to play" in err
    code, _, err = run("test", three_calls, SMALLEST, "--lang", "en")
    assert code == 2
    assert "another project" in err


def test_a_test_under_another_name_is_told_beside_those_that_are_played(station: Path) -> None:
    shutil.copy(station / "tests" / "balance.call.yaml", station / "tests" / "other.yaml")
    code, out, err = run("test", station, "--lang", "en")
    assert (code, out.splitlines()[-1]) == (0, "1 call passed")
    assert "warning[F0121]" in err
    assert "other.call.yaml" in err


# --- draw


@pytest.mark.parametrize(
    ("name", "begins"), [("x.svg", "<svg"), ("x.dot", "digraph"), ("x.mmd", "flowchart")]
)
def test_the_ending_of_a_file_is_the_pictures_format(
    tmp_path: Path, name: str, begins: str
) -> None:
    code, out, _ = run("draw", SMALLEST, "-o", tmp_path / name)
    assert (code, out.strip()) == (0, str(tmp_path / name))
    assert begins in (tmp_path / name).read_text(encoding="utf-8")[:400]


def test_the_folder_of_a_picture_is_made(tmp_path: Path) -> None:
    path = tmp_path / "pictures" / "of today" / "x.dot"
    code, _, _ = run("draw", SMALLEST, "-o", path)
    assert code == 0
    assert path.is_file()


def test_every_flow_has_its_picture(station: Path) -> None:
    code, out, _ = run("draw", station, "--all", "--format", "dot")
    assert code == 0
    names = ("overview", "ask_phone", "balance", "hotline", "repair")
    assert {Path(line).stem for line in out.splitlines()} >= set(names)


# --- prompts


def test_prompts_have_their_state_and_the_studio_its_script(station: Path) -> None:
    (station / "prompts" / "zh").mkdir(parents=True)
    with wave.open(str(station / "prompts" / "zh" / "greeting.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(800))
    code, out, _ = run("prompts", station, "--mark")
    assert code == 0
    assert "recorded  zh/greeting:" in out
    assert "spoken    en/greeting:" in out
    rows = station / "prompts.csv"
    changed = rows.read_text(encoding="utf-8").replace("greeting,", "greeting,新的", 1)
    rows.write_text(changed, encoding="utf-8")
    _, out, _ = run("prompts", station)
    assert "stale     zh/greeting:" in out
    _, table, _ = run("prompts", station, "--format", "csv")
    # With the mark by which Excel knows UTF-8.
    assert table.splitlines()[0] == "\ufeffid,row,language,state,text,where"
    _, script, _ = run("prompts", station, "--format", "script", "--of", "en")
    assert script.startswith("# en\n")
    assert "`greeting.wav`" in script


MISSING_ROWS = """\
wait,请稍候。,,,,
nobody,没有人说。,,,,
progress.ask.choices.1.name,,progress,,,
"""
MISSING_FLOW = """\
flow: progress
nodes:
  wait: {say: "@wait", then: ask}
  ask:
    menu: {zh: 请选择。, en: Please choose.}
    choices:
      1: {name: 进度, to: end}
      2: {name: 人工, to: end}
  end: {hangup: }
"""


def test_prompts_tell_what_a_language_lacks_and_the_row_that_would_hold_it(station: Path) -> None:
    flow = station / "flows" / "progress.flow.yaml"
    rows = station / "prompts.csv"
    rows.write_text(rows.read_text(encoding="utf-8") + MISSING_ROWS, encoding="utf-8")
    flow.write_text(MISSING_FLOW, encoding="utf-8")
    code, out, err = run("prompts", station, "--only", "missing")
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "missing   en/progress.ask.choices.2.name: 人工",
        "missing   en/wait: 请稍候。",
        "2 missing",
    ]
    _, out, _ = run("prompts", station, "--only", "unused")
    assert out.splitlines() == ["unused    zh/nobody: 没有人说。", "1 unused"]
    _, table, _ = run("prompts", station, "--only", "missing", "--format", "csv")
    assert [row[:5] for row in csv.reader(table.lstrip("\ufeff").splitlines())][1:] == [
        ["progress.ask.choices.2.name", "progress.ask.choices.2.name", "en", "missing", "人工"],
        ["wait", "wait", "en", "missing", "请稍候。"],
    ]
    _, script, _ = run("prompts", station, "--format", "script", "--of", "en")
    assert script.endswith(
        "## No text yet\n\n| # | prompts.csv | text |\n|---|---|---|\n"
        "| 1 | `progress.ask.choices.2.name` | 人工 |\n| 2 | `wait` | 请稍候。 |\n"
    )
    # The name of a choice and the words around a value are one row each, and more recordings.
    _, out, _ = run("prompts", station, "--only", "spoken")
    assert (
        "zh/progress.ask.choices.2: 人工请按二。 (prompts.csv: progress.ask.choices.2.name)" in out
    )
    # What is missing hides no other error.
    flow.write_text(MISSING_FLOW.replace("to: end", "to: nowhere"), encoding="utf-8")
    code, out, err = run("prompts", station)
    assert (code, out) == (1, "")
    assert "nowhere" in err


# --- build, where


def test_a_place_in_a_build_is_led_back_to_the_line_that_made_it(tmp_path: Path) -> None:
    project = tmp_path / "smallest"
    shutil.copytree(SMALLEST, project)
    code, out, err = run("build", project)
    assert code == 0, err
    release = out.split()[1].rstrip(":")
    flow = next(iter((project / "flows").glob("*.flow.yaml")))
    node = next(
        line.strip().rstrip(":").split(":")[0]
        for line in flow.read_text(encoding="utf-8").splitlines()
        if line.startswith("  ") and line.strip()
    )
    name = flow.name.partition(".")[0]
    code, out, _ = run("where", f"fl-{release}.{name}.{node}", project)
    assert code == 0
    assert f"flows/{flow.name}:" in out
    # As Asterisk's console has it: nothing of it is an option.
    executing = f'-- Executing [start@fl-{release}.{name}.{node}:1] Set("PJSIP/x-1", "A=b")'
    code, out, err = run("where", executing, project)
    assert (code, err) == (0, "")
    assert f"flows/{flow.name}:" in out


PASTED = {
    "[start@CONTEXT:1]": ("start", 1),
    '-- Executing [start@CONTEXT:1] Answer("PJSIP/x-1", "") in new stack': ("start", 1),
    "pbx_builtins.c: Goto (CONTEXT,start,1)": ("start", 1),
    "pbx.c: Spawn extension (CONTEXT, start, 1) exited non-zero on 'PJSIP/x-1'": ("start", 1),
    "[ERR] switch_cpp.cpp:1466 CONTEXT,start: customer.balance has no value": ("start", 0),
    '"1795888695.0","1a2b3c4d by=caller at=hotline.bye to=3285028 from=138****0000"': ("", 0),
    "WARNING[1]: x.c: something in CONTEXT": ("", 0),
}


@pytest.mark.parametrize(("line", "place"), PASTED.items(), ids=PASTED)
def test_a_line_of_a_log_or_of_a_record_is_a_place(line: str, place: tuple[str, int]) -> None:
    context = "fl-1a2b3c4d.hotline.bye"
    assert _parts(line.replace("CONTEXT", context)) == (context, *place)


@pytest.mark.parametrize("place", ["somewhere", "fl-12345678.hotline.welcome"])
def test_a_place_of_no_release_here_is_a_finding(place: str, station: Path) -> None:
    code, _, err = run("where", place, station)
    assert code == 1
    assert err.startswith("flowc: ")


def test_a_recording_that_is_none_stops_a_build_with_what_to_do(station: Path) -> None:
    (station / "prompts" / "zh").mkdir(parents=True)
    (station / "prompts" / "zh" / "greeting.wav").write_bytes(b"no sound")
    code, _, err = run("build", station)
    assert code == 3
    assert "zh/greeting: " in err


def test_a_setting_whose_secret_is_not_set_names_it(station: Path) -> None:
    settings = station / "flowc.yaml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("{target: asterisk}", '{target: asterisk, token: "${env:NO_SUCH_NAME}"}')
    settings.write_text(text, encoding="utf-8")
    code, _, err = run("build", station)
    assert code == 2
    assert "NO_SUCH_NAME" in err
