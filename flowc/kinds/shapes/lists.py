"""Shapes of several: names with values, and lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from flowc.diagnostics.model import Words
from flowc.kinds.parts import Setting
from flowc.kinds.shapes.base import JsonSchema, Place, Shape, T
from flowc.kinds.shapes.words import FORMULA, VARIABLE
from flowc.syntax.tree import Mapping, Sequence, Tree


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
        return tuple(Setting(name, value) for name, value in found if name and value)

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


SETTINGS = SettingsShape()


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
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        # Findings name the field; a list of these holds no texts, whose ids would need the item's number.
        found = [self.item.read(item, place) for item in items]
        return tuple(value for value in found if value is not None)

    def schema(self) -> JsonSchema:
        return {"oneOf": [self.item.schema(), {"type": "array", "items": self.item.schema()}]}
