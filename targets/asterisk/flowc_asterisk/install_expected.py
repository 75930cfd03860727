"""What a server should hold, read from the files of a release, and how it differs from what it does.

Reads only what `render` and `queues` write; knows no server and no graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flowc.target.install_words import told
from flowc_asterisk.install_files import ENTRY_DIALPLAN, ENTRY_QUEUES, RELEASE_DIALPLAN

_STEP = re.compile(r"(?:exten => ([^,]+),1| same => n)(?:\(([^)]*)\))?,([A-Za-z]+)\((.*)\)")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of dialplan. An inclusion is a step of no extension; its data is the context's name."""

    context: str
    extension: str
    priority: int
    application: str
    data: str

    def __str__(self) -> str:
        if not self.extension:
            return f"{self.context}: include => {self.data}"
        place = f"{self.context},{self.extension},{self.priority}"
        return f"{place}: {self.application}({self.data})"


@dataclass(frozen=True, slots=True)
class Expected:
    """The steps that should be there, and the queues with the settings that a server shows."""

    steps: tuple[Step, ...]
    queues: Mapping[str, Mapping[str, str]]


def read_expected(releases: Iterable[Path], current: Path | None) -> Expected:
    """What the releases in these folders bring. Raises OSError for a file that is not there."""
    steps = [
        step for place in releases for step in steps_of((place / RELEASE_DIALPLAN).read_text())
    ]
    queues: dict[str, dict[str, str]] = {}
    if current is not None:
        steps += steps_of((current / ENTRY_DIALPLAN).read_text())
        queues = sections_of((current / ENTRY_QUEUES).read_text())
    return Expected(tuple(steps), queues)


def steps_of(text: str) -> Iterator[Step]:
    """Every step of a rendered dialplan. Raises ValueError for a line that none of ours is."""
    context = extension = ""
    priority = 0
    for line in text.splitlines():
        if not line or line.startswith(";"):
            continue
        if line.startswith("["):
            context = line.strip("[]")
        elif line.startswith("include => "):
            yield Step(context, "", 0, "", line.removeprefix("include => "))
        else:
            match = _STEP.fullmatch(line)
            if match is None:
                raise ValueError(f"no line of a release's dialplan: {line[:120]}")
            named, _, application, data = match.groups()
            extension, priority = (named, 1) if named else (extension, priority + 1)
            yield Step(context, extension, priority, application, data)


def sections_of(text: str) -> dict[str, dict[str, str]]:
    """`[name]` and its `key = value` lines; of members only the last is kept."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = values = {}
        elif "=" in line:
            key, _, value = line.partition("=")
            values[key.strip()] = value.removeprefix(">").strip()
    return found


def differences(wanted: Iterable[Step], held: Iterable[Step]) -> tuple[str, ...]:
    """In what the steps held are not those wanted: a sentence for each kind, with a few examples."""
    should, does = set(wanted), set(held)
    missing, odd = should - does, does - should
    contexts = {step.context for step in should} - {step.context for step in does}
    strangers = {step.context for step in odd} - {step.context for step in should}
    lost = [step for step in missing if step.context not in contexts]
    extra = [step for step in odd if step.context not in strangers]
    return (
        *told("contexts are missing", contexts),
        *told("steps are missing or others", map(str, lost)),
        *told("contexts are there that should not be", strangers),
        *told("steps are there that should not be", map(str, extra)),
    )
