"""The types of a flow's variables, from what fills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter
from flowc.expression.check import check, type_of
from flowc.expression.types import Type
from flowc.graph.surroundings import Surroundings
from flowc.kinds.base import Fill
from flowc.kinds.program import BoundNode
from flowc.language.reserved import check_variable
from flowc.language.scope import scope_of


def variables(
    flow: str,
    nodes: tuple[BoundNode, ...],
    declared: Mapping[str, Type],
    around: Surroundings,
    report: Reporter,
) -> dict[str, Type]:
    """Every variable of a flow with its type; one that nothing tells the type of is left out."""
    found = _Types(flow, around, report)
    fills = [fill for node in nodes for fill in node.kind.fills(around)]
    # A variable of the project is filled where it is: the flow gets none of that name.
    own = [each for each in fills if _is_own(each, declared, around)]
    for fill in fills:
        check_variable(fill.name, report)
        if fill not in own and fill.type is not None:
            found.settle(dict(around.variables), fill, fill.type)
    return found.settled(own, declared)


def _is_own(fill: Fill, declared: Mapping[str, Type], around: Surroundings) -> bool:
    return fill.name.text in declared or fill.name.text not in around.variables


@dataclass(frozen=True, slots=True)
class _Types:
    """Settles one variable after another, since an expression's type hangs on those that it reads."""

    flow: str
    around: Surroundings
    report: Reporter

    def settled(self, waiting: list[Fill], declared: Mapping[str, Type]) -> dict[str, Type]:
        types = dict(declared)
        while waiting:
            known = [(fill, self._type_of(fill, types)) for fill in waiting]
            settled = [(fill, type_) for fill, type_ in known if type_ is not None]
            if not settled:
                break
            for fill, type_ in settled:
                self.settle(types, fill, type_)
            waiting = [fill for fill, type_ in known if type_ is None]
        return types

    def _type_of(self, fill: Fill, types: Mapping[str, Type]) -> Type | None:
        if fill.type is not None or fill.formula is None:
            return fill.type
        if fill.name.text in types:
            return types[fill.name.text]
        # Findings come when the node is lowered; here an expression only tells its type.
        scope = scope_of(types, self.flow, self.around)
        checked = check(fill.formula.expression, scope, Reporter())
        return type_of(checked) if checked else None

    def settle(self, types: dict[str, Type], fill: Fill, type_: Type) -> None:
        first = types.setdefault(fill.name.text, type_)
        if first != type_:
            self.report.report(
                codes.VARIABLE_TYPES, fill.name.span, name=fill.name.text, first=first, second=type_
            )
