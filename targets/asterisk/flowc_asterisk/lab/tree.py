"""An Asterisk that can be run: where its parts lie and the command line that starts it.

Handles an installed one and a private tree that brings its own loader and libraries. Must not
know how a tree was obtained, nor what configuration it will be given.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flowc.target import LabUnavailableError

OLDEST_MAJOR = 20
# Without these no call can be placed, so a tree that lacks one is no use to the lab.
INDISPENSABLE = ("chan_pjsip", "res_rtp_asterisk", "app_queue", "app_read", "res_agi", "pbx_config")
_RECORD = "flowc-tree.json"


@dataclass(frozen=True, slots=True)
class AsteriskTree:
    """A runnable Asterisk: program, modules, data, and the loader of a private tree (else None)."""

    version: str
    program: Path
    modules: Path
    data: Path
    loader: Path | None = None

    @property
    def major(self) -> int:
        """The first number of the version, e.g. 22."""
        return int(self.version.partition(".")[0])

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The argument vector that runs this Asterisk with `arguments`."""
        program = (str(self.program), *arguments)
        if self.loader is None:
            return program
        return (str(self.loader), "--library-path", str(self.loader.parent), *program)

    def has_module(self, name: str) -> bool:
        """Whether the module `name` (without .so) was shipped with this Asterisk."""
        return (self.modules / f"{name}.so").is_file()


def look_at(place: Path) -> AsteriskTree:
    """Find the Asterisk at `place`: an installation prefix, a private tree or the program itself.

    Raises LabUnavailableError where there is none, it does not run, it is too old or lacks modules.
    """
    program = _find_program(place)
    prefix = program.parent.parent
    loader = _private_loader(prefix)
    modules = _first(_module_folders(prefix), f"{place} has no Asterisk modules")
    data = _first(_data_folders(prefix), f"{place} has no Asterisk data folder")
    tree = AsteriskTree("0", program, modules, data, loader)
    return _checked(AsteriskTree(_version_of(tree), program, modules, data, loader))


def write_record(tree: AsteriskTree, root: Path) -> None:
    """Note inside `root` what was found there, with paths relative to it, so that it can move."""
    parts = {"program": tree.program, "modules": tree.modules, "data": tree.data}
    if tree.loader is not None:
        parts["loader"] = tree.loader
    record = {name: str(path.relative_to(root)) for name, path in parts.items()}
    (root / _RECORD).write_text(json.dumps({"version": tree.version, **record}, indent=1))


def read_record(root: Path) -> AsteriskTree | None:
    """The tree that `write_record` noted in `root`; None where it is missing or damaged."""
    try:
        record = json.loads((root / _RECORD).read_text())
        loader = root / record["loader"] if "loader" in record else None
        tree = AsteriskTree(
            version=str(record["version"]),
            program=root / record["program"],
            modules=root / record["modules"],
            data=root / record["data"],
            loader=loader,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return tree if tree.program.is_file() and tree.modules.is_dir() else None


def _find_program(place: Path) -> Path:
    """The asterisk program at or under `place`."""
    candidates = (place, place / "sbin/asterisk", place / "usr/sbin/asterisk")
    return _first(iter(candidates), f"no Asterisk at {place}", wanted=Path.is_file).resolve()


def _private_loader(prefix: Path) -> Path | None:
    """The dynamic loader that a private tree brings along; an installed Asterisk uses the system's."""
    if prefix in (Path("/usr"), Path("/usr/local"), Path("/")):
        return None
    return next(iter(sorted(prefix.glob("lib/*-linux-gnu*/ld-linux*.so.*"))), None)


def _module_folders(prefix: Path) -> Iterator[Path]:
    """Where distributions and source builds put modules, below `prefix`."""
    yield from sorted(prefix.glob("lib/*-linux-gnu*/asterisk/modules"))
    yield from (prefix / "lib/asterisk/modules", prefix / "lib64/asterisk/modules")


def _data_folders(prefix: Path) -> Iterator[Path]:
    """Where distributions and source builds put sounds and documentation."""
    yield from (prefix / "share/asterisk", prefix.parent / "var/lib/asterisk")
    yield Path("/var/lib/asterisk")


def _first(
    candidates: Iterator[Path], otherwise: str, wanted: Callable[[Path], bool] = Path.is_dir
) -> Path:
    """The first candidate that is there; LabUnavailableError with `otherwise` as its message if none is."""
    found = next((path for path in candidates if wanted(path)), None)
    if found is None:
        raise LabUnavailableError(
            otherwise, "name an installation prefix, a tree or the program itself"
        )
    return found


def _version_of(tree: AsteriskTree) -> str:
    """Ask the program its version, e.g. `22.10.1`."""
    try:
        answer = subprocess.run(  # noqa: S603 - an argument vector of ours, no shell
            tree.command("-V"), capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabUnavailableError(f"{tree.program} does not run: {error}") from error
    version = re.search(r"Asterisk (?:GIT-|certified[/-])?(\d+(?:\.\d+)*)", answer.stdout)
    if version is None:
        said = (answer.stderr or answer.stdout).strip().partition("\n")[0]
        raise LabUnavailableError(
            f"{tree.program} does not tell its version: {said or 'no output'}"
        )
    return version[1]


def _checked(tree: AsteriskTree) -> AsteriskTree:
    """`tree` itself, once it is new enough and whole enough for the lab."""
    if tree.major < OLDEST_MAJOR:
        raise LabUnavailableError(
            f"Asterisk {tree.version} at {tree.program} is too old",
            f"flowc needs Asterisk {OLDEST_MAJOR} or later",
        )
    missing = [name for name in INDISPENSABLE if not tree.has_module(name)]
    if missing:
        raise LabUnavailableError(
            f"the Asterisk at {tree.program} lacks {', '.join(missing)}",
            "install its modules package",
        )
    return tree
