"""Random calls on a real server: many projects and many calls at once, compared step by step."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from flowc.build import prompt_requests
from flowc.live.result import Result
from flowc.on_target import Playlist, play_lists
from flowc.target import load_target
from fuzz.making import Made, made
from fuzz.tones import recordings


def play_on(name: str, found: Sequence[Made], work: Path, at_once: int) -> list[Result]:
    """Every call on a server of the target of that name. `work`: an empty folder, of short path.

    A call that differs among many others is played once more by itself, and that is what counts.
    """
    lists = [_saved(one, work) for one in found]
    server = work / "server"
    server.mkdir()
    played = play_lists(lists, load_target(name), server, at_once=at_once, alone=True)
    return list(asyncio.run(played))


def must_be_there(name: str) -> None:
    """Play one small call. Raises LabUnavailableError where no server can be had."""
    one = made(0, 3, 5)
    one.runs = sorted(one.runs, key=lambda run: run.length_ms)[:1]
    with tempfile.TemporaryDirectory(prefix="fz-") as work:
        play_on(name, [one], Path(work), 1)


def _saved(one: Made, work: Path) -> Playlist:
    folder = work / "projects" / str(one.seed)
    one.project.save(folder)
    recordings(prompt_requests(one.called.compiled), folder, work / "tones")
    return Playlist(one.called.compiled, one.scripts, folder)
