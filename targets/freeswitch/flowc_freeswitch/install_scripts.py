"""A release's own files as the server sees them, compared with those on the disk: `skeleton/held.lua`.

A call reads its scripts and sounds by their path, so it is the server itself, with its user and its
Lua, that must find them. Knows no server.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from flowc.target.install_words import told
from flowc_freeswitch.emit import SKELETON

PROBE = "scripts/held.lua"
ENTRIES = ("entry/dialplan.xml", "entry/queues.xml", "entry/agents.xml", "entry/tiers.xml")
_FLOW = re.compile(r"flow_[a-z0-9_]+\.lua")
_RECORDS = re.compile(rb'\{"record",')


def missing_parts(build: Path) -> tuple[str, ...]:
    """Files that the build should hold and does not."""
    wanted = (*(f"scripts/{name}.lua" for name in (*SKELETON, "release")), *ENTRIES)
    return tuple(f"{name} is missing" for name in wanted if not (build / name).is_file())


def faults_of_release(place: Path, answer: str) -> tuple[str, ...]:
    """What is wrong with the files of a release, by the server's answer to `PROBE`."""
    rows = [line.split("\t") for line in answer.splitlines()]
    seen = {row[0]: (row[1], row[2], row[3]) for row in rows if len(row) == 4}
    name = f"release {place.name}"
    if not seen:
        return (f"it cannot run {place / PROBE}: {answer.strip()[:200] or 'no answer'}",)
    unread = (f"{each}: {why}" for each, (_, _, why) in seen.items() if why)
    unseen = (each for each, (size, _, _) in seen.items() if not size and "/" in each)
    faults = (
        *told(f"files of {name} cannot be read by the server's user", unseen),
        *told(f"scripts of {name} are no Lua to it", unread),
        *told(f"files of {name} are others to the server than on the disk", _others(place, seen)),
    )
    if not faults and "end" not in seen:
        return (f"it broke off in {place / PROBE}",)
    return (*faults, *_recordings(place, seen))


def _others(place: Path, seen: dict[str, tuple[str, str, str]]) -> Iterator[str]:
    for name, (size, checksum, _) in seen.items():
        if (
            "/" in name
            and size
            and (size, checksum) != _on_disk(place / name, is_script=bool(checksum))
        ):
            yield name


def _on_disk(path: Path, *, is_script: bool) -> tuple[str, str]:
    if not path.is_file():
        return "", ""
    checksum = str(zlib.adler32(path.read_bytes())) if is_script else ""
    return str(path.stat().st_size), checksum


def _recordings(place: Path, seen: dict[str, tuple[str, str, str]]) -> tuple[str, ...]:
    """Messages that cannot be kept would be lost without a word."""
    if seen["recordings"][0] or not _records(place):
        return ()
    folder = place.parent.parent / "recordings"
    return (f"its user cannot write to {folder}, where callers' messages go",)


def _records(place: Path) -> bool:
    flows = (each for each in (place / "scripts").iterdir() if _FLOW.fullmatch(each.name))
    return any(_RECORDS.search(each.read_bytes()) for each in flows)
