"""From a place on the server back to the words of the source: the map that a build carries.

Knows no server's names: a context, an extension and a priority are texts to find.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowc.target.source_map import FILE

_SOURCE = re.compile(r"([^<].*):(\d+):(\d+)")  # `<built in>` is no file


class NoPlaceError(LookupError):
    """The map does not know the place asked for; the text says what it knows."""


@dataclass(frozen=True, slots=True)
class Found:
    """A step and where it comes from. `file` is relative to the project, "" where no one wrote it."""

    context: str
    extension: str
    priority: int
    block: str
    generated_line: int
    file: str
    line: int


def find_place(
    build: Path, context: str, extension: str = "", priority: int = 0
) -> tuple[Found, ...]:
    """The steps of a context, or of its extension, or the one. Raises NoPlaceError, OSError."""
    steps = [step for path in sorted(build.rglob(FILE)) for step in _read(path)]
    if not steps:
        raise NoPlaceError(f"{build} holds no {FILE}")
    inside = [step for step in steps if step.context == context]
    if not inside:
        raise NoPlaceError(f"no context `{context}` in release {build.name}")
    matching = [step for step in inside if extension in ("", step.extension)]
    if not matching:
        known = ", ".join(dict.fromkeys(step.extension for step in inside))
        raise NoPlaceError(f"`{context}` has no extension `{extension}`; it has: {known}")
    exact = [step for step in matching if priority in (0, step.priority)]
    if not exact:
        raise NoPlaceError(f"`{context},{extension}` has {len(matching)} steps, no step {priority}")
    return tuple(exact)


def _read(path: Path) -> list[Found]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["steps"]
        return [_found(row) for row in rows]
    except (ValueError, KeyError, TypeError) as reason:
        raise NoPlaceError(f"{path} is no source map: {reason}") from reason


def _found(row: dict[str, Any]) -> Found:
    match = _SOURCE.fullmatch(str(row["source"]))
    file, line = (match[1], int(match[2])) if match else ("", 0)
    return Found(
        str(row["context"]),
        str(row["extension"]),
        int(row["priority"]),
        str(row["block"]),
        int(row["line"]),
        file,
        line,
    )
