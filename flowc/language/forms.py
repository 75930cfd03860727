"""Reading a mapping field by field: what is unknown, missing or of the wrong shape is reported once.

Serves every file of a project but the nodes of flows, whose fields stand on their kinds.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words, closest
from flowc.kinds.parts import Word
from flowc.kinds.shapes import JsonSchema, Place, Shape
from flowc.language.not_yet import planned_field
from flowc.source import Span
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree

FIELDS = Words("fields with their values", "字段和取值")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields that a mapping may have. A `Tree` shape (`RAW`) leaves a field to its owner."""

    what: str
    fields: MappingOf[str, Shape[Any]]
    required: tuple[str, ...] = ()

    @property
    def expected(self) -> Words:
        return FIELDS

    @property
    def example(self) -> str:
        shown = self.required or tuple(self.fields)[:1]
        return "{" + ", ".join(f"{name}: {self.fields[name].example}" for name in shown) + "}"

    def schema(self) -> JsonSchema:
        fields = {name: shape.schema() for name, shape in self.fields.items()}
        wanted = {"required": list(self.required)} if self.required else {}
        return {"type": "object", "properties": fields, "additionalProperties": False, **wanted}

    def read(self, tree: Tree, place: Place) -> dict[str, Any] | None:
        """The fields' values; those left out or wrong are absent. None where it is no mapping."""
        if not isinstance(tree, Mapping):
            place.wrong(tree, FIELDS, f"{next(iter(self.fields))}: ...")
            return None
        found: dict[str, Any] = {}
        seen: set[str] = set()
        for entry in tree:
            name = entry.key.text
            if name not in self.fields:
                name = self._meant(entry.key, tree, place.report)
            seen.add(name)
            shape = self.fields.get(name)
            value = shape.read(entry.value, place.under(name)) if shape else None
            if value is not None:
                found[name] = value
        for name in self.required:
            if name not in seen:
                self.report_missing(name, tree.span, place.report)
        return found

    def _meant(self, key: Scalar, tree: Mapping, report: Reporter) -> str:
        """The field that a misspelt word stands for: one slip must not be told as two."""
        if planned_field(self.what, key, report):
            return ""
        near = closest(key.text, self.fields)
        report.report(codes.UNKNOWN_FIELD, key.span, kind=self.what, name=key.text, **near)
        meant = near.get("closest", "")
        return "" if tree.key(meant) else meant

    def report_missing(self, name: str, span: Span, report: Reporter) -> None:
        example = f"{name}: {self.fields[name].example}"
        first = span.source.span(span.start, min(span.end, span.start + 1))
        report.report(
            codes.MISSING_FIELD,
            first,
            node=self.what,
            name=name,
            hint=f"for example `{example}`",
            hint_zh=f"例如 `{example}`",
        )


@dataclass(frozen=True, slots=True)
class Raw:
    """Anything: the tree itself."""

    expected: Words = Words("a value", "一个值")
    example: str = "..."

    def read(self, tree: Tree, _place: Place) -> Tree:
        return tree

    def schema(self) -> JsonSchema:
        return {}


@dataclass(frozen=True, slots=True)
class RawMapping:
    """Names and anything; each value is left to the owner of the field."""

    expected: Words
    example: str
    value: Shape[Any] | None = None  # what a value is, for the schema
    none: bool = False  # whether it may be empty

    def read(self, tree: Tree, place: Place) -> Tree | None:
        if isinstance(tree, Mapping) and (tree.entries or self.none):
            return tree
        place.wrong(tree, self.expected, self.example)
        return None

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            "additionalProperties": self.value.schema() if self.value else True,
        }


@dataclass(frozen=True, slots=True)
class OneOf:
    """For the schema only: a value of one shape or of another, which the owner tells apart."""

    one: Shape[Any]
    other: Shape[Any]

    @property
    def expected(self) -> Words:
        return self.one.expected

    @property
    def example(self) -> str:
        return self.one.example

    def read(self, tree: Tree, place: Place) -> object:
        return (self.other if isinstance(tree, Mapping) else self.one).read(tree, place)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.one.schema(), self.other.schema()]}


@dataclass(frozen=True, slots=True)
class Plain:
    """Any text, as written."""

    expected: Words = Words("a text", "一段文字")
    example: str = "..."

    def read(self, tree: Tree, place: Place) -> str | None:
        if isinstance(tree, Scalar) and tree.text.strip():
            return tree.text
        place.wrong(tree, self.expected, self.example)
        return None

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True, slots=True)
class Placed:
    """Any text, with its place, for whoever reads on in it."""

    expected: Words = Words("a text", "一段文字")
    example: str = "..."

    def read(self, tree: Tree, place: Place) -> Word | None:
        text = PLAIN.read(tree, place)
        return Word(text, tree.span) if text is not None else None

    def schema(self) -> JsonSchema:
        return PLAIN.schema()


@dataclass(frozen=True, slots=True)
class MappingShape:
    """Names and values, each value of one shape; the names stay scalars with their places."""

    value: Shape[Any]
    expected: Words = Words("names and values", "名字和取值")
    example: str = "{name: value}"

    def read(self, tree: Tree, place: Place) -> dict[Scalar, Any] | None:
        if not isinstance(tree, Mapping):
            place.wrong(tree, self.expected, self.example)
            return None
        pairs = (
            (entry.key, self.value.read(entry.value, place.under(entry.key.text))) for entry in tree
        )
        return {key: value for key, value in pairs if value is not None}

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": self.value.schema()}


RAW = Raw()
PLAIN = Plain()
PLACED = Placed()


def items(tree: Tree | None) -> tuple[Tree, ...]:
    """The items of a list, or the one thing that stands for it."""
    if tree is None:
        return ()
    return tree.items if isinstance(tree, Sequence) else (tree,)


def entries(tree: Tree | None) -> tuple[tuple[Scalar, Tree], ...]:
    """The keys and values of a mapping; nothing for anything else."""
    return tuple((entry.key, entry.value) for entry in tree) if isinstance(tree, Mapping) else ()
