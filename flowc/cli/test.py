"""`flowc test`: plays the calls of a project, on the simulator or on a real telephone system."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.test_on import How
from flowc.cli.words import (
    CLEAN,
    FINDINGS,
    compiled_or_exit,
    end_with,
    lang_option,
    print_found,
    project_folder,
    usage_error,
)
from flowc.diagnostics.model import Words

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.diagnostics.model import Diagnostic
    from flowc.simulate.script import CallScript
    from flowc.simulate.simulator import Run

NO_CALLS = Words(
    "the project has no calls to play: each is a file tests/*.call.yaml; `flowc call NUMBER --save` makes one",
    "项目里没有可以测试的通话：每通是一个 tests/*.call.yaml 文件，可以用 `flowc call 号码 --save` 生成",
)
NO_SUCH = Words(
    "no call's title or file contains `{text}`; there are {count} calls",
    "没有标题或文件名含 `{text}` 的通话；共有 {count} 通",
)
NO_CALL_THERE = Words(
    "there is no call to play in `{place}`: calls stand under `tests/` of a project, in files whose names end in "
    "`{ending}`",
    "`{place}` 里没有可以测试的通话：通话放在项目的 `tests/` 下，文件名以 `{ending}` 结尾",
)
OF_TWO_PROJECTS = Words(
    "`{place}` belongs to another project than `{first}`: play them one project after the other",
    "`{place}` 和 `{first}` 不属于同一个项目：请一个项目一个项目地测试",
)
TEXT_ALONE = Words(
    "with --on the results are text: leave `--format {form}` out",
    "用 --on 时结果只有文字形式：请去掉 `--format {form}`",
)


def _how_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that make up a `How`."""

    @click.option("--coverage", is_flag=True, help="Say what no call went through.")
    @click.option(
        "--strict",
        is_flag=True,
        help="With --on: no second try for a call that failed while this machine was too busy.",
    )
    @click.option(
        "--at-once",
        type=click.IntRange(1, 500),
        help="With --on: how many calls at a time; 60 where nothing is said.",
    )
    @wraps(command)
    def told_how(*, coverage: bool, strict: bool, at_once: int | None, **others: Any) -> None:
        command(how=How(coverage, strict, at_once), **others)

    return told_how


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of a project's calls: those that stand in `places` (files and folders; none of them: all), and of
    these the ones whose title or file contains `text`."""

    places: tuple[Path, ...] = ()
    text: str = ""


def _places(
    context: click.Context, parameter: click.Parameter, value: tuple[Path, ...]
) -> tuple[Path, tuple[Path, ...]]:
    """The project's folder, and the places in it; its own folder is no choice among its calls."""
    named = value or (Path(),)
    folders = [project_folder(context, parameter, each) for each in named]
    for place, folder in zip(named, folders, strict=True):
        if folder != folders[0]:
            raise usage_error(OF_TWO_PROJECTS, place=place, first=named[0])
    is_whole = any(place.resolve() == folders[0] for place in value)
    return folders[0], () if is_whole else value


@click.command("test")
@click.argument(
    "places",
    metavar="[FOLDER | CALL]...",
    nargs=-1,
    type=click.Path(exists=True, path_type=Path),
    callback=_places,
)
@click.option(
    "--on",
    "target",
    help="A telephone system to play the calls on, such as one that `flowc build` knows.",
)
@click.option("-k", "chosen", default="", help="Only calls whose title or file contains this.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    help="How results are written.",
)
@_how_options
@click.option("-v", "--verbose", is_flag=True, help="Show what was heard in each call.")
@lang_option
def command(
    places: tuple[Path, tuple[Path, ...]],
    target: str | None,
    chosen: str,
    form: str,
    verbose: bool,
    language: str,
    how: How,
) -> None:
    """Play the calls in tests/*.call.yaml and compare them with what they expect.

    A project's folder means all of its calls; a call's file, or a folder inside of tests/, means these.
    """
    from flowc.simulate.report import junit, results_json

    folder, within = places
    compiled = compiled_or_exit(folder, language, form)
    scripts = scripts_of(compiled, folder, Chosen(within, chosen), language, form)
    if scripts:
        print_found(_calls_not_read(compiled), language)
    else:
        print_found(compiled.found, language)
        raise usage_error(NO_CALLS)
    if target is not None and form != "text":
        raise usage_error(TEXT_ALONE, form=form)
    if target is not None:
        from flowc.cli.test_on import test_on

        sys.exit(test_on(target, compiled, folder, scripts, how, language))
    runs = simulated(compiled, scripts)
    match form:
        case "json":
            click.echo(results_json(runs, language))
        case "junit":
            click.echo(junit(runs, language))
        case _:
            print_runs(runs, language, verbose)
    if how.coverage:
        click.echo(_coverage(compiled, runs, language, verbose), err=form != "text")
    sys.exit(CLEAN if all(run.passed for run in runs) else FINDINGS)


def _calls_not_read(compiled: Compiled) -> tuple[Diagnostic, ...]:
    """Files that were meant to be played, and are not: a run without them must not look whole."""
    from flowc.diagnostics.codes.reading import NOT_READ

    return tuple(
        each
        for each in compiled.found
        if each.code is NOT_READ and each.span.source.name.startswith("tests/")
    )


def scripts_of(
    compiled: Compiled, folder: Path, chosen: Chosen, language: str, form: str = "text"
) -> tuple[CallScript, ...]:
    """The calls chosen; where one is wrongly written, the program ends with its findings."""
    from flowc.compiler import files_of
    from flowc.diagnostics.model import Reporter
    from flowc.simulate.check_script import check_script
    from flowc.simulate.read_calls import read_calls

    assert compiled.graph is not None
    report = Reporter()
    scripts = read_calls(_in_places(files_of(folder), folder, chosen.places), report)
    for script in scripts:
        check_script(script, compiled.graph, report, compiled.services)
    if report.has_errors:
        end_with(report.sorted, language, form)
    text = chosen.text
    found = tuple(one for one in scripts if text in one.name or text in one.span.source.name)
    if text and not found:
        raise usage_error(NO_SUCH, text=text, count=len(scripts))
    return found


def _in_places(
    files: Mapping[str, bytes], folder: Path, places: tuple[Path, ...]
) -> Mapping[str, bytes]:
    """The calls that stand in places of which each has one; without places all files."""
    from flowc.simulate.read_calls import ENDING

    if not places:
        return files
    wanted = {place.resolve(): place for place in places}
    found: dict[str, bytes] = {}
    empty = dict(wanted)
    for name in files:
        path = (folder / name).resolve()
        around = [each for each in (path, *path.parents) if each in wanted]
        if around and name.endswith(ENDING):
            found[name] = files[name]
            for each in around:
                empty.pop(each, None)
    for place in empty.values():
        raise usage_error(NO_CALL_THERE, place=place, ending=ENDING)
    return found


def simulated(compiled: Compiled, scripts: tuple[CallScript, ...]) -> tuple[Run, ...]:
    from flowc.simulate.simulator import run_calls

    assert compiled.graph is not None
    return run_calls(
        compiled.graph,
        compiled.texts,
        scripts,
        services=compiled.services,
        tickets=compiled.tickets,
    )


def print_runs(runs: tuple[Run, ...], language: str, verbose: bool) -> None:
    """A line a call, then what failed."""
    from flowc.simulate.report import route

    for run in runs:
        click.echo(
            f"{'ok  ' if run.passed else 'FAIL'} {run.script.name} ({run.length_ms / 1000:.0f} s)"
        )
        for said in run.heard if verbose else ():
            click.echo(f"     {said.begins / 1000:6.1f}s {said.text}")
        for found in run.failures:
            click.echo(f"     {found.span}: {found.say(language)}")
        if run.failures:
            click.echo(f"     {'经过' if language == 'zh' else 'went'}: {route(run)}")
    failed = sum(not run.passed for run in runs)
    calls = f"{len(runs)} call" if len(runs) == 1 else f"{len(runs)} calls"
    if language == "zh":
        click.echo(
            f"{len(runs)} 通电话，{failed} 通不符" if failed else f"{len(runs)} 通电话全部通过"
        )
    else:
        click.echo(f"{calls}, {failed} failed" if failed else f"{calls} passed")


def _coverage(compiled: Compiled, runs: tuple[Run, ...], language: str, whole: bool) -> str:
    from flowc.simulate.coverage import cover

    assert compiled.graph is not None
    found = cover(compiled.graph, (run.trace for run in runs))
    return (found.whole_text if whole else found.text)(language).rstrip()
