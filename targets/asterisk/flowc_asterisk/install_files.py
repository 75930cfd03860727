"""The files by which Asterisk takes flowc's releases in, and the lines by which it takes in those.

Every inclusion is a `#tryinclude`: where one file cannot be read to its end, the others still are,
so the calls in them go on. That nothing is missing is for the read-back to say. Knows no server.
"""

from __future__ import annotations

import re
from pathlib import Path

from flowc.target import Artifact, HostLine, Loaded
from flowc_asterisk import quote

DIALPLAN, QUEUES, MUSIC = "extensions.conf", "queues.conf", "musiconhold.conf"
RELEASE_DIALPLAN = "release/extensions.conf"
RELEASE_MUSIC = "release/musiconhold.conf"
ENTRY_DIALPLAN = "entry/extensions.conf"
ENTRY_QUEUES = "entry/queues.conf"

_HEAD = "; Written by `flowc deploy`, which refuses to go on where this was changed by hand."


def generation_files(root: Path, loaded: Loaded) -> tuple[Artifact, ...]:
    """The three files of `<root>/current/`. Raises QuoteError for a root of odd names."""
    releases = [
        f"{quote.path(str(root))}/releases/{quote.release8(one)}" for one in loaded.releases
    ]
    current = [place for place in releases if place.endswith(f"/{loaded.current}")]
    older = [place for place in releases if place not in current]
    return (
        _file(DIALPLAN, [*_each(releases, RELEASE_DIALPLAN), *_each(current, ENTRY_DIALPLAN)]),
        _file(MUSIC, _each(releases, RELEASE_MUSIC)),
        _file(QUEUES, _each(current, ENTRY_QUEUES), _older_queues(current, older)),
    )


def _older_queues(current: list[str], older: list[str]) -> str:
    """The queues that only older releases know, since calls in these may still come to them.

    They are copied, as the server takes the first of two sections of one name and complains.
    """
    known = {name for place in current for name, _ in _queues(place)}
    found: dict[str, str] = {}
    for place in reversed(older):
        for name, text in _queues(place):
            if name not in known:
                found.setdefault(name, text)
    return "".join(text for _, text in sorted(found.items()))


def _queues(place: str) -> list[tuple[str, str]]:
    """Name and text of each queue of a release; none where it is not staged yet."""
    path = Path(place) / ENTRY_QUEUES
    text = path.read_text() if path.is_file() else ""
    sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    return [(part[1 : part.index("]")], part) for part in sections if part.startswith("[")]


def _each(places: list[str], name: str) -> list[str]:
    return [f"{place}/{name}" for place in places]


def _file(name: str, included: list[str], rest: str = "") -> Artifact:
    lines = (_HEAD, *(f'#tryinclude "{each}"' for each in included))
    return Artifact(name, ("".join(f"{line}\n" for line in lines) + rest).encode())


def host_lines(root: Path, etc: Path) -> tuple[HostLine, ...]:
    """One line each in the server's own three files."""
    place = quote.path(str(root))
    return tuple(
        HostLine(etc / name, f'#tryinclude "{place}/current/{name}"')
        for name in (DIALPLAN, QUEUES, MUSIC)
    )
