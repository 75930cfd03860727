"""A build as `flowc build` leaves it, checked before any of it is believed.

Knows the two files that every build has; what else is in it is the target's and the runtime's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flowc.deploy.disk import regular_files
from flowc.deploy.errors import RefusedError

FACTS, RELEASE, MANIFEST = "build.json", "release.json", "manifest.json"
MOST_SHOWN = 5
_ID = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class BuildFolder:
    """One release on disk: `release` is its full id, `sounds` where its files expect the sounds.

    `files` and `sound_keys`: what the build put in it besides its own two; `written`: the SHA-256 of
    each file but the first, as it was written.
    """

    path: Path
    release: str
    project: str
    target: str
    sounds: str
    numbers: tuple[str, ...]
    files: tuple[str, ...] = ()
    sound_keys: tuple[str, ...] = ()
    written: tuple[tuple[str, str], ...] = ()

    @property
    def release8(self) -> str:
        return self.release[:8]

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file of it, by its path. Raises RefusedError for links in it."""
        try:
            files = regular_files(self.path)
        except ValueError as reason:
            raise RefusedError(str(reason)) from reason
        return {name: hash_of(path) for name, path in files.items() if name != MANIFEST}

    def changed(self) -> tuple[str, ...]:
        """What has changed since it was built, as by a copy that broke off: a few of many, in words."""
        found = self.hashes()
        paths = [name for name, hash_ in self.written if found.get(name, hash_) != hash_]
        shown = ", ".join(paths[:MOST_SHOWN])
        more = " ..." if len(paths) > MOST_SHOWN else ""
        return (f"not as they were built: {shown}{more}; copy or build it anew",) if paths else ()

    def missing(self) -> tuple[str, ...]:
        """What is no longer there of what the build put in it, in words."""
        sounds = {key: self.path / "sounds" / f"{key}.wav" for key in self.sound_keys}
        return (
            *(f"{name} is missing" for name in self.files if not (self.path / name).is_file()),
            *(f"the sound {key} is missing" for key, at in sounds.items() if not at.is_file()),
        )

    def size(self) -> int:
        """Bytes."""
        return sum(path.stat().st_size for path in regular_files(self.path).values())


def open_build(path: Path) -> BuildFolder:
    """The build in a folder. Raises RefusedError for what is none."""
    try:
        facts = json.loads((path / FACTS).read_text(encoding="utf-8"))
        build = BuildFolder(
            path,
            release=str(facts["release"]),
            project=str(facts["project"]),
            target=str(facts["target"]),
            sounds=str(facts["sounds"]),
            numbers=tuple(map(str, facts["numbers"])),
            files=tuple(map(str, facts.get("files", ()))),
            sound_keys=tuple(map(str, facts.get("sound_keys", ()))),
            written=tuple(
                (str(name), str(hash_)) for name, hash_ in facts.get("sha256", {}).items()
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as reason:
        raise RefusedError(f"{path} is no build: {FACTS}: {_words(reason)}") from reason
    if not _ID.fullmatch(build.release):
        raise RefusedError(f"{path} is no build: {FACTS} names no release")
    if not (path / RELEASE).is_file():
        raise RefusedError(f"{path} is no whole build: {RELEASE} is missing")
    return build


def _words(reason: Exception) -> str:
    match reason:
        case OSError():
            return reason.strerror or str(reason)
        case KeyError():
            return f"{reason} is missing"
        case _:
            return "cannot be read"


def hash_of(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    return sha256(path.read_bytes()).hexdigest()
