"""What installers share: how settings are read, where a release stands, how faults are counted.

Knows no server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from flowc.target.install import ServerError

MOST_SHOWN = 3
_NUMBER = re.compile(r"\+?[0-9]{2,20}")


def address_of(words: Mapping[str, str], name: str, default: str) -> tuple[str, int]:
    """The host and port of a setting. Raises ValueError."""
    host, _, port = words.get(name, default).rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"`{name}: {words.get(name, default)}` is no host:port")
    return host.strip("[]"), int(port)


def folder_of(words: Mapping[str, str], name: str, default: Path) -> Path:
    """The absolute path of a setting. Raises ValueError."""
    path = Path(words.get(name, str(default)))
    if not path.is_absolute():
        raise ValueError(f"`{name}: {path}` is no absolute path")
    return path


def release_folder(root: Path, release: str) -> Path:
    """Where a deploy puts a release's build."""
    return root / "releases" / release


def number_to_try(number: str) -> str:
    """A number that a trial call may ring. Raises ServerError."""
    if not _NUMBER.fullmatch(number):
        raise ServerError(f"{number!r} is no number to try")
    return number


def not_reached(number: str, release: str, why: str) -> ServerError:
    """What is said of a trial call that did not get where it should."""
    return ServerError(f"a trial call to {number} did not reach release {release}: {why}")


def told(what: str, names: Iterable[str]) -> tuple[str, ...]:
    """One fault for many of a kind, a few of them named; none where there are none."""
    found = sorted(names)
    if not found:
        return ()
    shown = ", ".join(found[:MOST_SHOWN])
    return (f"{len(found)} {what}: {shown}{' ...' if len(found) > MOST_SHOWN else ''}",)
