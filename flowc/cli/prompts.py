"""`flowc prompts`: what is recorded, spoken by an engine, stale or unused; the studio's script."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import click

from flowc.cli.words import compiled_or_exit, lang_option, project_argument
from flowc.recording_list import State

MARKS = "prompts/recorded.json"
STATES_ZH = {
    State.RECORDED: "已录音",
    State.STALE: "录音过时",
    State.SPOKEN: "语音合成",
    State.UNUSED: "未使用",
}
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
@click.option("--mark", is_flag=True, help="Note that today's recordings say today's texts.")
@lang_option
def command(folder: Path, form: str, spoken: str | None, mark: bool, language: str) -> None:
    """List the prompts: recorded, stale, spoken by an engine, unused."""
    from flowc.recording_list import as_csv, as_script, marks_of, prompt_lines

    compiled = compiled_or_exit(folder, language)
    assert compiled.graph is not None
    known = compiled.graph.languages
    if spoken is not None and spoken not in known:
        raise click.UsageError(
            f"the project has no language `{spoken}`; it has: {', '.join(known)}"
        )
    kept = folder / MARKS
    if mark:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(
            json.dumps(marks_of(compiled), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    marked = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    lines = prompt_lines(compiled, marked)
    match form:
        case "csv":
            # Excel takes a table without the mark for one in the country's own code page.
            mark_of_utf8 = "" if sys.stdout.isatty() else "\ufeff"
            click.echo(mark_of_utf8 + as_csv(lines), nl=False)
        case "script":
            click.echo(as_script(lines, spoken or known[0]), nl=False)
        case _:
            for line in lines:
                state = STATES_ZH[line.state] if language == "zh" else f"{line.state.value:9}"
                click.echo(f"{state} {line.language}/{line.id}: {line.text}")
            counts = Counter(
                STATES_ZH[line.state] if language == "zh" else line.state.value for line in lines
            )
            click.echo(", ".join(f"{number} {state}" for state, number in sorted(counts.items())))
