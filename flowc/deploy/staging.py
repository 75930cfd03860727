"""A build on its way to its place among the releases: copied whole, checked, then named at once.

A release's folder never changes once it has its name. Knows no server.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from flowc.deploy.build_folder import FACTS, MANIFEST, BuildFolder, hash_of
from flowc.deploy.disk import Disk, regular_files
from flowc.deploy.errors import RefusedError
from flowc.deploy.layout import Layout, texts_beside

ROOM_TO_SPARE = 16 * 1024 * 1024


class Staging:
    """The releases under a root."""

    def __init__(self, layout: Layout, disk: Disk) -> None:
        self._layout = layout
        self._disk = disk

    def stage(self, build: BuildFolder, *, force: bool = False) -> bool:
        """Copy a build to its place; False where the same was there. Raises RefusedError where the
        place holds something else, unless forced, or where it would not fit on the disk."""
        place = self._layout.release(build.release8)
        wanted = build.hashes()
        if place.exists():
            is_same = _as_calls_see_it(read_manifest(place)) == _as_calls_see_it(wanted)
            if is_same and not self.changed_files(build.release8):
                return False
            if not force:
                raise RefusedError(
                    f"{place} holds another release {build.release8}, or was changed by hand; "
                    "--force replaces it"
                )
        self._copy(build, wanted, place)
        return True

    def _copy(self, build: BuildFolder, wanted: dict[str, str], place: Path) -> None:
        self._refuse_full_disk(build)
        part = place.with_name(f".{place.name}.flowc-new")
        self._disk.remove_folder(part)
        self._disk.make_folder(part)
        folders = {part}
        for name in wanted:
            target = part / name
            self._disk.make_folder(target.parent)
            self._disk.write_new(target, (build.path / name).read_bytes())
            folders.add(target.parent)
        for link, to in texts_beside(part / "sounds").items():
            self._disk.point(link, to)
        manifest = json.dumps(wanted, indent=0, sort_keys=True) + "\n"
        self._disk.write_new(part / MANIFEST, manifest.encode())
        self._disk.sync(folders)
        if _hashes(part) != wanted:
            raise RefusedError(f"{build.path} was changed while it was being copied")
        self._disk.replace_folder(part, place)

    def _refuse_full_disk(self, build: BuildFolder) -> None:
        needed = build.size() + ROOM_TO_SPARE
        free = shutil.disk_usage(self._layout.releases).free
        if free < needed:
            raise RefusedError(
                f"{self._layout.releases} has {free >> 20} MB left; the release needs {needed >> 20}"
            )

    def changed_files(self, release8: str) -> tuple[str, ...]:
        """The files of a staged release that are no longer what they were, by path in it."""
        place = self._layout.release(release8)
        wanted = read_manifest(place)
        if not wanted:
            return (f"{place / MANIFEST} is gone",)
        try:
            found = _hashes(place)
        except ValueError as reason:
            return (str(reason),)
        return tuple(sorted(name for name, _ in wanted.items() ^ found.items()))

    def is_whole(self, release8: str) -> bool:
        """Is all of a release there that a server is asked for? Sounds may lack: calls go on without."""
        place = self._layout.release(release8)
        wanted = [name for name in read_manifest(place) if not name.startswith("sounds/")]
        return bool(wanted) and all((place / name).is_file() for name in wanted)

    def staged(self) -> tuple[str, ...]:
        """Every release that is there, sorted by id."""
        if not self._layout.releases.is_dir():
            return ()
        names = (path.name for path in self._layout.releases.iterdir())
        return tuple(sorted(name for name in names if not name.startswith(".")))

    def remove(self, release8: str) -> None:
        """Take a release away."""
        self._disk.remove_folder(self._layout.release(release8))

    def remove_leftovers(self) -> None:
        """What deploys that died left half copied or half removed."""
        self._disk.restore_folders(self._layout.releases)
        for folder in (self._layout.root, self._layout.releases, self._layout.generations):
            for path in sorted(folder.glob(".*.flowc-*")) if folder.is_dir() else ():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def read_manifest(place: Path) -> dict[str, str]:
    """The hashes that a release had when it was staged; none where it was not staged whole."""
    try:
        plain = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        return {str(name): str(hash_) for name, hash_ in plain.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _as_calls_see_it(hashes: dict[str, str]) -> dict[str, str]:
    """Without what a build says of itself: another version of flowc may say more."""
    return {name: hash_ for name, hash_ in hashes.items() if name != FACTS}


def _hashes(place: Path) -> dict[str, str]:
    files = regular_files(place, texts_beside(place / "sounds"))
    return {name: hash_of(path) for name, path in files.items() if name != MANIFEST}
