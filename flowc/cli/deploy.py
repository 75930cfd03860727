"""`flowc deploy`: put a release on this server, read back what it holds, or leave it as it was."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.build import built
from flowc.cli.deploying import place_of, project_read, show_report, show_step
from flowc.cli.words import CLEAN, OUTSIDE, compiled_or_exit, lang_option, project_argument

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.deploy.build_folder import BuildFolder
    from flowc.deploy.deployment import Deployment
    from flowc.deploy.host import Agree
    from flowc.language.environments import Environment
    from flowc.target import HostLine


@click.command("deploy")
@project_argument
@click.option("--env", "environment", help="An environment of flowc.yaml; by default the first.")
@click.option(
    "--build",
    "build_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A build to deploy; by default a new one.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--force", is_flag=True, help="Go over what was changed by hand.")
@click.option(
    "--yes", is_flag=True, help="Add flowc's lines to the server's configuration without asking."
)
@click.option(
    "--no-host-changes",
    is_flag=True,
    help="Never touch the server's own configuration; say what it lacks.",
)
@click.option(
    "--try",
    "trial",
    default="",
    metavar="NUMBER",
    help="Ring this number after the switch; back if it does not get through.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    default=9108,
    show_default=True,
    help="Where `flowc run` on this host has its pages: a release that it refuses is not deployed. "
    "0 asks none.",
)
@click.option("--recover", is_flag=True, help="Only end what an interrupted deploy left.")
@click.option(
    "--take-out", is_flag=True, help="Take flowc out of this server: its lines and its releases."
)
@lang_option
def command(  # noqa: PLR0913 - a command's options are its arguments
    folder: Path,
    environment: str | None,
    build_folder: Path | None,
    language: str,
    trial: str,
    metrics_port: int,
    *,
    dry_run: bool,
    force: bool,
    yes: bool,
    no_host_changes: bool,
    recover: bool,
    take_out: bool,
) -> None:
    """Let new calls enter a new release. Calls that go on stay in the release they are in."""
    from flowc.deploy.deployment import Wishes
    from flowc.deploy.place import SettingError

    only_server = recover or take_out or build_folder is not None
    compiled = (project_read if only_server else compiled_or_exit)(folder, language)
    settings, place = place_of(compiled, environment)
    try:
        deployment = place.deployment(show_step)
    except (SettingError, LookupError) as error:
        raise click.UsageError(f"environment `{settings.name}`: {error}") from error
    if recover:
        _recover(deployment)
    elif take_out:
        _take_out(deployment)
    else:
        build = _build(compiled, settings, folder, build_folder)
        if dry_run:
            sys.exit(_dry_run(deployment, build))
        agree = _agreement(yes=yes, never=no_host_changes)
        wishes = Wishes(force, agree, trial, metrics_port or None)
        show_report(asyncio.run(deployment.deploy(build, wishes)), "deployed")


def _build(
    compiled: Compiled, environment: Environment, folder: Path, chosen: Path | None
) -> BuildFolder:
    from flowc.deploy.build_folder import open_build

    if chosen is None:
        chosen = built(compiled, environment, folder / "build", folder).folder
    build = open_build(chosen)
    if build.target != environment.target:
        raise click.UsageError(
            f"{chosen} is for the target `{build.target}`, not `{environment.target}`"
        )
    return build


def _dry_run(deployment: Deployment, build: BuildFolder) -> int:
    plan = asyncio.run(deployment.plan(build))
    for line in plan.lines():
        click.echo(line)
    return OUTSIDE if plan.conflicts else CLEAN


def _agreement(*, yes: bool, never: bool) -> Agree:
    def agree(lines: tuple[HostLine, ...]) -> bool:
        can_ask = sys.stdin.isatty()
        if never or not (yes or can_ask):
            return False  # the refusal names the lines
        click.echo(
            "flowc adds these lines to the server's configuration, at the end of each file unless it "
            "says where, and changes nothing else in it:"
        )
        for each in lines:
            click.echo(f"  {each}")
        return yes or click.confirm("Add them?")

    return agree


def _recover(deployment: Deployment) -> None:
    report = asyncio.run(deployment.recover())
    for note in report.notes or ("nothing was under way",):
        click.echo(note)
    click.echo(
        f"new calls enter release {report.release}" if report.release else "no release is deployed"
    )


def _take_out(deployment: Deployment) -> None:
    for each in asyncio.run(deployment.take_out()):
        click.echo(f"{each.file}: removed: {each.line}")
    click.echo("flowc is out of this server")
