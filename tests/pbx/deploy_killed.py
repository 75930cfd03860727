"""Kills deploys at every step of theirs and looks at what is left. Run as a program by the tests.

The server must hold exactly the old or the new release after each kill, whatever it is asked; and
after the recovery too, with nothing under way. Prints a line of JSON for each kill.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flowc.deploy.build_folder import open_build
from flowc.deploy.deployment import Deployment, Wishes
from flowc.deploy.disk import FOLDER_MODE, Disk
from flowc.deploy.steps import Step
from flowc.target import Installable, Installer, Loaded, load_target


class Countdown:
    """Kills this process at its n-th point."""

    def __init__(self, points: int) -> None:
        self._left = points

    def point(self, what: str) -> None:
        self._left -= 1
        if self._left == 0:
            os.write(1, f'{{"point": "{what}", '.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def step(self, step: Step) -> None:
        self.point(step.name)


class DyingDisk(Disk):
    """The real disk, with a point before each change and one within each write."""

    def __init__(self, countdown: Countdown) -> None:
        super().__init__()
        self._point = countdown.point

    def make_folder(self, path: Path, mode: int = FOLDER_MODE) -> None:
        self._point(f"make {path.name}")
        super().make_folder(path, mode)

    def write_new(self, path: Path, content: bytes) -> None:
        self._point(f"write {path.name}")
        super().write_new(path, content[: len(content) // 2])
        self._point(f"half of {path.name}")
        path.unlink()
        super().write_new(path, content)

    def rename(self, old: Path, new: Path) -> None:
        self._point(f"rename {new.name}")
        super().rename(old, new)

    def remove_file(self, path: Path) -> None:
        self._point(f"remove {path.name}")
        super().remove_file(path)

    def remove_folder(self, path: Path) -> None:
        self._point(f"remove folder {path.name}")
        super().remove_folder(path)

    def sync(self, folders: Iterable[Path]) -> None:
        self._point("sync")
        super().sync(folders)


@dataclass(frozen=True)
class Trial:
    """What is done and killed; `saved` is the root as it is before."""

    what: str
    root: Path
    saved: Path
    new: Path
    target: str
    words: dict[str, str]

    def installer(self) -> Installer:
        target = load_target(self.target)
        assert isinstance(target, Installable)
        return target.installer(self.root, self.words)

    def deployment(self, countdown: Countdown | None = None) -> Deployment:
        if countdown is None:
            return Deployment(self.root, self.installer())
        disk = DyingDisk(countdown)
        return Deployment(self.root, self.installer(), disk=disk, observe=countdown.step)

    def restore(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self.saved, self.root, symlinks=True)
        asyncio.run(self.installer().reload())

    def act(self, countdown: Countdown) -> None:
        deployment = self.deployment(countdown)
        match self.what:
            case "rollback":
                asyncio.run(deployment.rollback())
            case "failing":
                try:
                    asyncio.run(deployment.deploy(open_build(self.new), Wishes(trial="999")))
                except OSError:
                    return
            case _:
                asyncio.run(deployment.deploy(open_build(self.new)))

    def killed_at(self, points: int) -> bool:
        """Whether it came so far."""
        child = os.fork()
        if child == 0:
            try:
                self.act(Countdown(points))
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            raise SystemExit(f"{self.what}: it failed by itself")
        return os.WIFSIGNALED(status)

    def server_holds(self, possible: list[Loaded]) -> str | None:
        """Which of the possible states the server says it is in, whole."""
        for loaded in possible:
            held = asyncio.run(self.installer().read_back(loaded))
            if not held.faults:
                return loaded.current or "none"
        return None


def main() -> None:
    what, root, saved, new, target, words = sys.argv[1:]
    trial = Trial(what, Path(root), Path(saved), Path(new), target, json.loads(words))
    trial.restore()
    before = trial.deployment().current()
    after = before.history[-2] if what == "rollback" else Path(new).name
    possible = [
        before.as_loaded,
        Loaded(after, tuple(dict.fromkeys((*before.loaded, after)))),
    ]
    points = 0
    while trial.killed_at(points := points + 1):
        killed = trial.server_holds([one for one in possible if _is_there(trial.root, one)])
        began = time.monotonic()
        asyncio.run(trial.deployment().recover())
        seconds = time.monotonic() - began
        current = trial.deployment().current()
        facts = {
            "held": killed,
            "recovered": trial.server_holds([current.as_loaded]),
            "current": current.current or "none",
            "settled": not (trial.root / "under_way.json").exists(),
            "left": [path.name for path in trial.root.rglob("*.flowc-*")],
            "seconds": round(seconds, 3),
        }
        sys.stdout.write(json.dumps(facts)[1:] + "\n")
        sys.stdout.flush()
        trial.restore()


def _is_there(root: Path, loaded: Loaded) -> bool:
    return all((root / "releases" / one / "build.json").is_file() for one in loaded.releases)


if __name__ == "__main__":
    main()
