"""A dialplan as data: contexts, extensions and their steps. Knows neither graphs nor files."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.graph.ids import BlockId


@dataclass(frozen=True, slots=True)
class Priority:
    """One step: an application and its argument as the server reads it (through `quote`).

    `block` is what it was made from, where that is another block than its extension's.
    """

    application: str
    data: str = ""
    label: str = ""
    block: BlockId | None = None

    def __str__(self) -> str:
        return f"{self.application}({self.data})"


@dataclass(frozen=True, slots=True)
class Extension:
    """A name or a pattern (`_...`) and its steps; `block` is what it was made from, if one block."""

    name: str
    priorities: tuple[Priority, ...]
    block: BlockId | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """`includes` are searched after the context's own extensions, in their order."""

    name: str
    extensions: tuple[Extension, ...]
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialplan:
    contexts: tuple[Context, ...]

    def context(self, name: str) -> Context:
        """The context of that name. Raises KeyError."""
        return {one.name: one for one in self.contexts}[name]
