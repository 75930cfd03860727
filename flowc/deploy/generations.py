"""Generations: what a server shall hold, each written once and never changed; one is the current.

A generation says by itself which releases it loads and what its files must be, so that nothing
else has to be believed after a crash. Knows no server.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from flowc.deploy.disk import Disk
from flowc.deploy.errors import RefusedError
from flowc.deploy.layout import Layout, generation_name
from flowc.target import Artifact, Loaded

RECORD = "generation.json"


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of a server. `history`: the releases that calls entered, the current one last;
    `loaded`: all that the server holds, the history's among them as long as they are kept."""

    number: int = 0
    current: str | None = None
    loaded: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()  # name and SHA-256

    @property
    def as_loaded(self) -> Loaded:
        return Loaded(self.current, self.loaded)

    @property
    def previous(self) -> str | None:
        """What a rollback returns to."""
        return self.history[-2] if len(self.history) > 1 else None


def hashed(artifacts: tuple[Artifact, ...]) -> tuple[tuple[str, str], ...]:
    """Names and SHA-256 of files, sorted."""
    return tuple(sorted((each.path, sha256(each.content).hexdigest()) for each in artifacts))


class Generations:
    """The generations under a root."""

    def __init__(self, layout: Layout, disk: Disk) -> None:
        self._layout = layout
        self._disk = disk

    def current(self) -> Generation | None:
        """The generation that the link leads to; None before the first. Raises RefusedError."""
        link = self._layout.current
        if not link.is_symlink():
            if link.exists():
                raise RefusedError(f"{link} should be a symbolic link of flowc's, and is none")
            return None
        try:
            return self.read(link.readlink().name)
        except RefusedError as reason:
            raise RefusedError(
                f"{reason}\nput the folder back, or remove {link} and deploy again: the server keeps "
                "what it holds until then"
            ) from reason

    def read(self, name: str) -> Generation:
        """A generation by its folder's name. Raises RefusedError."""
        path = self._layout.generations / name / RECORD
        try:
            return _from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as reason:
            raise RefusedError(
                f"{path} cannot be read ({reason}); was it changed by hand?"
            ) from reason

    def write(self, generation: Generation, artifacts: tuple[Artifact, ...]) -> None:
        """Write a generation's folder; what stood there came of a deploy that died."""
        folder = self._layout.generation(generation.number)
        self._disk.remove_folder(folder)
        self._disk.make_folder(folder)
        for artifact in artifacts:
            self._disk.write_new(folder / artifact.path, artifact.content)
        record = json.dumps(asdict(generation), indent=1) + "\n"
        self._disk.write_new(folder / RECORD, record.encode())
        self._disk.sync((folder,))

    def switch(self, number: int) -> None:
        """Make a generation the current one: the one step that counts."""
        self._disk.point(self._layout.current, f"generations/{generation_name(number)}")

    def remove(self, number: int) -> None:
        """Take a generation away."""
        self._disk.remove_folder(self._layout.generation(number))

    def numbers(self) -> tuple[int, ...]:
        """Every generation that is there."""
        if not self._layout.generations.is_dir():
            return ()
        names = (path.name for path in self._layout.generations.iterdir())
        return tuple(sorted(int(name) for name in names if name.isdigit()))


def _from_json(plain: dict[str, Any]) -> Generation:
    current = plain["current"]
    return Generation(
        int(plain["number"]),
        None if current is None else str(current),
        tuple(map(str, plain["loaded"])),
        tuple(map(str, plain["history"])),
        tuple((str(name), str(hash_)) for name, hash_ in plain["files"]),
    )


def found_files(folder: Path, generation: Generation) -> dict[str, bytes | None]:
    """The generation's files as they are now, those that are gone as None, and any others."""
    found: dict[str, bytes | None] = {name: None for name, _ in generation.files}
    if folder.is_dir():
        paths = (path for path in folder.iterdir() if path.name != RECORD)
        found |= {path.name: path.read_bytes() for path in sorted(paths) if path.is_file()}
    return found
