"""Shapes of several: names with values, and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Generic

from flowc.diagnostics.model import Reporter, Words
from flowc.kinds.parts import Setting
from flowc.kinds.shapes.base import JsonSchema, Place, Shape, T
from flowc.kinds.shapes.words import FORMULA, VARIABLE
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree


class SettingsShape:
    """`name: expression`, in order."""

    expected = Words("names and their values", "名字和取值")
    example = "{account: account}"

    def read(self, tree: Tree, place: Place) -> tuple[Setting, ...] | None:
        if not isinstance(tree, Mapping):
            place.wrong(tree, self.expected, self.example)
            return None
        found = [
            (
                VARIABLE.read(entry.key, place),
                FORMULA.read(entry.value, place.under(entry.key.text)),
            )
            for entry in tree
        ]
        # One that can't be read is given all the same, and must not be missing, too.
        return tuple(Setting(name, value) for name, value in found if name)

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


SETTINGS = SettingsShape()
IN_BRACKETS = Words("a list in square brackets", "写在方括号里的列表")
WORD = re.compile(r"[^\s,，、]+")
SEVERAL = re.compile(r"[^\s,，、]+(?:\s*[,，、]\s*[^\s,，、]+)+")


@dataclass(frozen=True, slots=True)
class ListShape(Generic[T]):
    """One of something, or a list of them."""

    item: Shape[T]

    @property
    def expected(self) -> Words:
        return self.item.expected

    @property
    def example(self) -> str:
        return f"[{self.item.example}]"

    def read(self, tree: Tree, place: Place) -> tuple[T, ...] | None:
        items = tree.items if isinstance(tree, Sequence) else self._split(tree, place)
        # Findings name the field; a list of these holds no texts, whose ids would need the item's number.
        found = [self.item.read(item, place) for item in items]
        return tuple(value for value in found if value is not None)

    def _split(self, tree: Tree, place: Place) -> tuple[Tree, ...]:
        """The one thing that stands for a list; `zh, en` without brackets is told, and read as two."""
        if not isinstance(tree, Scalar) or tree.quoted or not SEVERAL.fullmatch(tree.text):
            return (tree,)
        if self.item.read(tree, replace(place, report=Reporter())) is not None:
            return (tree,)
        start, source = tree.span.start, tree.span.source
        words = list(WORD.finditer(tree.text))
        place.wrong(tree, IN_BRACKETS, f"[{', '.join(word[0] for word in words)}]")
        return tuple(
            Scalar(word[0], source.span(start + word.start(), start + word.end())) for word in words
        )

    def schema(self) -> JsonSchema:
        return {"oneOf": [self.item.schema(), {"type": "array", "items": self.item.schema()}]}
