"""`flowc run`: the service behind live calls: look-ups, requests, work orders, spoken texts."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from flowc.cli.build import environment_named, target_named, with_secrets
from flowc.cli.words import OUTSIDE, compiled_or_exit, lang_option, project_argument


@click.command("run")
@project_argument
@click.option("--env", "environment", help="An environment of flowc.yaml; by default the first.")
@click.option(
    "--releases",
    type=click.Path(path_type=Path),
    help="Where releases are; by default those deployed.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    default=9108,
    show_default=True,
    help="For /metrics and /health, on loopback.",
)
@lang_option
def command(
    folder: Path, environment: str | None, releases: Path | None, metrics_port: int, language: str
) -> None:
    """Serve live calls until SIGTERM; calls under way are finished first."""
    from flowc.build import DEFAULT_ROOT, environment_of
    from flowc.runtime.app import RuntimeSettings, serve
    from flowc.runtime.logs import Log
    from flowc.runtime.services.model import SettingsError
    from flowc.target import HasGateway

    compiled = compiled_or_exit(folder, language)
    place = with_secrets(environment_named(compiled, environment))
    target = target_named(place.target)
    if not isinstance(target, HasGateway):
        raise click.UsageError(f"the target `{place.target}` serves no live calls")
    root = Path(str(place.settings.get("root", DEFAULT_ROOT)))
    settings = RuntimeSettings(
        folder=folder,
        releases=releases or root / "releases",
        texts=root / "texts",
        store=str(place.settings.get("store", "sqlite:///runtime.db")),
        environment=dict(os.environ),
        metrics_port=metrics_port,
    )
    log = Log(sys.stderr)
    try:
        where = environment_of(compiled, place, target, "0" * 8)
        asyncio.run(serve(settings, lambda runtime: target.gateway(runtime, where), log))
    except SettingsError as error:
        click.echo(f"flowc: {error}", err=True)
        sys.exit(OUTSIDE)
