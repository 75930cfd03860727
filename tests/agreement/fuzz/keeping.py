"""A call that differs, kept so that it can be played again: a project's folder with one call in it.

`flowc test FOLDER` and `flowc test FOLDER --on NAME` play it; `why.txt` tells what differed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from flowc.build import prompt_requests
from flowc.compiler import files_of
from flowc.diagnostics.model import Reporter
from flowc.simulate.read_calls import read_calls
from flowc.simulate.script import CallScript
from flowc.simulate.write_script import script_of
from flowc.syntax.read_source import decode
from flowc.syntax.read_yaml import read_yaml
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree
from flowc.syntax.write_yaml import Value
from fuzz.making import callable_of
from fuzz.project import NOTHING, Project
from fuzz.shrink import Case
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
    def case(self) -> Case:
        return Case(self.project, self.script)

    @property
    def name(self) -> str:
        return f"{self.executor}: {self.script.name}"


def case_of(folder: Path) -> Case:
    """What was kept in a folder. Raises ValueError where it holds no project with one call."""
    report = Reporter()
    encoded = files_of(folder)
    scripts = read_calls(encoded, report)
    files = {name: _data(name, data, report) for name, data in encoded.items() if _is_part(name)}
    if report.has_errors or len(scripts) != 1:
        raise ValueError(f"{folder} is no project with one call in it")
    return Case(Project(files), scripts[0])


def _is_part(name: str) -> bool:
    return name.endswith((".yaml", ".csv")) and not name.endswith(".call.yaml")


def _data(name: str, data: bytes, report: Reporter) -> Value:
    source = decode(data, name, report)
    if source is None or name.endswith(".csv"):
        return "" if source is None else source.text
    tree = read_yaml(source, report)
    return None if tree is None else _plain(tree)


def _plain(tree: Tree) -> Value:
    match tree:
        case Scalar(text=text):
            return NOTHING if tree.is_empty else text
        case Sequence(items):
            return [_plain(item) for item in items]
        case Mapping(entries):
            return {entry.key.text: _plain(entry.value) for entry in entries}


def keep(failure: Failure, folder: Path, tones: Path) -> Path:
    """Write the project, its sounds, the call and what differed; the folder."""
    place = folder / failure.name.replace(": ", "-").replace(" ", "-")
    shutil.rmtree(place, ignore_errors=True)
    failure.project.save(place)
    recordings(prompt_requests(callable_of(failure.project).compiled), place, tones)
    call = place / CALL_FILE
    call.parent.mkdir(parents=True, exist_ok=True)
    call.write_text(script_of(failure.script.steps, failure.script.name, failure.script))
    (place / WHY).write_text(f"{failure.told}\n", encoding="utf-8")
    return place
