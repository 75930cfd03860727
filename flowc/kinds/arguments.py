"""What a node tells a flow or a service: each value by its name, of its type, and none left out.

Knows neither flows nor services.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import closest
from flowc.expression.tree import Expression
from flowc.expression.types import Type
from flowc.kinds.builder import NodeBuilder
from flowc.kinds.parts import Setting
from flowc.source import Span


@dataclass(frozen=True, slots=True)
class Signature:
    """Who is told, and what. `word`: what one of them is called; `optional`: need not be given;
    `untold`: names whose type has a finding of its own."""

    name: str
    word: str
    parameters: Mapping[str, Type]
    optional: Collection[str] = ()
    untold: Collection[str] = ()


def arguments(
    into: NodeBuilder, signature: Signature, settings: tuple[Setting, ...], span: Span
) -> dict[str, Expression]:
    """The values by name. One slip is one finding: a name that is misspelt is not missing, too."""
    given: dict[str, Expression] = {}
    seen: set[str] = set()
    for each in settings:
        name = each.name.text
        seen.add(name)
        expected = signature.parameters.get(name)
        if expected is None:
            if name not in signature.untold:
                near = closest(name, signature.parameters)
                seen.add(near.get("closest", ""))
                into.report.report(
                    codes.UNKNOWN_THING,
                    each.name.span,
                    what=signature.word,
                    what_zh="参数",
                    name=name,
                    **near,
                )
            continue
        value = into.expression(each.value, expected) if each.value else None
        if value:
            given[name] = value
    for name, type_ in signature.parameters.items():
        if name not in seen and name not in signature.optional:
            into.report.report(
                codes.MISSING_ARGUMENT, span, operation=signature.name, name=name, type=type_
            )
    return given
