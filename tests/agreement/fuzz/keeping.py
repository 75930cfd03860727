"""A call that differs, kept so that it can be played again: a project's folder with one call in it.

`flowc test FOLDER` and `flowc test FOLDER --on NAME` play it; `why.txt` tells what differed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flowc.build import prompt_requests
from flowc.simulate.script import CallScript
from flowc.simulate.write_script import script_of
from fuzz.making import callable_of
from fuzz.project import Project
from fuzz.tones import recordings

CALL_FILE = "tests/random.call.yaml"
WHY = "why.txt"


@dataclass(frozen=True, slots=True)
class Failure:
    """One call on one executor that did not go as the simulator says."""

    executor: str
    seed: int
    project: Project
    script: CallScript
    told: str

    @property
    def name(self) -> str:
        return f"{self.executor}: {self.script.name}"


def keep(failure: Failure, folder: Path, tones: Path) -> Path:
    """Write the project, its sounds, the call and what differed; the folder."""
    place = folder / f"{failure.executor} {failure.script.name}".replace(" ", "-")
    failure.project.save(place)
    recordings(prompt_requests(callable_of(failure.project).compiled), place, tones)
    call = place / CALL_FILE
    call.parent.mkdir(parents=True, exist_ok=True)
    call.write_text(script_of(failure.script.steps, failure.script.name, failure.script))
    (place / WHY).write_text(f"{failure.told}\n", encoding="utf-8")
    return place
