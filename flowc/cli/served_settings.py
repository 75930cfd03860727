"""What `flowc run` needs of a project: the environments of flowc.yaml, and nothing that an author is writing.

After a power cut the service has to start. So no other file is read, and where flowc.yaml itself is half
written, the one of the last start is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.build import environment_named
from flowc.cli.words import FINDINGS, PROJECT_FILE, print_found
from flowc.diagnostics.model import Reporter, Words

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.language.environments import Environment

KEPT = Path(".flowc", "served.flowc.yaml")
_MODE = 0o600  # a token, or a data base's password, may stand in it
LAST_ONE = Words(
    "note: flowc.yaml can't be served as it is now; the settings of the last start are taken",
    "提示：flowc.yaml 现在的样子无法使用，改用上次启动时的设置",
)


@dataclass(frozen=True, slots=True)
class Served:
    """A project as far as `flowc run` knows it. `text` is that of its flowc.yaml."""

    compiled: Compiled
    places: tuple[Environment, ...]
    text: bytes


def served_settings(folder: Path, names: Sequence[str], language: str) -> Served:
    """The environments of these names, or the first; or the program ends and says why."""
    text = (folder / PROJECT_FILE).read_bytes()
    report = Reporter()
    now = _read(text, names, report)
    if now is not None and now.places:
        return now
    last = _last(folder, names)
    if last is not None:
        click.echo(LAST_ONE.say(language, {}), err=True)
        return last
    if now is None:
        print_found(report.sorted, language)
        sys.exit(FINDINGS)
    wanted: Sequence[str | None] = names or (None,)
    return Served(now.compiled, tuple(environment_named(now.compiled, n) for n in wanted), text)


def keep(folder: Path, served: Served) -> None:
    """Let the next start have these settings to fall back on; a folder that takes no file has none."""
    kept = folder / KEPT
    part = kept.with_suffix(".part")
    try:
        kept.parent.mkdir(exist_ok=True)
        part.unlink(missing_ok=True)
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        with os.fdopen(file, "wb") as out:
            out.write(served.text)
            os.fsync(out.fileno())
        part.replace(kept)
    except OSError:
        return


def _last(folder: Path, names: Sequence[str]) -> Served | None:
    try:
        text = (folder / KEPT).read_bytes()
    except OSError:
        return None
    last = _read(text, names, Reporter())
    return last if last is not None and last.places else None


def _read(text: bytes, names: Sequence[str], report: Reporter) -> Served | None:
    """None where it is no project; without places where it lacks one that is asked for, or has none."""
    from flowc.compiler import Compiled
    from flowc.language.project import ProjectReader

    project = ProjectReader({PROJECT_FILE: text}, report).read()
    if project is None:
        return None
    known = project.environments
    wanted = tuple(dict.fromkeys(names)) or tuple(known)[:1]
    places = tuple(known[name] for name in wanted if name in known)
    return Served(Compiled(project, None), places if len(places) == len(wanted) else (), text)
