"""`flowc test --on NAME`: prints what came of each call on a real server."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.words import CLEAN, FINDINGS, OUTSIDE

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.on_target import Result
    from flowc.simulate.script import CallScript


def test_on(
    name: str, compiled: Compiled, folder: Path, scripts: tuple[CallScript, ...], language: str
) -> int:
    """Play the calls on a target's own server; the exit code. 3 where no server can be had."""
    from flowc.build import BuildError
    from flowc.on_target import play_calls
    from flowc.target import EmitError, LabUnavailableError, UnknownTargetError, load_target

    try:
        target = load_target(name)
    except UnknownTargetError as error:
        raise click.UsageError(str(error)) from error
    try:
        with tempfile.TemporaryDirectory(prefix="flowc-test-") as work:
            told = lambda result: click.echo(line(result))  # noqa: E731 - one line is all it is
            results = asyncio.run(play_calls(compiled, target, scripts, folder, Path(work), told))
    except LabUnavailableError as error:
        click.echo(f"flowc: {error.message}", err=True)
        if error.help:
            click.echo(f"help: {error.help}", err=True)
        return OUTSIDE
    except (BuildError, EmitError) as error:
        click.echo(f"flowc: {error}", err=True)
        return FINDINGS
    click.echo(summary(results, name, language))
    return FINDINGS if any(result.failed for result in results) else CLEAN


def line(result: Result) -> str:
    """A line for a call, and one for each thing that was not as meant."""
    if result.skipped:
        return f"skip {result.script.name}: {result.skipped}"
    seconds = f"{result.seconds:.0f} s, at the second try" if result.again else f"{result.seconds:.0f} s"
    lines = [f"{'ok  ' if result.passed else 'FAIL'} {result.script.name} ({seconds})"]
    if result.difference is not None:
        found = result.difference
        lines += [
            f"     {found.span}: they part in {found.block}",
            f"       simulator: {found.meant}",
            f"       server:    {found.found}",
        ]
    lines += [f"     {problem}" for problem in result.problems]
    return "\n".join(lines)


def summary(results: tuple[Result, ...], name: str, language: str) -> str:
    """How many were equal, failed, and were not played."""
    equal = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = len(results) - equal - failed
    if language == "zh":
        return f"{name}: {equal} 通电话与模拟一致，{failed} 通不符，{skipped} 通未拨打"
    calls = "1 call" if equal == 1 else f"{equal} calls"
    return f"{name}: {calls} as simulated, {failed} failed, {skipped} not played"
