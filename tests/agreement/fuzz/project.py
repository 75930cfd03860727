"""A project as data: files by name, as an author would write them. Knows no compiler and no chance.

Data and not text, so that a shrinker can take pieces out without knowing what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from flowc.syntax.write_yaml import Value, Word, write_yaml

NOTHING = Word("nothing_is_written_here")  # a key with no value: `hangup:`
Files = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Project:
    """`files`: YAML files as data, tables as their text."""

    files: Files

    def with_file(self, name: str, content: Value) -> Project:
        return replace(self, files={**self.files, name: content})

    def without(self, name: str) -> Project:
        return replace(self, files={n: c for n, c in self.files.items() if n != name})

    def encoded(self) -> dict[str, bytes]:
        """The files as a compiler reads them."""
        return {name: _text(name, content).encode() for name, content in self.files.items()}

    def save(self, folder: Path) -> None:
        """Write every file under a folder."""
        for name, content in self.encoded().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _text(name: str, content: Value) -> str:
    if name.endswith(".csv"):
        assert isinstance(content, str)
        return content
    return write_yaml(content).replace(f" {NOTHING}\n", "\n")
