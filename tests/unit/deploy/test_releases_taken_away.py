"""A release whose folder somebody took away: told before anything is done, and no dead end."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from flowc.deploy.build_folder import BuildFolder, open_build
from flowc.deploy.deployment import Deployment, Wishes
from flowc.deploy.errors import DriftError, NotPutBackError
from flowc.target import Artifact, Calls, Held, HostLine, Loaded, ServerError

FILE = "release/plan.conf"
FORCED = Wishes(force=True)


class Server:
    """Holds whatever its files lead to, and can be asked only where all of it is there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.fails = ""

    def files(self, loaded: Loaded) -> tuple[Artifact, ...]:
        return (Artifact("plan.conf", f"{loaded.current} {loaded.releases}\n".encode()),)

    def host_lines(self) -> tuple[HostLine, ...]:
        return ()

    def lacking(self, _build: Path) -> tuple[str, ...]:
        return ()

    async def check(self, _build: Path) -> tuple[str, ...]:
        return ()

    async def reload(self) -> tuple[str, ...]:
        return ()

    async def read_back(self, loaded: Loaded) -> Held:
        try:
            for each in loaded.releases:
                (self._root / "releases" / each / FILE).read_bytes()
        except OSError as reason:
            raise ServerError(str(reason)) from reason
        faults = (self.fails,) if self.fails and self.fails in loaded.releases else ()
        return Held(loaded.current, loaded.releases, faults)

    async def calls(self) -> Calls:
        return Calls()

    async def try_call(self, _number: str, _release: str) -> None:
        return None

    async def flag(self, _name: str) -> int:
        return 0

    async def set_flag(self, _name: str, _until: int) -> None:
        return None


class Place:
    """A server with three releases on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.server = Server(self.root)
        for name in "abc":
            assert self.deploy(name) == name * 8

    @property
    def deployment(self) -> Deployment:
        return Deployment(self.root, self.server)

    def deploy(self, name: str, wishes: Wishes | None = None) -> str | None:
        return asyncio.run(self.deployment.deploy(self._build(name), wishes)).release

    def take_away(self, name: str) -> None:
        shutil.rmtree(self.root / "releases" / (name * 8))

    def _build(self, name: str) -> BuildFolder:
        build = self.folder / name
        (build / FILE).parent.mkdir(parents=True, exist_ok=True)
        (build / FILE).write_text(name)
        (build / "release.json").write_text("{}")
        sounds = str(self.root / "releases" / (name * 8) / "sounds")
        facts = {"release": name * 8, "project": "p", "target": "t", "sounds": sounds}
        (build / "build.json").write_text(json.dumps({**facts, "numbers": ["100"]}))
        return open_build(build)


@pytest.mark.parametrize("gone", "abc")
def test_a_release_that_was_taken_away_is_told_and_force_goes_on_without_it(
    tmp_path: Path, gone: str
) -> None:
    place = Place(tmp_path)
    place.take_away(gone)
    with pytest.raises(DriftError, match="is gone"):
        place.deploy("d")
    assert place.deploy("d", FORCED) == "d" * 8
    assert gone * 8 not in place.deployment.current().loaded
    assert place.deploy("e") == "e" * 8


def test_a_rollback_from_a_release_that_was_taken_away_leads_to_the_one_before(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path)
    place.take_away("c")
    assert asyncio.run(place.deployment.rollback(force=True)).release == "b" * 8


def test_a_deploy_that_fails_comes_back_though_a_release_was_taken_away_meanwhile(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path)
    place.server.fails = "c" * 8  # so that nothing is put back
    with pytest.raises(NotPutBackError):
        asyncio.run(_failing(place))
    place.server.fails = ""
    place.take_away("b")
    asyncio.run(place.deployment.recover())
    assert place.deployment.current().current == "c" * 8
    assert place.deploy("d", FORCED) == "d" * 8


async def _failing(place: Place) -> None:
    await place.deployment.deploy(place._build("d"))
