"""What every kind is: a keyword, fields with their shapes, outcomes, and a lowering.

A field is `name: Annotated[type, Field(shape, help)]`; the one that stands at the keyword is marked
`main`. An outcome is `Annotated[Way, Outcome(help)]`. Reading, schema and reference come from these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, get_args, get_type_hints

from flowc.diagnostics.model import Words
from flowc.expression.types import Type
from flowc.kinds.parts import Formula, Word
from flowc.kinds.shapes import WAY, Shape

if TYPE_CHECKING:
    from flowc.graph.surroundings import Surroundings
    from flowc.kinds.builder import NodeBuilder


@dataclass(frozen=True, slots=True)
class Field:
    """What a field holds, for people and for tools."""

    shape: Shape[Any]
    help: Words
    main: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way out of a node. Compulsory unless the field has a default."""

    help: Words


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field or outcome of a kind, as found on its class."""

    name: str
    shape: Shape[Any]
    help: Words
    main: bool
    outcome: bool
    required: bool

    @property
    def key(self) -> str:
        """The word in the file; a trailing `_` keeps Python's own words free (`else_`)."""
        return self.name.rstrip("_")


@dataclass(frozen=True, slots=True)
class Fill:
    """A variable that a node gives a value: of a known type, or that of an expression."""

    name: Word
    type: Type | None
    formula: Formula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKind(ABC):
    """A node as bound: typed fields, ways for its outcomes."""

    keyword: ClassVar[str]
    # Whether the kind may stand in `on_hangup:`.
    after_call: ClassVar[bool] = False
    # An outcome that can't come about without a field: that field, and the outcome whose way it then
    # has, in case a server does it all the same.
    only_with: ClassVar[Mapping[str, tuple[str, str]]] = {}

    @abstractmethod
    def lower(self, into: NodeBuilder) -> None:
        """Write the node's blocks; the first is its part `start`."""

    def fills(self, _around: Surroundings) -> Iterable[Fill]:
        """The variables of the flow that get a value here."""
        return ()


@cache
def fields_of(kind: type[NodeKind]) -> tuple[FieldInfo, ...]:
    """A kind's fields and outcomes in the order of the class."""
    hints = get_type_hints(kind, include_extras=True)
    found = []
    for each in fields(kind):
        required = each.default is MISSING and each.default_factory is MISSING
        for mark in get_args(hints[each.name])[1:]:
            match mark:
                case Field(shape, help_, main):
                    found.append(FieldInfo(each.name, shape, help_, main, False, required))
                case Outcome(help_):
                    found.append(FieldInfo(each.name, WAY, help_, False, True, required))
    return tuple(found)


def main_field(kind: type[NodeKind]) -> FieldInfo:
    return next(info for info in fields_of(kind) if info.main)


def outcomes_of(kind: type[NodeKind]) -> tuple[FieldInfo, ...]:
    return tuple(info for info in fields_of(kind) if info.outcome)
