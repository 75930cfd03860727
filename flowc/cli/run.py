"""`flowc run`: the service behind live calls: look-ups, requests, work orders, spoken texts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from flowc.cli.build import target_named, with_secrets
from flowc.cli.served_settings import keep, served_settings
from flowc.cli.words import CLEAN, OUTSIDE, lang_option, project_argument

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.language.environments import Environment
    from flowc.runtime.app import Runtime, RuntimeSettings, Serve
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
    from flowc.runtime.app import Home, RuntimeSettings
    from flowc.runtime.services.model import SettingsError

    served = served_settings(folder, environments, language)
    places = [with_secrets(each) for each in served.places]
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
        gateways = [_gateway(served.compiled, each) for each in places]
        asyncio.run(_until_stopped(settings, gateways, lambda: keep(folder, served)))
    except SettingsError as error:
        click.echo(f"flowc: {error}", err=True)
        sys.exit(OUTSIDE)


async def _until_stopped(
    settings: RuntimeSettings, gateways: Sequence[Serve], started: Callable[[], None]
) -> NoReturn:
    """Serve; then end the program, whatever is left of it.

    What was begun is ended and written down by then. What may be left are threads that look up a name or
    speak a text, for half a minute at worst, and nobody waits for them.
    """
    from flowc.runtime.app import serve
    from flowc.runtime.logs import Log

    await serve(settings, gateways, Log(sys.stderr), started)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(CLEAN)


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
            return _OfEnvironment(place.name, target.gateway(runtime, where))
        except ValueError as reason:
            raise SettingsError(f"environment `{place.name}`: {reason}") from reason

    return made


@dataclass(frozen=True, slots=True)
class _OfEnvironment:
    """A gateway whose complaints say of which environment they are."""

    name: str
    gateway: Gateway

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[tuple[str, int]]:
        """As the gateway's. Raises SettingsError."""
        from flowc.runtime.services.model import SettingsError

        async with AsyncExitStack() as stack:
            try:
                where = await stack.enter_async_context(self.gateway.serving())
            except SettingsError as reason:
                raise SettingsError(f"environment `{self.name}`: {reason}") from reason
            yield where
