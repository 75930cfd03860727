"""The one line that each of the server's own configuration files gets, and how it is taken out again.

Everything else in those files stays as it is, byte for byte. Knows no telephone system: which
line belongs where is the Installer's word.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flowc.deploy.disk import Disk
from flowc.deploy.errors import RefusedError
from flowc.target import HostLine

Agree = Callable[[tuple[HostLine, ...]], bool]


def refuse(_lines: tuple[HostLine, ...]) -> bool:
    """For whoever edits the server's configuration himself."""
    return False


def missing_lines(lines: tuple[HostLine, ...]) -> tuple[HostLine, ...]:
    """Those that their files do not have yet. Raises RefusedError for a file that is not there."""
    return tuple(each for each in lines if not _has(each))


def _has(wanted: HostLine) -> bool:
    found = _read(wanted.file).splitlines()
    return wanted.line.encode() in (line.strip() for line in found)


def add_lines(lines: tuple[HostLine, ...], agree: Agree, disk: Disk) -> tuple[HostLine, ...]:
    """Add the missing lines at the ends of their files, if that is agreed to; those added.

    Raises RefusedError, with what to add by hand, where it is not.
    """
    missing = missing_lines(lines)
    if missing and not agree(missing):
        shown = "\n".join(f"  {each.file}: {each.line}" for each in missing)
        raise RefusedError(
            f"the server does not take in flowc's files yet; add by hand, at the end of:\n{shown}"
        )
    for each in missing:
        path = each.file.resolve()
        disk.replace(path, _with(_read(path), each.line.encode()))
    return missing


def take_out_lines(lines: tuple[HostLine, ...], disk: Disk) -> tuple[HostLine, ...]:
    """Remove the lines, so that a file that was not changed otherwise is what it was before."""
    there = tuple(each for each in lines if _has(each))
    for each in there:
        path = each.file.resolve()
        disk.replace(path, _without(_read(path), each.line.encode()))
    return there


def _with(content: bytes, line: bytes) -> bytes:
    """A file that ends within a line gets no line end of ours either: that tells the two apart."""
    if content and not content.endswith(b"\n"):
        return content + b"\n" + line
    return content + line + b"\n"


def _without(content: bytes, line: bytes) -> bytes:
    if content.endswith(b"\n" + line):
        return content.removesuffix(b"\n" + line)
    kept = (each for each in content.splitlines(keepends=True) if each.strip() != line)
    return b"".join(kept)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        words = reason.strerror or str(reason)
        raise RefusedError(f"the server's {path} cannot be read: {words}") from reason
