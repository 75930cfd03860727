"""Random calls on a real server: many projects and many calls at once, compared step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from flowc.build import prompt_requests
from flowc.live.result import Result
from flowc.on_target import Playlist, play_lists
from flowc.target import load_target
from fuzz.making import Made
from fuzz.tones import recordings


def play_on(name: str, found: Sequence[Made], work: Path, at_once: int) -> list[Result]:
    """Every call on a server of the target of that name. `work`: an empty folder, of short path."""
    lists = [_saved(one, work) for one in found]
    server = work / "server"
    server.mkdir()
    played = play_lists(lists, load_target(name), server, at_once=at_once)
    return list(asyncio.run(played))


def _saved(one: Made, work: Path) -> Playlist:
    folder = work / "projects" / str(one.seed)
    one.project.save(folder)
    recordings(prompt_requests(one.called.compiled), folder, work / "tones")
    return Playlist(one.called.compiled, one.scripts, folder)
