"""`flowc check`: everything that is wrong with a project, at once."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.words import CLEAN, FINDINGS, lang_option, print_found, project_argument
from flowc.source import Source, Span

if TYPE_CHECKING:
    from flowc.diagnostics.model import Diagnostic
    from flowc.passes.longest_call import LongestCall

# What these show stands at files of a repository, and the project may be a folder in it.
FROM_HERE = ("github", "sarif")
FORMATS = ("text", "json", "sarif", "github", "junit")


@click.command("check")
@project_argument
@lang_option
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="How findings are written."
)
@click.option("--strict", is_flag=True, help="Warnings and advice fail too.")
def command(folder: Path, language: str, form: str, strict: bool) -> None:
    """Say all that is wrong with a project: names, types, ways without an end, missing prompts."""
    from flowc.compiler import compile_project
    from flowc.diagnostics.as_github import as_github
    from flowc.diagnostics.as_json import as_json
    from flowc.diagnostics.as_junit import as_junit
    from flowc.diagnostics.as_sarif import as_sarif

    compiled = compile_project(folder, today=date.today())
    writers = {"json": as_json, "sarif": as_sarif, "github": as_github, "junit": as_junit}
    if form in writers:
        found = placed_from_here(compiled.found, folder) if form in FROM_HERE else compiled.found
        click.echo(writers[form](found, language))
    else:
        print_found(compiled.found, language)
        if not compiled.found and compiled.graph is not None:
            click.echo(_clean(len(compiled.graph.blocks), folder.name, language))
            if compiled.longest is not None:
                click.echo(_longest(compiled.longest, language))
    failed = any(each.is_error for each in compiled.found) or (strict and compiled.found)
    sys.exit(FINDINGS if failed else CLEAN)


def placed_from_here(found: tuple[Diagnostic, ...], folder: Path) -> tuple[Diagnostic, ...]:
    """Findings whose files are named from the folder that the command was given in."""
    if not folder.is_relative_to(Path.cwd()) or folder == Path.cwd():
        return found
    under = folder.relative_to(Path.cwd()).as_posix()

    @cache
    def renamed(source: Source) -> Source:
        return Source(f"{under}/{source.name}", source.text)

    def moved(span: Span) -> Span:
        return replace(span, source=renamed(span.source))

    return tuple(
        replace(
            each,
            span=moved(each.span),
            notes=tuple(
                replace(note, span=moved(note.span)) if note.span else note for note in each.notes
            ),
        )
        for each in found
    )


def _clean(blocks: int, name: str, language: str) -> str:
    if language == "zh":
        return f"{name}：没有发现问题（{blocks} 个块）"
    return f"{name}: nothing wrong ({blocks} blocks)"


def _longest(call: LongestCall, language: str) -> str:
    """The bound on a call, in words: what every attempt and every deadline add up to."""
    speech, silence = (_minutes(seconds) for seconds in (call.speech_s, call.silence_s))
    if language == "zh":
        return (
            f"最长的通话（不按选择走回头路，不用 * 清除重输，不算排队和通话）：最多经过 {call.nodes} 个节点，"
            f"放音约 {speech}，等按键和查询约 {silence}"
        )
    return (
        "the longest call, with no way back by choice and no entry cleared by *, apart from queues and talks: "
        f"at most {call.nodes} nodes, about {speech} of speech and {silence} of waiting for keys and answers"
    )


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"
