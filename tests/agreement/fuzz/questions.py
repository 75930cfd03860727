"""Does a case still differ? On a stand-in one after another, on a real server many at once."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from stand_ins.line import StandInError

from flowc.diagnostics.model import Reporter
from flowc.simulate.check_script import check_script
from flowc.target import EmitError
from fuzz.making import Made, RefusedError, callable_of, run_of
from fuzz.rendered import rendered
from fuzz.replay import is_robust
from fuzz.servers import play_on
from fuzz.shrink import Case, Differing


def on_stand_in(name: str) -> Differing:
    """A question to a target's stand-in."""
    return lambda cases: [_differs(name, case) for case in cases]


def _differs(name: str, case: Case) -> bool:
    made = _made(case, 0)
    if made is None:
        return False
    try:
        return rendered(name, made.called).play(made.runs[0]).difference is not None
    except EmitError:
        return False
    except StandInError:
        return True


def on_server(name: str, at_once: int = 60) -> Differing:
    """A question to a real server: it is booted for each lot of cases."""

    def differing(cases: Sequence[Case]) -> list[bool]:
        made = [_made(case, place) for place, case in enumerate(cases)]
        sound = [one for one in made if one is not None]
        if not sound:
            return [False] * len(cases)
        with tempfile.TemporaryDirectory(prefix="fz-") as work:
            results = play_on(name, sound, Path(work), at_once)
        failed = {id(result.script) for result in results if result.failed}
        return [one is not None and id(one.scripts[0]) in failed for one in made]

    return differing


def _made(case: Case, seed: int) -> Made | None:
    """The case, where it compiles and its caller presses near to nothing."""
    try:
        called = callable_of(case.project)
    except RefusedError:
        return None
    report = Reporter()
    check_script(case.script, called.prepared.graph, report)
    if report.has_errors:
        return None
    run = run_of(called, case.script)
    if run.failures or is_robust(called, run):
        return None
    return Made(seed, case.project, called, [run])
