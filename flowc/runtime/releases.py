"""The releases that are served: a folder each, taken up when it appears, kept until it goes.

Knows no deploy and no telephone system. A folder that cannot be served is told to the log and
disturbs no other.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flowc.graph.as_json import release_from_json
from flowc.graph.operations import Invoke
from flowc.graph.release import Release
from flowc.runtime.logs import Log
from flowc.runtime.services.model import SettingsError

FILE = "release.json"
_NAME = re.compile(r"[0-9a-f]{8}")
_MOST_BYTES = 64 * 1024 * 1024
_Version = tuple[int, int]  # when it was written, and its size


@dataclass(frozen=True, slots=True)
class _Served:
    version: _Version
    release: Release | None  # None where it could not be read
    invokes: dict[str, Invoke]


class ReleaseTable:
    """What stands in the folders of releases, as of the last look. An id is in one of them only, or
    the release is the same."""

    def __init__(
        self,
        folders: Sequence[Path],
        prepare: Callable[[Release], None],
        keep: Callable[[Iterable[Release]], None],
        log: Log,
    ) -> None:
        """`prepare` makes a release's back ends ready; it raises SettingsError. `keep` lets go of those
        of all but the releases that are served."""
        self._folders = tuple(folders)
        self._prepare, self._keep = prepare, keep
        self._log = log
        self._served: dict[str, _Served] = {}

    def invoke(self, release8: str, site: str) -> tuple[Release, Invoke] | None:
        """A release and the question that it asks at a site; None where there is none."""
        served = self._served.get(release8)
        invoke = None if served is None else served.invokes.get(site)
        if served is None or served.release is None or invoke is None:
            return None
        return served.release, invoke

    def release(self, release8: str) -> Release | None:
        """The release, while it is served."""
        served = self._served.get(release8)
        return None if served is None else served.release

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of those that are served, sorted."""
        return tuple(sorted(key for key, each in self._served.items() if each.release))

    @property
    def refused(self) -> tuple[str, ...]:
        """The ids of those that stand there and cannot be served, sorted."""
        return tuple(sorted(key for key, each in self._served.items() if each.release is None))

    async def look(self) -> None:
        """Take up what is new or has changed, and let go of what is no longer there."""
        found = await asyncio.to_thread(self._found)
        before = dict(self._served)
        for gone in self._served.keys() - found.keys():
            del self._served[gone]
            self._log.event("release_gone", release=gone)
        for name, (path, version) in found.items():
            known = self._served.get(name)
            if known is None or known.version != version:
                self._served[name] = await self._taken_up(path, version)
        if any(self._served.get(name) is not served for name, served in before.items()):
            self._keep(each.release for each in self._served.values() if each.release)

    def _found(self) -> dict[str, tuple[Path, _Version]]:
        found = {}
        for path in (path for folder in self._folders for path in folder.glob(f"*/{FILE}")):
            name = path.parent.name
            if _NAME.fullmatch(name) and name not in found and path.is_file():
                state = path.stat()
                found[name] = path, (state.st_mtime_ns, state.st_size)
        return found

    async def _taken_up(self, path: Path, version: _Version) -> _Served:
        name = path.parent.name
        try:
            release = await asyncio.to_thread(_read, path)
            if release.id[:8] != name:
                raise ValueError("the folder bears another release's name")
            self._prepare(release)
        except (OSError, ValueError, SettingsError) as error:
            self._log.event("release_refused", "error", release=name, why=error)
            return _Served(version, None, {})
        self._log.event("release_served", release=name, project=release.graph.name)
        return _Served(version, release, _invokes(release))


def _read(path: Path) -> Release:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("the release is larger than 64 MB")
    return release_from_json(path.read_text(encoding="utf-8"))


def _invokes(release: Release) -> dict[str, Invoke]:
    operations = (each for block in release.graph.blocks.values() for each in block.operations)
    return {each.site: each for each in operations if isinstance(each, Invoke)}
