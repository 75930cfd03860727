"""The names that an expression of a flow may use, and what they stand for. Knows no file."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

from flowc.expression.resolve import Binding, Scope
from flowc.expression.types import Record, Type
from flowc.expression.types import Scalar as ScalarType
from flowc.graph.surroundings import Surroundings


def call_record() -> Record:
    """What a call itself is: `call.from`, `call.to` and the rest."""
    return Record(
        "call",
        (
            ("from", ScalarType.DIGITS),
            ("to", ScalarType.DIGITS),
            ("started", ScalarType.DATETIME),
            ("language", ScalarType.TEXT),
            ("waited", ScalarType.DURATION),
        ),
    )


def scope_of(
    variables: MappingOf[str, Type],
    flow: str,
    around: Surroundings,
    untold: frozenset[str] = frozenset(),
) -> Scope:
    """The names that an expression of a flow may use. `untold`: those whose source is amiss."""
    names = {name: Binding(f"project.{name}", type_) for name, type_ in around.variables.items()}
    names |= {name: Binding(f"{flow}.{name}", type_) for name, type_ in variables.items()}
    names["call"] = Binding("call", call_record())
    # A list whose file has findings of its own is there all the same.
    lists = frozenset(around.lists) | around.unread
    return Scope(names, lists, frozenset(around.flags), untold | around.unread)
