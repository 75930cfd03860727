"""The lines that the server's own configuration files get, and how they are taken out again.

Everything else in those files stays as it is, byte for byte. Knows no telephone system: which
line belongs where is the Installer's word.
"""

from __future__ import annotations

from collections.abc import Callable

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
    found = _read(wanted).splitlines()
    return wanted.line.encode() in (line.strip() for line in found)


def add_lines(lines: tuple[HostLine, ...], agree: Agree, disk: Disk) -> tuple[HostLine, ...]:
    """Add the missing lines to their files, if that is agreed to; those added.

    Raises RefusedError, with what to add by hand, where it is not, or where a line has no place.
    """
    missing = missing_lines(lines)
    for each in missing:
        _changed(each)
    if missing and not agree(missing):
        shown = "\n".join(f"  {each}" for each in missing)
        raise RefusedError(
            "the server does not take in flowc's files yet; add by hand, at the end of each file "
            f"unless it says where:\n{shown}"
        )
    for each in missing:
        disk.replace(each.file.resolve(), _changed(each))
    return missing


def take_out_lines(lines: tuple[HostLine, ...], disk: Disk) -> tuple[HostLine, ...]:
    """Remove the lines, so that a file that was not changed otherwise is what it was before."""
    there = tuple(each for each in lines if _has(each))
    for each in there:
        left = _without(_read(each), each.line.encode())
        if each.makes_file and not left:
            disk.remove_file(each.file)
        else:
            disk.replace(each.file.resolve(), left)
    return there


def _changed(wanted: HostLine) -> bytes:
    """The file with the line. Raises RefusedError where the line has no place in it."""
    changed = _with(_read(wanted), wanted.line.encode(), wanted.before.encode())
    if changed is None:
        raise RefusedError(f"{wanted.file} has no line of its own that says {wanted.before}")
    return changed


def _with(content: bytes, line: bytes, before: bytes = b"") -> bytes | None:
    """A file that ends within a line gets no line end of ours either: that tells the two apart."""
    if before:
        rows = content.splitlines(keepends=True)
        place = next((at for at, row in enumerate(rows) if row.strip() == before), None)
        return None if place is None else b"".join((*rows[:place], line, b"\n", *rows[place:]))
    if content and not content.endswith(b"\n"):
        return content + b"\n" + line
    return content + line + b"\n"


def _without(content: bytes, line: bytes) -> bytes:
    if content.endswith(b"\n" + line):
        return content.removesuffix(b"\n" + line)
    kept = (each for each in content.splitlines(keepends=True) if each.strip() != line)
    return b"".join(kept)


def _read(wanted: HostLine) -> bytes:
    try:
        return wanted.file.read_bytes()
    except OSError as reason:
        if wanted.makes_file and not wanted.file.exists() and wanted.file.parent.is_dir():
            return b""
        words = reason.strerror or str(reason)
        raise RefusedError(f"the server's {wanted.file} cannot be read: {words}") from reason
