"""The port of deploys: what they ask of one server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from flowc.target.release import Artifact


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a server shall hold: the release that calls enter (None: none), and all that are in it.

    `releases` are ids of 8 hex digits, `current` among them; the order is that of their files.
    """

    current: str | None = None
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calls:
    """Where the calls are: how many in each release, and how many on their way into one."""

    by_release: Mapping[str, int] = field(default_factory=dict)
    between: int = 0

    def in_release(self, release: str) -> int:
        """How many calls are in a release."""
        return self.by_release.get(release, 0)


@dataclass(frozen=True, slots=True)
class Held:
    """What a server says it holds: the release that calls enter, and all that are loaded.

    `faults`: every way in which that is not what was asked for, in words; none is success.
    """

    current: str | None
    releases: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HostLine:
    """A line that one of the server's own configuration files must have, at its end or, where
    `before` is given, before the first line that says just that.

    `makes_file`: the server takes in whatever file lies there, so the line gets one of its own.
    """

    file: Path
    line: str
    before: str = ""
    makes_file: bool = False

    def __str__(self) -> str:
        """Which file gets which line, and where in it, as its operator reads it."""
        where = f", before its line {self.before}" if self.before else ""
        return f"{self.file}{' (a new file)' if self.makes_file else where}: {self.line}"


class ServerError(OSError):
    """A server could not be reached, or would not; the text is for its operator."""


class Installer(Protocol):
    """What a deploy asks of one server. The deploy owns the files: it puts each release's build in
    `<root>/releases/<release8>/`, and what `files` gives in `<root>/current/`, which the server's
    own configuration takes in. A deploy succeeds when `read_back` says so, not when a file was
    written. What the outside world refuses is raised as ServerError.
    """

    def files(self, loaded: Loaded) -> tuple[Artifact, ...]:
        """The files of `<root>/current/` that make a server hold this: the same each time, as they
        depend on nothing but the releases, which never change."""

    def host_lines(self) -> tuple[HostLine, ...]:
        """What the server's own configuration must say for `<root>/current/` to be read."""

    def lacking(self, build: Path) -> tuple[str, ...]:
        """What a build's folder lacks, in words, found without asking the server."""

    async def check(self, build: Path) -> tuple[str, ...]:
        """Can this server take the build? Raises ServerError with all that is in the way.

        Returns what is worth saying: its version, what could not be checked. Changes nothing.
        """

    async def reload(self) -> tuple[str, ...]:
        """Let the server read its files anew; what its log says against ours, where it is readable."""

    async def read_back(self, loaded: Loaded) -> Held:
        """Ask the server, not the disk, what it now holds, and compare it with what it should."""

    async def calls(self) -> Calls:
        """Where the calls are now."""

    async def try_call(self, number: str, release: str) -> None:
        """Ring a number as a caller would. Raises ServerError where the call is not in the release."""

    async def flag(self, name: str) -> int:
        """Until when a flag is raised (seconds since 1970), as the server holds it; 0: not at all."""

    async def set_flag(self, name: str, until: int) -> None:
        """Raise a flag until that moment (seconds since 1970), or lower it with 0; read back."""


@runtime_checkable
class Installable(Protocol):
    """A target whose servers flowc can deploy to."""

    def installer(self, root: Path, settings: Mapping[str, str]) -> Installer:
        """The installer of one server. `settings` are the environment's own words, secrets
        resolved; `root` is the folder that deploys write to. Raises ValueError for a wrong one.
        """
