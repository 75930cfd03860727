"""A disk that fills while a server reloads: calls get out of what is wrong all the same."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import pytest

from flowc.deploy.change import Changer
from flowc.deploy.disk import Disk
from flowc.deploy.errors import PutBackError
from flowc.deploy.generations import Generation, Generations
from flowc.deploy.journal import Journal
from flowc.deploy.layout import Layout
from flowc.deploy.staging import Staging
from flowc.target import Artifact, Held, Loaded


class _Disk(Disk):
    is_full = False

    def write_new(self, path: Path, content: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        super().write_new(path, content)


class _Server:
    """Holds what the link leads to; the new generation lacks steps."""

    def __init__(self, disk: _Disk, layout: Layout) -> None:
        self._disk = disk
        self._layout = layout

    def files(self, _: Loaded) -> tuple[Artifact, ...]:
        return ()

    async def reload(self) -> tuple[str, ...]:
        self._disk.is_full = True  # the server's log fills it
        return ()

    async def read_back(self, _: Loaded) -> Held:
        is_new = self._layout.current.readlink().name == "000002"
        return Held(None, (), ("steps are missing",) if is_new else ())


def test_the_old_generation_is_put_back_on_a_full_disk(tmp_path: Path) -> None:
    layout, disk = Layout(tmp_path), _Disk()
    layout.generations.mkdir()
    generations = Generations(layout, disk)
    generations.write(Generation(1), ())
    generations.switch(1)
    changer = Changer(
        generations,
        Journal(layout.under_way, disk),
        Staging(layout, disk),
        _Server(disk, layout),  # type: ignore[arg-type]  # all of an installer that is asked here
        lambda _: None,
    )
    with pytest.raises(PutBackError, match="steps are missing"):
        asyncio.run(changer.change("deploy", Generation(1), Generation(2)))
    assert layout.current.readlink().name == "000001"
    assert not layout.under_way.exists()
