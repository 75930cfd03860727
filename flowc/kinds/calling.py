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
from flowc.source import Span

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
    named: Mapping[str, Span] = field(default_factory=dict)  # where each word of the node stands

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
        meant = self._refuse_others(into, flow)
        ways = tuple((result, self._way(into, result, meant)) for result in results)
        start = BlockId(flow.name.text, flow.nodes[0].name.text)
        # The parameters are set after the flow's variables are unset, in its own block of entry.
        into.graph.called[start] = None
        site = into.graph.new_site(flow.name.text)
        enter = BlockId(start.flow, start.node, CALLED)
        into.block("start", self._parameters(into, flow), Call(flow.name.text, enter, site, ways))

    def _way(self, into: NodeBuilder, result: str, meant: Mapping[str, Way]) -> BlockId:
        ways = (self.declared, meant, self.inherited)
        told = (each[result] for each in ways if result in each)
        way = self.then if result == DONE else next(told, None)
        if way is None:
            word = "then" if result == DONE else result
            report_missing_outcome(into.node.name, word, into.report)
            return into.id()
        return into.way(way, "then" if result == DONE else result)

    def _refuse_others(self, into: NodeBuilder, flow: BoundFlow) -> dict[str, Way]:
        """Report what is no result of the flow. The ways of those that are misspelt, by what was
        meant: one slip is one finding."""
        meant: dict[str, Way] = {}
        for result, way in self.declared.items():
            if result not in flow.results:
                near = report_unknown_result(into, flow, self.named[result], result)
                meant.setdefault(near, way)
        return meant

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
            span = self.result.span if self.result else into.node.span
            report_unknown_result(into, into.flow, span, result)
        into.block("start", (), Return(into.flow.name.text, result, MAIN_MENU))


def report_unknown_result(into: NodeBuilder, flow: BoundFlow, span: Span, name: str) -> str:
    """Report `name` at `span`: the flow declares no such result. The one that was meant, or ""."""
    near = closest(name, flow.results)
    into.report.report(codes.UNKNOWN_RESULT, span, flow=flow.name.text, name=name, **near)
    return near.get("closest", "")
