"""What random projects and callers have found, each as the smallest project that shows it.

The folders under `found/` bear the names of the faults; their calls say what should happen, and must
go so in the simulator and on what each target rendered.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from stand_ins.from_run import differs
from stand_ins.making import TARGETS
from stand_ins.projects import ProjectOn, runs_of

FOUND = sorted(path for path in (Path(__file__).parent / "found").iterdir() if path.is_dir())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("folder", FOUND, ids=lambda folder: folder.name)
def test_what_was_found_is_not_there_any_more(folder: Path, target: str) -> None:
    compiled, runs = runs_of(folder)
    made = ProjectOn(target, compiled)
    for run in runs:
        request, server = made.server(run.script)
        assert differs(server, run, request.graph, request.release8) is None, run.script.name
    assert runs
