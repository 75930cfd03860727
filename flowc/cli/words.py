"""What commands share: exit codes, the language of messages, printing findings, options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.diagnostics.model import Diagnostic

CLEAN, FINDINGS, USAGE, OUTSIDE, OUR_BUG = 0, 1, 2, 3, 70
PROJECT_FILE = "flowc.yaml"
F = TypeVar("F", bound=Callable[..., Any])


def language_of(chosen: str | None) -> str:
    """The language of messages: as asked, else as the machine speaks."""
    if chosen:
        return chosen
    spoken = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    )
    return "zh" if spoken.startswith("zh") else "en"


def project_folder(_context: click.Context, _parameter: click.Parameter, value: Path) -> Path:
    """The folder that holds flowc.yaml: the one named, or the nearest above."""
    for folder in (value.resolve(), *value.resolve().parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise click.UsageError(f"no {PROJECT_FILE} in {value} or above it; name a project's folder")


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
        callback=lambda _c, _p, v: language_of(v),
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


def compiled_or_exit(folder: Path, language: str) -> Compiled:
    """A project without errors; else its findings are printed and the program ends with 1."""
    from flowc.compiler import compile_project

    compiled = compile_project(folder, today=date.today())
    if compiled.graph is None:
        print_found(compiled.found, language)
        sys.exit(FINDINGS)
    return compiled
