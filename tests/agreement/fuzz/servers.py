"""Random calls on a real server: many projects and many calls at once, compared step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flowc.build import prompt_requests
from flowc.live.result import Result
from flowc.on_target import Playlist, play_lists
from flowc.simulate.script import CallScript
from flowc.target import load_target
from fuzz.callers import Callable
from fuzz.project import Project
from fuzz.tones import recordings


@dataclass(frozen=True, slots=True)
class Played:
    """A project and the calls that are played on it."""

    seed: int
    project: Project
    called: Callable
    scripts: Sequence[CallScript]


def play_on(name: str, played: Sequence[Played], work: Path, at_once: int = 60) -> list[Result]:
    """Every call on a server of the target of that name. `work`: an empty folder, of short path."""
    lists = [_saved(one, work) for one in played]
    (work / "server").mkdir()
    return list(
        asyncio.run(
            play_lists(lists, load_target(name), work / "server", at_once=at_once, strict=False)
        )
    )


def _saved(one: Played, work: Path) -> Playlist:
    folder = work / "projects" / str(one.seed)
    one.project.save(folder)
    recordings(prompt_requests(one.called.compiled), folder, work / "tones")
    return Playlist(one.called.compiled, one.scripts, folder)
