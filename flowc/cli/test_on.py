"""`flowc test --on NAME`: prints what came of each call on a real server."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.words import CLEAN, FINDINGS, OUTSIDE

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.live.result import Result
    from flowc.simulate.script import CallScript


@dataclass(frozen=True, slots=True)
class How:
    """`coverage`: say what no call went through. On servers, `strict`: no second tries; `at_once`:
    how many calls at a time, None for as many as usual.
    """

    coverage: bool = False
    strict: bool = False
    at_once: int | None = None


def test_on(
    name: str,
    compiled: Compiled,
    folder: Path,
    scripts: tuple[CallScript, ...],
    how: How,
    language: str,
) -> int:
    """Play the calls on a target's own server; the exit code. 3 where no server can be had."""
    from flowc.build import BuildError
    from flowc.target import EmitError, LabUnavailableError, UnknownTargetError

    try:
        results = _played(name, compiled, folder, scripts, how)
    except UnknownTargetError as error:
        raise click.UsageError(str(error)) from error
    except LabUnavailableError as error:
        click.echo(f"flowc: {error.message}", err=True)
        if error.help:
            click.echo(f"help: {error.help}", err=True)
        return OUTSIDE
    except (BuildError, EmitError) as error:
        click.echo(f"flowc: {error}", err=True)
        return FINDINGS
    click.echo(summary(results, name, language))
    click.echo(allowed(results, language))
    if how.coverage:
        click.echo(coverage(compiled, results, language))
    bad = any(result.failed for result in results) or uses_too_many(results)
    return FINDINGS if bad else CLEAN


def _played(
    name: str, compiled: Compiled, folder: Path, scripts: tuple[CallScript, ...], how: How
) -> tuple[Result, ...]:
    from flowc.live.rounds import AT_ONCE
    from flowc.on_target import play_calls
    from flowc.target import load_target

    target = load_target(name)

    def told(result: Result) -> None:
        click.echo(line(result))

    with tempfile.TemporaryDirectory(prefix="flowc-test-") as work:
        playing = play_calls(
            *(compiled, target, scripts, folder, Path(work), told),
            strict=how.strict,
            at_once=how.at_once or AT_ONCE,
        )
        return asyncio.run(playing)


def line(result: Result) -> str:
    """A line for a call, and one for each thing that was not as meant, at the first try too."""
    if result.skipped:
        return f"skip {result.script.name}: {result.skipped}"
    told = f"{'ok  ' if result.passed else 'FAIL'} {result.script.name} ({result.seconds:.0f} s"
    if result.first is None:
        late = f", this machine was {result.lag_ms:.0f} ms late" if result.may_be_lags_fault else ""
        return "\n".join((f"{told}{late})", *_wrong(result)))
    late = f"{result.first.lag_ms:.0f} ms"
    head = f"{told}, second try: at the first this machine was {late} late, and)"
    return "\n".join((head, *_wrong(result.first), *_again(result)))


def _again(result: Result) -> list[str]:
    return ["     at the second:", *_wrong(result)] if result.failed else []


def _wrong(result: Result) -> list[str]:
    lines = []
    if result.difference is not None:
        found = result.difference
        lines += [
            f"     {found.span}: they part in {found.block}",
            f"       simulator: {found.meant}",
            f"       server:    {found.found}",
        ]
    return [*lines, *(f"     {problem}" for problem in result.problems)]


def summary(results: tuple[Result, ...], name: str, language: str) -> str:
    """How many were equal (and how many of them at the second try only), failed, were not played."""
    equal = sum(result.passed for result in results)
    again = sum(result.passed and result.first is not None for result in results)
    failed = sum(result.failed for result in results)
    skipped = len(results) - equal - failed
    if language == "zh":
        second = f"（其中 {again} 通是第二次拨打）" if again else ""
        return f"{name}: {equal} 通电话与模拟一致{second}，{failed} 通不符，{skipped} 通未拨打"
    calls = "1 call" if equal == 1 else f"{equal} calls"
    second = f" ({again} at the second try)" if again else ""
    return f"{name}: {calls} as simulated{second}, {failed} failed, {skipped} not played"


def allowed(results: tuple[Result, ...], language: str) -> str:
    """Each allowed difference that calls had: how many of them, what it is, and why it may be."""
    used = Counter(each for result in results for each in result.allowed)
    zh = language == "zh"
    if not used:
        return "允许的差异：无" if zh else "allowed differences: none"
    lines = ["允许的差异：" if zh else "allowed differences:"]
    for row, count in used.items():
        what, why = row.what.say(language, {}), row.why.say(language, {})
        lines.append(
            f"  {count} 通：{what}（{why}）" if zh else f"  {count} of the calls: {what}; {why}"
        )
    if uses_too_many(results):
        lines.append("  这样的通话太多了" if zh else "  these are too many")
    return "\n".join(lines)


def uses_too_many(results: tuple[Result, ...]) -> bool:
    """Did more calls differ than may?"""
    from flowc.live.allowances import too_many

    played = [result for result in results if not result.skipped]
    return too_many(sum(bool(result.allowed) for result in played), len(played))


def coverage(compiled: Compiled, results: tuple[Result, ...], language: str) -> str:
    """What the equal calls went through on the server, by their live traces."""
    from flowc.simulate.coverage import cover

    assert compiled.graph is not None
    traces = [each.trace for each in results if each.passed and each.trace is not None]
    return cover(compiled.graph, traces).text(language).rstrip()
