"""What an author wrote: scalars, sequences and mappings with their places; no types yet.

A scalar is raw text (`0012` stays four characters). Whoever knows what a field is makes a value
of it and can point at the word when it can't.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowc.source import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word or text. `quoted`: the author put quotes round it (or used a block text)."""

    text: str
    span: Span
    quoted: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was written: `key:` and no more."""
        return not self.quoted and self.text == ""


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Tree, ...]
    span: Span

    def __iter__(self) -> Iterator[Tree]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value; `span` is from the key's start to the value's end."""

    key: Scalar
    value: Tree


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the author's order, each once. `repeated`: those that stand a second time, each a
    finding of the reader already."""

    entries: tuple[Entry, ...]
    span: Span
    repeated: tuple[Entry, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def get(self, key: str) -> Tree | None:
        return next((entry.value for entry in self.entries if entry.key.text == key), None)

    def key(self, name: str) -> Scalar | None:
        return next((entry.key for entry in self.entries if entry.key.text == name), None)


Tree = Scalar | Sequence | Mapping
