"""What commands share: exit codes, the language of messages, printing findings, options."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from flowc.diagnostics.model import Words

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.diagnostics.model import Diagnostic

CLEAN, FINDINGS, USAGE, OUTSIDE, OUR_BUG = 0, 1, 2, 3, 70
PROJECT_FILE, NEARLY = "flowc.yaml", "flowc.y"
NO_PROJECT = Words(
    "no {wanted} in `{folder}` or above it: name a project's folder, or make one by `flowc new FOLDER`",
    "`{folder}` 和它的上级文件夹里都没有 {wanted}：请写出项目文件夹，或用 `flowc new 文件夹` 新建一个",
)
NEARLY_A_PROJECT = Words(
    "the project's file is called `{found}`; rename it to `{wanted}`",
    "项目文件的名字是 `{found}`，请改名为 `{wanted}`",
)
A_FOLDER = Words(
    "`{wanted}` is a folder here; the project's file is called so",
    "`{wanted}` 在这里是文件夹；项目文件才叫这个名字",
)
F = TypeVar("F", bound=Callable[..., Any])


def language_of(chosen: str | None) -> str:
    """The language of messages: as asked, else as the machine speaks."""
    if chosen:
        return chosen
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    # Windows sets none of these; Python has asked it for the language of numbers and letters.
    spoken = next(filter(None, named), None) or locale.getlocale()[0] or ""
    return "zh" if spoken.startswith(("zh", "Chinese")) else "en"


def usage_error(words: Words, **particulars: object) -> click.UsageError:
    """A command that can't be run so, in the language of messages."""
    language = click.get_current_context().params.get("language") or language_of(None)
    texts = {name: str(value) for name, value in particulars.items()}
    return click.UsageError(words.say(language, texts))


def project_folder(_context: click.Context, _parameter: click.Parameter, value: Path) -> Path:
    """The folder that holds flowc.yaml: the one named, or the nearest above."""
    for folder in (value.resolve(), *value.resolve().parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    near = next((each.name for each in sorted(value.glob(f"{NEARLY}*"))), None)
    if near == PROJECT_FILE:
        raise usage_error(A_FOLDER, wanted=PROJECT_FILE)
    if near is not None:
        raise usage_error(NEARLY_A_PROJECT, found=near, wanted=PROJECT_FILE)
    raise usage_error(NO_PROJECT, wanted=PROJECT_FILE, folder=value)


def project_argument(function: F) -> F:
    """FOLDER: a project's folder, or one inside it."""
    return click.argument(
        "folder",
        type=click.Path(exists=True, path_type=Path),
        default=Path(),
        callback=project_folder,
    )(function)


def lang_option(function: F) -> F:
    """--lang"""
    return click.option(
        "--lang",
        "language",
        type=click.Choice(["en", "zh"]),
        is_eager=True,
        callback=lambda c, _p, v: language_of(v or c.find_root().params.get("lang")),
        help="The language of messages; by default that of the machine.",
    )(function)


def print_found(found: tuple[Diagnostic, ...], language: str) -> None:
    """Findings for people, on the error output."""
    from flowc.diagnostics.render import render, render_summary

    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    for each in found:
        click.echo(render(each, language, colour), err=True)
        click.echo(err=True)
    if found:
        click.echo(render_summary(found, language), err=True)


def compiled_or_exit(folder: Path, language: str, form: str = "text") -> Compiled:
    """A project without errors; else its findings are printed and the program ends with 1.

    `form`: how a machine reads the result, `json` or `junit`; it gets the findings so, too.
    """
    from flowc.compiler import compile_project

    compiled = compile_project(folder, today=date.today())
    if compiled.graph is None:
        end_with(compiled.found, language, form)
    return compiled


def end_with(found: tuple[Diagnostic, ...], language: str, form: str = "text") -> NoReturn:
    """Print findings for people, and for a machine that asked, and end with 1."""
    from flowc.simulate.report import findings_json, findings_junit

    print_found(found, language)
    match form:
        case "json":
            click.echo(findings_json(found, language))
        case "junit":
            click.echo(findings_junit(found, language))
    sys.exit(FINDINGS)
