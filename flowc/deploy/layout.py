"""Where a deploy keeps what, on the server's disk.

    <root>/lock                      held while a deploy is at work; says by whom
    <root>/under_way.json            the change that is being made; gone once it is made
    <root>/releases/<release8>/...   a build, never changed; the runtime serves from here too
    <root>/generations/000007/...    what a server shall hold: its files, and generation.json
    <root>/current -> generations/000007
    <root>/recordings/               messages that callers left; the server writes them
    <root>/texts/<language>/~/...    free texts that the runtime has had spoken; it writes them

Which release calls enter is one symbolic link, so that it changes at once or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flowc.graph.prompts import TEXTS

_RELEASE = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The places under one root, an absolute path."""

    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def under_way(self) -> Path:
        return self.root / "under_way.json"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def generations(self) -> Path:
        return self.root / "generations"

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def recordings(self) -> Path:
        return self.root / "recordings"

    @property
    def texts(self) -> Path:
        return self.root / "texts"

    def release(self, release8: str) -> Path:
        """The folder of a release. Raises ValueError for what is no release's id."""
        if not _RELEASE.fullmatch(release8):
            raise ValueError(f"{release8!r} is no release: 8 hex digits are")
        return self.releases / release8

    def generation(self, number: int) -> Path:
        return self.generations / generation_name(number)


def texts_beside(sounds: Path) -> dict[Path, str]:
    """In each language's folder of a release's sounds, the link by which free texts are found there,
    and where it leads."""
    languages = [each for each in sounds.iterdir() if each.is_dir()] if sounds.is_dir() else []
    return {each / TEXTS: f"../../../../texts/{each.name}/{TEXTS}" for each in languages}


def generation_name(number: int) -> str:
    return f"{number:06}"
