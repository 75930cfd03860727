"""What a shape is, and where a field is read. Shapes built on this are in the modules beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words
from flowc.source import Span
from flowc.syntax.tree import Scalar, Tree

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 40
JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is read: who listens to findings, and the id that a text here gets."""

    report: Reporter
    languages: tuple[str, ...]
    id: str  # `flow.node.field`
    field: str

    def under(self, step: str) -> Place:
        return replace(self, id=f"{self.id}.{id_step(step)}", field=step)

    def wrong(self, tree: Tree, expected: Words, example: str) -> None:
        self.report.report(
            codes.WRONG_SHAPE,
            first_line(tree),
            name=f"`{self.field}`",
            expected=expected.en,
            expected_zh=expected.zh,
            example=example,
        )


def id_step(step: str) -> str:
    """A key or a name as a piece of a text's id, which becomes a file's name."""
    if re.fullmatch("[a-z0-9_]+", step):
        return step
    marks = {"*": "star", "#": "hash"}
    return marks.get(step) or "x" + sha256(step.encode("utf-8", "replace")).hexdigest()[:8]


def first_line(tree: Tree) -> Span:
    """The first line of a piece of the tree: a whole block underlined helps nobody."""
    span = tree.span
    end = span.source.text.find("\n", span.start, span.end)
    return span if end < 0 else span.source.span(span.start, end)


class Shape(Protocol[T_co]):
    """What a field may hold."""

    @property
    def expected(self) -> Words: ...
    @property
    def example(self) -> str: ...
    def read(self, tree: Tree, place: Place) -> T_co | None: ...
    def schema(self) -> JsonSchema: ...


@dataclass(frozen=True, slots=True)
class Worded(Generic[T]):
    """A scalar that `convert` makes a value of, or None where it is none."""

    expected: Words
    example: str
    convert: Callable[[str], T | None]
    pattern: str = ""
    words: tuple[str, ...] = ()  # all that it may be, where they are few
    meant: Callable[[str], str | None] = lambda _: None  # the right form of a wrong one, for help

    def read(self, tree: Tree, place: Place) -> T | None:
        value = self.convert(tree.text.strip()) if isinstance(tree, Scalar) else None
        if value is None:
            place.wrong(tree, self.expected, self._example(tree))
        return value

    def _example(self, tree: Tree) -> str:
        meant = self.meant(tree.text) if isinstance(tree, Scalar) else None
        return meant if meant and self.convert(meant.strip('"')) is not None else self.example

    def schema(self) -> JsonSchema:
        if self.words:
            return {"enum": list(self.words)}
        if not self.pattern:
            return {"type": ["string", "number", "boolean"]}
        # An editor reads 5 as a number, which no pattern is tried on.
        kinds = ["string", "integer"] if re.search(self.pattern, "8") else ["string"]
        return {"type": kinds, "pattern": self.pattern}
