"""`flowc build`: a release on disk, for one environment of the project."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.progress import progress_bar
from flowc.cli.words import (
    FINDINGS,
    OUTSIDE,
    compiled_or_exit,
    lang_option,
    print_found,
    project_argument,
)

if TYPE_CHECKING:
    from flowc.build import Build
    from flowc.compiler import Compiled
    from flowc.language.environments import Environment
    from flowc.target import Target


RUNTIME_SETTINGS = frozenset({"runtime", "token", "store", "trunk", "root", "seats"})


def environment_named(compiled: Compiled, name: str | None) -> Environment:
    """The environment of that name, or the first. A project without any gets the only target there is."""
    from flowc.language.environments import Environment
    from flowc.target import target_names

    assert compiled.project is not None
    known = compiled.project.environments
    if name is None:
        first = next(iter(known.values()), None)
        return first or Environment("default", next(iter(target_names()), ""))
    if name not in known:
        listed = ", ".join(known) or "none"
        raise click.UsageError(f"flowc.yaml has no environment `{name}`; it has: {listed}")
    return known[name]


def with_secrets(environment: Environment) -> Environment:
    """The environment with `${env:NAME}` looked up in what a build and the runtime need.

    Settings of a deploy (`ami_secret`) stay as they are: a build machine need not know them.
    """
    from flowc.deploy.place import SettingError, resolved

    settings = dict(environment.settings)
    for key in RUNTIME_SETTINGS & settings.keys():
        value = settings[key]
        try:
            settings[key] = resolved(key, value, os.environ) if isinstance(value, str) else value
        except SettingError as error:
            raise click.UsageError(f"environment `{environment.name}`: {error}") from error
    return replace(environment, settings=settings)


def built(
    compiled: Compiled, environment: Environment, folder: Path, project: Path, *, lab: bool = False
) -> Build:
    """A release, or the program ends with what is in its way."""
    from flowc.build import BuildError, build
    from flowc.deploy.place import hidden, secrets_in
    from flowc.target import EmitError

    written, environment = environment, with_secrets(environment)
    target = target_named(environment.target)
    try:
        with progress_bar("prompts") as tell:
            return build(
                compiled,
                environment,
                target,
                folder,
                project_folder=project,
                progress=tell,
                lab=lab,
            )
    except BuildError as error:
        for each in error.problems[:20]:
            click.echo(
                f"{each.request.language}/{each.request.id}: {each.message}; {each.help}", err=True
            )
        sys.exit(OUTSIDE)
    except EmitError as error:
        secrets = secrets_in(written.settings, os.environ)
        for problem in error.problems:
            told = hidden(str(problem), secrets)
            click.echo(f"flowc: {environment.target} can't do this: {told}", err=True)
        sys.exit(FINDINGS)


def target_named(name: str) -> Target:
    """The target of that name, or the use was wrong."""
    from flowc.target import UnknownTargetError, load_target

    try:
        return load_target(name)
    except UnknownTargetError as error:
        raise click.UsageError(
            f"{error}; an uninstalled checkout has none: run `make setup`"
        ) from error


@click.command("build")
@project_argument
@click.option("--env", "environment", help="An environment of flowc.yaml; by default the first.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where releases go; by default build/ in the project.",
)
@lang_option
def command(folder: Path, environment: str | None, out: Path | None, language: str) -> None:
    """Make a release: the telephone system's own files, and every prompt as a sound."""
    compiled = compiled_or_exit(folder, language)
    print_found(compiled.found, language)
    made = built(
        compiled, environment_named(compiled, environment), out or folder / "build", folder
    )
    sounds = len(made.rendering.paths)
    click.echo(
        f"release {made.release8}: {made.folder} ({len(made.bundle.artifacts)} files, {sounds} sounds)"
    )
