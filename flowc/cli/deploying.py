"""What the commands that reach a server share: the environment, the place, the report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.build import environment_named
from flowc.cli.words import FINDINGS, print_found

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.deploy.deployment import Report
    from flowc.deploy.place import Place
    from flowc.deploy.steps import Step
    from flowc.language.environments import Environment


def project_read(folder: Path, language: str) -> Compiled:
    """A project whose flowc.yaml can be read; its flows may be half written while a server is served."""
    from flowc.compiler import compile_project

    compiled = compile_project(folder)
    if compiled.project is None:
        print_found(compiled.found, language)
        sys.exit(FINDINGS)
    return compiled


def place_of(compiled: Compiled, name: str | None) -> tuple[Environment, Place]:
    """The environment of that name (or the first), and the server that it means."""
    from flowc.deploy.place import SettingError, read_place

    environment = environment_named(compiled, name)
    try:
        place = read_place(environment.target, environment.settings)
    except SettingError as error:
        raise click.UsageError(f"environment `{environment.name}`: {error}") from error
    if place.elsewhere:
        others = ", ".join(place.elsewhere)
        click.echo(f"note: only this host is changed; run the same on: {others}", err=True)
    return environment, place


def show_step(step: Step) -> None:
    """What is being done, for whoever watches a terminal."""
    if sys.stderr.isatty():
        click.echo(f"  {step.value}", err=True)


def show_report(report: Report, what: str) -> None:
    """What a deploy or a rollback did."""
    before = (
        f" (before: {report.previous})" if report.previous not in (None, report.release) else ""
    )
    click.echo(f"{what}: new calls enter release {report.release}{before}; {report.seconds:.2f} s")
    for release, count in sorted(report.calls.by_release.items()):
        click.echo(f"  calls that go on in release {release}: {count}")
    for release in report.removed:
        click.echo(f"  release {release} was taken away: no call is in it")
    for note in report.notes:
        click.echo(f"  note: {note}")
