"""The kinds that run another flow and come back: `call`, `return`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words, closest
from flowc.graph.exits import Call, Return
from flowc.graph.ids import BlockId
from flowc.graph.operations import Assign
from flowc.kinds.arguments import Signature, arguments
from flowc.kinds.base import Field, NodeKind, Outcome
from flowc.kinds.builder import CALLED, MAIN_MENU, NodeBuilder
from flowc.kinds.missing import report_missing_outcome
from flowc.kinds.parts import Setting, Way, Word
from flowc.kinds.program import BoundFlow
from flowc.kinds.shapes import FLOW_NAME, LISTED_NAME, SETTINGS

DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNode(NodeKind):
    """Run a flow and come back by the result it ends with, or by `then` where it declares none."""

    keyword: ClassVar[str] = "call"

    flow: Annotated[Word, Field(FLOW_NAME, Words("The flow.", "流程。"), main=True)]
    with_: Annotated[tuple[Setting, ...], Field(SETTINGS, Words("Its parameters.", "参数。"))] = ()
    then: Annotated[Way | None, Outcome(Words("The flow has ended.", "流程结束。"))] = None
    declared: Mapping[str, Way] = field(default_factory=dict)
    inherited: Mapping[str, Way] = field(default_factory=dict)  # `defaults:`, for results left out

    def lower(self, into: NodeBuilder) -> None:
        flow = into.graph.program.flows.get(self.flow.text)
        if self.flow.text in into.graph.program.unread or (flow and not flow.nodes):
            return  # reported where it stands
        if flow is None:
            known = into.graph.program.flows
            into.report.report(
                codes.UNKNOWN_FLOW,
                self.flow.span,
                name=self.flow.text,
                **closest(self.flow.text, known),
            )
            return
        results = flow.results or (DONE,)
        ways = tuple((result, self._way(into, result)) for result in results)
        self._refuse_others(into, flow)
        start = BlockId(flow.name.text, flow.nodes[0].name.text)
        # The parameters are set after the flow's variables are unset, in its own block of entry.
        into.graph.called[start] = None
        site = into.graph.new_site(flow.name.text)
        enter = BlockId(start.flow, start.node, CALLED)
        into.block("start", self._parameters(into, flow), Call(flow.name.text, enter, site, ways))

    def _way(self, into: NodeBuilder, result: str) -> BlockId:
        way = (
            self.then if result == DONE else self.declared.get(result) or self.inherited.get(result)
        )
        if way is None:
            word = "then" if result == DONE else result
            report_missing_outcome(into.node.name, word, into.report)
            return into.id()
        return into.way(way, "then" if result == DONE else result)

    def _refuse_others(self, into: NodeBuilder, flow: BoundFlow) -> None:
        for result, way in self.declared.items():
            if result not in flow.results:
                into.report.report(
                    codes.UNKNOWN_RESULT,
                    way.span,
                    flow=flow.name.text,
                    name=result,
                    known=", ".join(flow.results) or "-",
                )

    def _parameters(self, into: NodeBuilder, flow: BoundFlow) -> tuple[Assign, ...]:
        name = flow.name.text
        told = Signature(name, "parameter", flow.parameters, untold=flow.untold)
        given = arguments(into, told, self.with_, self.flow.span)
        return tuple(Assign(f"{name}.{each}", value) for each, value in given.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnNode(NodeKind):
    """Go back to the flow that called this one. Where nobody did, the call goes to the main menu."""

    keyword: ClassVar[str] = "return"

    result: Annotated[
        Word | None,
        Field(
            LISTED_NAME, Words("A result that the flow declares.", "流程声明的结果。"), main=True
        ),
    ] = None

    def lower(self, into: NodeBuilder) -> None:
        declared = into.flow.results
        result = self.result.text if self.result else DONE
        if result not in (declared or (DONE,)):
            into.report.report(
                codes.UNKNOWN_RESULT,
                self.result.span if self.result else into.node.span,
                flow=into.flow.name.text,
                name=result,
                known=", ".join(declared) or "-",
            )
        into.block("start", (), Return(into.flow.name.text, result, MAIN_MENU))
