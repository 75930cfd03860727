"""`flowc run`: the service behind live calls: look-ups, requests, work orders, spoken texts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.build import environment_named, target_named, with_secrets
from flowc.cli.deploying import project_read
from flowc.cli.words import OUTSIDE, lang_option, project_argument

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.language.environments import Environment
    from flowc.runtime.app import Runtime, Serve
    from flowc.target import Gateway

DEFAULT_STORE = "sqlite:///runtime.db"


@click.command("run")
@project_argument
@click.option(
    "--env",
    "environments",
    multiple=True,
    help="An environment of flowc.yaml, by default the first; several are served side by side.",
)
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
    folder: Path,
    environments: tuple[str, ...],
    releases: Path | None,
    metrics_port: int,
    language: str,
) -> None:
    """Serve live calls until SIGTERM; calls under way are finished first."""
    from flowc.runtime.app import Home, RuntimeSettings, serve
    from flowc.runtime.logs import Log
    from flowc.runtime.services.model import SettingsError

    compiled = project_read(folder, language)
    if compiled.graph is None:
        # Whoever starts it after a power cut can't wait for an author.
        click.echo(
            "note: the project has errors; what is deployed is served all the same", err=True
        )
    places = [
        with_secrets(environment_named(compiled, each))
        for each in dict.fromkeys(environments or (None,))
    ]
    first, *others = [
        Home(releases or root / "releases", root / "texts") for root in _roots(places)
    ]
    settings = RuntimeSettings(
        folder=folder,
        releases=first.releases,
        texts=first.texts,
        store=store_of(places),
        environment=dict(os.environ),
        metrics_port=metrics_port,
        others=tuple(others),
    )
    try:
        gateways = [_gateway(compiled, each) for each in places]
        asyncio.run(serve(settings, gateways, Log(sys.stderr)))
    except SettingsError as error:
        click.echo(f"flowc: {error}", err=True)
        sys.exit(OUTSIDE)


def _roots(places: Sequence[Environment]) -> tuple[Path, ...]:
    from flowc.build import DEFAULT_ROOT

    roots = (Path(str(each.settings.get("root", DEFAULT_ROOT))) for each in places)
    return tuple(dict.fromkeys(roots))


def store_of(places: Sequence[Environment]) -> str:
    """The one store that a runtime has: the environments that it serves must agree."""
    stores = {each.name: str(each.settings.get("store", DEFAULT_STORE)) for each in places}
    if len(set(stores.values())) > 1:
        named = ", ".join(f"`{name}`: {store}" for name, store in stores.items())
        raise click.UsageError(f"one runtime keeps one store, and these differ: {named}")
    return next(iter(stores.values()))


def _gateway(compiled: Compiled, place: Environment) -> Serve:
    from flowc.build import environment_of
    from flowc.runtime.services.model import SettingsError
    from flowc.target import HasGateway

    target = target_named(place.target)
    if not isinstance(target, HasGateway):
        raise click.UsageError(f"the target `{place.target}` serves no live calls")
    where = environment_of(compiled, place, target, "0" * 8)

    def made(runtime: Runtime) -> Gateway:
        try:
            return target.gateway(runtime, where)
        except ValueError as reason:
            raise SettingsError(f"environment `{place.name}`: {reason}") from reason

    return made
