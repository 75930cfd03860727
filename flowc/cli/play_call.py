"""One call script of a project, from its file to what failed. What `pytest_plugin` loads when it has to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from flowc.cli.words import language_of
from flowc.compiler import Compiled, compile_project
from flowc.diagnostics.model import Diagnostic, Reporter, Words
from flowc.diagnostics.render import render
from flowc.simulate.check_script import check_script
from flowc.simulate.read_calls import read_call
from flowc.simulate.report import route
from flowc.simulate.simulator import simulate

TOLD_ALREADY = Words(
    "{folder} has errors and can't be played: see the first call that failed",
    "{folder} 有错误，无法测试：请看第一通失败的电话",
)
_TOLD: set[Path] = set()


def play_call(path: Path, folder: Path) -> str:
    """Play the call of a file in the project's folder; what failed, a line each, or ""."""
    compiled = _compiled(folder)
    if compiled.graph is None:
        return _unplayable(folder, compiled)
    report = Reporter()
    script = read_call(path.relative_to(folder).as_posix(), path.read_bytes(), report)
    if script is not None:
        check_script(script, compiled.graph, report, compiled.services)
    if script is None or report.has_errors:
        return _said(report)
    run = simulate(
        compiled.graph,
        script,
        compiled.texts,
        services=compiled.services,
        tickets=compiled.tickets,
    ).strictly
    language = language_of(None)
    said = [f"{found.span}: {found.say(language)}" for found in run.failures]
    return "\n".join([*said, route(run)] if said else said)


def _unplayable(folder: Path, compiled: Compiled) -> str:
    """A project's errors at its first call; hundreds of others need not say them again."""
    if folder in _TOLD:
        return TOLD_ALREADY.say(language_of(None), {"folder": folder.name})
    _TOLD.add(folder)
    return _said(compiled.found)


@lru_cache(maxsize=8)
def _compiled(folder: Path) -> Compiled:
    """The files of a project do not change while its tests run."""
    return compile_project(folder)


def _said(found: Iterable[Diagnostic]) -> str:
    return "\n\n".join(render(one, language_of(None)) for one in found if one.is_error)
