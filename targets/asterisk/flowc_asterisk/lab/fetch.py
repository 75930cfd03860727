"""A runnable Asterisk on this machine: named by the user, installed, cached, or fetched. No root.

Knows which packages make an Asterisk and where the cache lies; leaves apt to `apt` and the
looking-over to `tree`. Must not know what the server will be used for.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flowc.target import LabUnavailableError
from flowc_asterisk.lab import apt
from flowc_asterisk.lab.tree import AsteriskTree, look_at, read_record, write_record

Say = Callable[[str], None]
UBUNTU_WITH_20 = "noble"  # 24.04, the oldest that has Asterisk 20

_ASTERISK = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-gsm")
# What asterisk and the lab's modules link to, and nothing else: 17 MB instead of 79 MB.
_CLOSURE = (
    *_ASTERISK,
    *("asterisk-core-sounds-en", "libc6", "libgcc-s1", "libstdc++6", "libbsd0", "libmd0"),
    *("libcap2", "libcrypt1", "libedit2", "libtinfo6", "libgsm1", "libjansson4"),
    *("libsqlite3-0", "libssl3t64", "libsystemd0", "liburiparser1", "libuuid1", "libxml2-16"),
    *("libxslt1.1", "libzstd1", "zlib1g"),
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to fetch: the suites to read and the packages, with or without their dependencies."""

    title: str
    suites: tuple[str, ...]
    components: str
    packages: tuple[str, ...]
    closed: bool


def ensure_asterisk(cache_dir: Path | None = None, say: Say = lambda _: None) -> AsteriskTree:
    """A runnable Asterisk of version 20 or later.

    In this order: what FLOWC_ASTERISK names (a prefix, a tree or the program), an installed one,
    the newest in `cache_dir` (default `$XDG_CACHE_HOME/flowc`), else it is fetched with the
    machine's own apt into the cache. `say` is told in one line what takes time. Two processes
    may ask at once: one fetches, the other waits. Raises LabUnavailableError.
    """
    named = os.environ.get("FLOWC_ASTERISK")
    if named:
        return look_at(Path(named).expanduser())
    return _installed() or _cached_or_fetched(cache_dir or default_cache(), say)


def default_cache() -> Path:
    """Where flowc keeps what it can make again: `$XDG_CACHE_HOME/flowc` or `~/.cache/flowc`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "flowc"


def _installed() -> AsteriskTree | None:
    """The system's own Asterisk, where it will do."""
    program = shutil.which(
        "asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    )
    if program is None:
        return None
    try:
        return look_at(Path(program).resolve())
    except LabUnavailableError:  # too old or in parts: a fetched one serves better
        return None


def _cached_or_fetched(cache_dir: Path, say: Say) -> AsteriskTree:
    shelf = cache_dir / "asterisk"
    return _newest(shelf) or _fetch_once(shelf, say)


def _newest(shelf: Path) -> AsteriskTree | None:
    """The newest whole tree on the shelf; half-made ones begin with a dot and are never seen."""
    trees = (read_record(root) for root in shelf.glob("[0-9]*"))
    whole = [tree for tree in trees if tree is not None]
    return max(whole, key=lambda tree: _ordered(tree.version), default=None)


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _fetch_once(shelf: Path, say: Say) -> AsteriskTree:
    """Fetch under the shelf's lock, unless another process did so while we waited for it."""
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with _locked(shelf / ".lock", say):
            return _newest(shelf) or _fetch(shelf, say)
    except OSError as error:
        raise LabUnavailableError(
            f"the cache {shelf} cannot be written: {error.strerror}"
        ) from error


@contextmanager
def _locked(path: Path, say: Say) -> Iterator[None]:
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another flowc that is fetching Asterisk")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(shelf: Path, say: Say) -> AsteriskTree:
    """Try each recipe of this distribution in turn; the last failure is the one reported."""
    distribution = apt.this_distribution()
    failure = LabUnavailableError(f"no way is known to fetch Asterisk on {distribution.name}")
    for recipe in recipes(distribution):
        say(f"fetching Asterisk from {recipe.title} (once; it is kept in {shelf})")
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=shelf) as work:
            try:
                return _follow(recipe, distribution, Path(work), shelf)
            except LabUnavailableError as error:
                failure = error
    raise failure


def recipes(distribution: apt.Distribution) -> tuple[Recipe, ...]:
    """Debian 12 has no Asterisk and 13 an old one, so a newer suite is asked.

    Ubuntu has its own; where that is too old (22.04), 24.04's runs there too, with its own libraries.
    """
    if distribution.name == "ubuntu":
        names = dict.fromkeys((distribution.codename, UBUNTU_WITH_20))
        return tuple(
            Recipe(
                f"Ubuntu {name}",
                (name, f"{name}-updates"),
                "main universe",
                _ASTERISK,
                closed=False,
            )
            for name in names
        )
    return (
        Recipe("Debian forky, 17 MB", ("forky",), "main", _CLOSURE, closed=True),
        Recipe("Debian forky, 80 MB", ("forky",), "main", _ASTERISK, closed=False),
        Recipe("Debian sid, 80 MB", ("sid",), "main", _ASTERISK, closed=False),
    )


def _follow(
    recipe: Recipe, distribution: apt.Distribution, work: Path, shelf: Path
) -> AsteriskTree:
    """Download, unpack, look it over, and only then put it on the shelf under its version."""
    signed = f"[signed-by={distribution.keyring}] " if distribution.keyring.is_file() else ""
    sources = (f"deb {signed}{distribution.mirror} {s} {recipe.components}" for s in recipe.suites)
    manager = apt.opened(work / "apt", tuple(sources))
    manager.update()
    fetch = manager.download if recipe.closed else manager.download_with_dependencies
    root = work.resolve() / "tree"
    apt.unpack(fetch(recipe.packages), root)
    _finish(root)
    tree = look_at(root)
    write_record(tree, root)
    home = shelf / tree.version
    shutil.rmtree(
        home, ignore_errors=True
    )  # only a damaged one can be in the way: we hold the lock
    root.rename(home)
    return look_at(home)


def _finish(root: Path) -> None:
    """What the packages' own scripts would have done: the default language's sounds."""
    sounds = root / "usr/share/asterisk/sounds"
    if sounds.is_dir() and not (sounds / "en").exists():
        (sounds / "en").symlink_to("en_US_f_Allison")
