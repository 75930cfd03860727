"""What docs/ shows an author or a CI works as it stands, in a project that `flowc new` has made."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowc.cli import cli
from flowc.compiler import Compiled, compile_files, files_of
from flowc.diagnostics.model import Reporter
from flowc.simulate.read_script import read_script
from flowc.source import Source
from flowc.syntax.read_yaml import read_yaml

DOCS = Path(__file__).resolve().parents[3] / "docs"
AUTHORS = pytest.mark.parametrize("page", ["writing-flows.md", "zh/writing-flows.md"])
OPERATORS = pytest.mark.parametrize("page", ["operations.md", "zh/operations.md"])
FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


ANSWERED = """\
flow: hotline
entries: [agents, bye]
nodes:
  agents:
    queue: front_desk
    after_agent: bye
    waited_too_long: bye
    full: bye
    no_agents: bye
    error: bye
  bye: {hangup: {zh: 再见。, en: Goodbye.}}
"""


def blocks(page: str, word: str) -> list[str]:
    """The YAML that a page shows, of those blocks that hold a word."""
    return [block for block in FENCE.findall(_page(page)) if word in block]


def _page(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    run("new", "hotline", "--lang", "zh")
    return tmp_path / "hotline"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exit_code == 0, (arguments, done.output)
    return done.output


@OPERATORS
def test_each_flowc_line_of_the_workflow_ends_well(page: str, project: Path) -> None:
    (workflow,) = blocks(page, "actions/checkout")
    typed = re.findall(r"- run: flowc ([^>\n]*)", workflow)

    assert [line.split()[0] for line in typed] == ["check", "test", "test"]
    for line in typed:
        run(*shlex.split(line))


@AUTHORS
def test_the_project_shown_can_be_read(page: str) -> None:
    (settings,) = blocks(page, "numbers:")
    (queues,) = blocks(page, "members:")
    (duty,) = re.findall(r"^```csv\n(.*?)^```$", _page(page), re.MULTILINE | re.DOTALL)
    files = {
        "flowc.yaml": settings.encode(),
        "queues.yaml": queues.encode(),
        "lists/duty.csv": duty.encode(),
        "flows/hotline.flow.yaml": ANSWERED.encode(),
    }

    assert compile_files(files).found == ()


def test_the_flow_and_the_service_of_the_readme_can_be_read(project: Path) -> None:
    shown = FENCE.findall((DOCS.parent / "README.md").read_text(encoding="utf-8"))
    flow, service = (block for block in shown if block.startswith(("flow:", "service:")))
    files = files_of(project)
    settings = (
        files["flowc.yaml"].decode().replace('"100": hotline', '"100": hotline, "101": balance')
    )
    new = {
        "flows/balance.flow.yaml": flow,
        "services/billing.yaml": service,
        "flowc.yaml": settings,
    }

    found = compile_files({**files, **{name: text.encode() for name, text in new.items()}}).found

    assert [str(each.span) for each in found] == []


@AUTHORS
def test_the_calendar_shown_can_be_read(page: str, project: Path) -> None:
    (calendar,) = blocks(page, "calendar:")
    files = files_of(project) | {"calendars/office.yaml": calendar.encode()}
    files["flowc.yaml"] += b"flags: [burst]\n"

    assert compile_files(files).found == ()


@AUTHORS
def test_the_answers_and_expectations_shown_can_be_read(page: str) -> None:
    (fragment,) = blocks(page, "hears_not")
    report = Reporter()
    text = f'call: shown\nto: "100"\nsteps: [hang up]\n{fragment}'

    script = read_script(read_yaml(Source("tests/a.call.yaml", text), report), report)

    assert list(report) == []
    assert script is not None
    assert [len(replies) for _, replies in script.services] == [1, 2]


@AUTHORS
def test_the_service_shown_can_be_read(page: str, project: Path) -> None:
    (service,) = blocks(page, "kind: http")
    files = files_of(project) | {"services/billing.yaml": service.encode()}

    assert compile_files(files).found == ()


# What the table of conditions lists, each in a condition of its own.
CONDITIONS = {
    "`call.from in lists.vip`": "call.from in lists.vip",
    "`flags.burst`": "flags.burst",
    "`today()`": "today() == 2026-12-31",
    "`now()`": "now() > call.started",
    "`call.started`": "call.started < now()",
    "`x is set`": "words is set",
    "`x is not set`": "words is not set",
    "if ": '(call.from if flags.burst else call.to) == "100"',
    "`len(": "len(call.from) > 10",
    "`number(": "call.from is set and number(call.from) > 100",
    "`starts_with(": 'starts_with(call.from, "0750")',
    "`+ - *`": "len(call.from) * 2 - 1 + 3 > 4",
}


@AUTHORS
def test_the_conditions_listed_can_be_written(page: str, project: Path) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for shown, condition in CONDITIONS.items():
        assert shown in text
        assert _with_condition(project, condition).found == (), condition


def _with_condition(project: Path, condition: str) -> Compiled:
    files = files_of(project) | {"lists/vip.csv": b"number\n13900000001\n"}
    files["flowc.yaml"] += b"flags: [burst]\n"
    flow = files["flows/hotline.flow.yaml"].decode()
    assert "  kept:\n" in flow
    branch = f"  kept:\n    branch: [{{if: '{condition}', to: said}}]\n    else: bye\n  said:\n"
    files["flows/hotline.flow.yaml"] = flow.replace("  kept:\n", branch).encode()
    return compile_files(files)


@AUTHORS
def test_a_prompt_in_parts_can_be_written_as_shown(page: str, project: Path) -> None:
    (fragment,) = blocks(page, "bargein")
    flow = f"""
flow: hotline
nodes:
  reading: {{collect: reading, prompt: 请输入读数。, length: 1-6, then: find}}
  find: {{lookup: billing.bill, as: bill, then: sure, error: person}}
  sure:
{fragment}    yes: bye
    no: reading
  message: {{voicemail: 请留言。, as: words, then: bye, empty: bye, error: bye}}
  bye: {{hangup: 再见。}}
"""
    service = """
service: billing
kind: http
url: https://billing.example.org
types: {Bill: {owed: money}}
lookups: {bill: {gives: Bill, get: /bill}}
"""
    files = files_of(project) | {
        "flows/hotline.flow.yaml": flow.encode(),
        "services/billing.yaml": service.encode(),
    }

    found = compile_files(files).found

    assert [each for each in found if each.is_error] == []
