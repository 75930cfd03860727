"""`flowc rollback`: let new calls enter the release before, at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from flowc.cli.deploying import place_of, project_read, show_report, show_step
from flowc.cli.words import lang_option, project_argument


@click.command("rollback")
@project_argument
@click.option("--env", "environment", help="An environment of flowc.yaml; by default the first.")
@click.option("--force", is_flag=True, help="Go over what was changed by hand.")
@lang_option
def command(folder: Path, environment: str | None, language: str, *, force: bool) -> None:
    """Return to the release before. It is still loaded, so nothing is built or copied."""
    from flowc.deploy.place import SettingError

    settings, place = place_of(project_read(folder, language), environment)
    try:
        deployment = place.deployment(show_step)
    except (SettingError, LookupError) as error:
        raise click.UsageError(f"environment `{settings.name}`: {error}") from error
    show_report(asyncio.run(deployment.rollback(force=force)), "rolled back")
