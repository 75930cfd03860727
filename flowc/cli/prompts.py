"""`flowc prompts`: what is missing, recorded, spoken by an engine, stale or unused; the studio's script."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import click

from flowc.cli.words import FINDINGS, end_with, lang_option, project_argument, usage_error
from flowc.diagnostics.model import Words
from flowc.recording_list import PromptLine, State

MARKS = "prompts/recorded.json"
STATES_ZH = {
    State.MISSING: "缺少文字",
    State.RECORDED: "已录音",
    State.STALE: "录音过时",
    State.SPOKEN: "语音合成",
    State.UNUSED: "未使用",
}
NO_LANGUAGE = Words(
    "the project has no language `{named}`; it has: {known}",
    "项目没有语言 `{named}`；它有：{known}",
)
FORMATS = ("text", "csv", "script")


@click.command("prompts")
@project_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    help="A list, a table, or the recording script.",
)
@click.option("--of", "spoken", help="The language of the recording script; by default the first.")
@click.option(
    "--only",
    type=click.Choice([state.value for state in State]),
    multiple=True,
    help="Of a list or a table: only prompts of this state; may be given again.",
)
@click.option("--mark", is_flag=True, help="Note that today's recordings say today's texts.")
@lang_option
def command(
    folder: Path, form: str, spoken: str | None, only: tuple[str, ...], mark: bool, language: str
) -> None:
    """List the prompts: missing in a language, recorded, stale, spoken by an engine, unused.

    Ends with 1 where a text is missing.
    """
    from flowc.compiler import compile_project
    from flowc.diagnostics.codes.flows import MISSING_TEXT
    from flowc.recording_list import as_csv, as_script, marks_of, prompt_lines

    compiled = compile_project(folder, today=date.today())
    if any(found.is_error and found.code is not MISSING_TEXT for found in compiled.found):
        end_with(compiled.found, language)
    assert compiled.lowered is not None
    known = compiled.lowered.graph.languages
    if spoken is not None and spoken not in known:
        raise usage_error(NO_LANGUAGE, named=spoken, known=", ".join(known))
    kept = folder / MARKS
    if mark:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(
            json.dumps(marks_of(compiled), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    marked = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    lines = prompt_lines(compiled, marked)
    shown = tuple(line for line in lines if not only or line.state.value in only)
    match form:
        case "csv":
            # Excel takes a table without the mark for one in the country's own code page.
            mark_of_utf8 = "" if sys.stdout.isatty() else "\ufeff"
            click.echo(mark_of_utf8 + as_csv(shown), nl=False)
        case "script":
            click.echo(as_script(lines, spoken or known[0], language), nl=False)
        case _:
            _print(shown, language)
    if any(line.state is State.MISSING for line in lines):
        sys.exit(FINDINGS)


def _print(lines: tuple[PromptLine, ...], language: str) -> None:
    for line in lines:
        row = f" (prompts.csv: {line.row})" if line.row not in ("", line.id) else ""
        click.echo(f"{_state(line, language)} {line.language}/{line.id}: {line.text}{row}")
    counts = Counter(_state(line, language).strip() for line in lines)
    click.echo(", ".join(f"{number} {state}" for state, number in sorted(counts.items())))


def _state(line: PromptLine, language: str) -> str:
    return STATES_ZH[line.state] if language == "zh" else f"{line.state.value:9}"
