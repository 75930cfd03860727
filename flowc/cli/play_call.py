"""One call script of a project, from its file to what failed. What `pytest_plugin` loads when it has to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from flowc.compiler import Compiled, compile_project
from flowc.diagnostics.model import Diagnostic, Reporter
from flowc.simulate.check_script import check_script
from flowc.simulate.read_calls import read_call
from flowc.simulate.simulator import simulate


def play_call(path: Path, folder: Path) -> str:
    """Play the call of a file in the project's folder; what failed, a line each, or ""."""
    compiled = _compiled(folder)
    if compiled.graph is None:
        return _said(compiled.found)
    report = Reporter()
    script = read_call(path.relative_to(folder).as_posix(), path.read_bytes(), report)
    if script is not None:
        check_script(script, compiled.graph, report)
    if script is None or report.has_errors:
        return _said(report)
    run = simulate(compiled.graph, script, compiled.texts)
    return "\n".join(f"{found.span}: {found.say('en')}" for found in run.failures)


@lru_cache(maxsize=8)
def _compiled(folder: Path) -> Compiled:
    """The files of a project do not change while its tests run."""
    return compile_project(folder)


def _said(found: Iterable[Diagnostic]) -> str:
    return "\n".join(
        f"{one.span}: error[{one.code.number}]: {one.label('en')}" for one in found if one.is_error
    )
