"""Files that are either whole or not there, also after a crash: every change of a deploy goes through here.

Each method is one step that a crash can fall between, and each is on the disk when it returns.
Must not know what the files mean.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

REPLACED = ".flowc-replaced"  # ends the name of a folder whose place another takes
FOLDER_MODE, SHARED_MODE, FILE_MODE = 0o750, 0o770, 0o640


class Disk:
    """The real disk. `group`: the group that may read what is written; None leaves it as it comes."""

    def __init__(self, group: int | None = None) -> None:
        self._group = group

    def make_folder(self, path: Path, mode: int = FOLDER_MODE) -> None:
        """Make a folder (and those above), for us and the group alone. Fine where it is there."""
        if path.is_dir():
            return
        if not path.parent.is_dir():
            self.make_folder(path.parent)
        path.mkdir(mode=mode)
        self._share(path, mode)
        sync_folder(path.parent)

    def write_new(self, path: Path, content: bytes) -> None:
        """Write a file that must not be there yet, nor be a link."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with named(path), os.fdopen(os.open(path, flags, FILE_MODE), "wb") as file:
            self._share(path, FILE_MODE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def replace(self, path: Path, content: bytes) -> None:
        """Give a file a new content, all at once; its mode and owner stay as they are."""
        temporary = path.with_name(f".{path.name}.flowc-new")
        self.remove_file(temporary)
        self.write_new(temporary, content)
        if path.exists():
            shutil.copymode(path, temporary)
            before = path.stat()
            if os.geteuid() == 0:
                os.chown(temporary, before.st_uid, before.st_gid)
        self.rename(temporary, path)

    def point(self, link: Path, to: str) -> None:
        """Let a symbolic link lead elsewhere, all at once. `to` is relative to its folder."""
        temporary = link.with_name(f".{link.name}.flowc-new")
        self.remove_file(temporary)
        temporary.symlink_to(to)
        self.rename(temporary, link)

    def rename(self, old: Path, new: Path) -> None:
        """Rename within a file system."""
        old.rename(new)
        sync_folder(new.parent)

    def remove_file(self, path: Path) -> None:
        """Remove a file or a link; fine where there is none."""
        if path.is_symlink() or path.exists():
            path.unlink()
            sync_folder(path.parent)

    def remove_folder(self, path: Path) -> None:
        """Remove a folder with all in it; fine where there is none. It is renamed away first."""
        if not path.exists():
            return
        away = path.with_name(f".{path.name}.flowc-old")
        if away.exists():
            shutil.rmtree(away)
        self.rename(path, away)
        shutil.rmtree(away)

    def replace_folder(self, new: Path, place: Path) -> None:
        """Let a folder take the place of another, or of none. What a crash leaves between the two is
        made good by `restore_folders`."""
        away = place.with_name(f".{place.name}{REPLACED}")
        if place.exists():
            self.rename(place, away)
        self.rename(new, place)
        if away.exists():
            shutil.rmtree(away)

    def restore_folders(self, folder: Path) -> None:
        """Put back each folder that was renamed away and whose place was not taken."""
        for away in folder.glob(f".*{REPLACED}"):
            place = away.with_name(away.name[1 : -len(REPLACED)])
            if not place.exists():
                self.rename(away, place)

    def sync(self, folders: Iterable[Path]) -> None:
        """Let the names in these folders be on the disk."""
        for folder in folders:
            sync_folder(folder)

    def _share(self, path: Path, mode: int) -> None:
        if self._group is not None:
            os.chown(path, -1, self._group)
        path.chmod(mode)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """An OSError of an open file (a full disk) says which file it is."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def sync_folder(path: Path) -> None:
    """Let a folder's names be on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def regular_files(folder: Path, links: Mapping[Path, str] | None = None) -> dict[str, Path]:
    """Every file under a folder by its path in it, sorted. Raises ValueError for anything that is
    neither a file nor a folder: a link could lead to what was never meant to be copied. Those of
    `links` are ours, as long as they lead where they should."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            found[path.relative_to(folder).as_posix()] = path
        elif stat.S_ISLNK(mode) and (links or {}).get(path) == str(path.readlink()):
            continue
        elif not stat.S_ISDIR(mode):
            raise ValueError(f"{path} is neither a file nor a folder")
    return found
