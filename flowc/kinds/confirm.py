"""The `confirm` node: read something back, and ask whether it is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.graph.operations import Options
from flowc.kinds.asking import Question, ask, global_answers, live_keys, parted
from flowc.kinds.base import Field, NodeKind, Outcome
from flowc.kinds.builder import NodeBuilder
from flowc.kinds.collect import ladder
from flowc.kinds.menu import compare_spoken
from flowc.kinds.parts import Speech, Text, Way
from flowc.kinds.shapes import DURATION, LADDER, SPEECH

YES, NO = "1", "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmNode(NodeKind):
    """Say something, and ask for 1 (yes) or 2 (no). Keys typed ahead do not count."""

    keyword: ClassVar[str] = "confirm"

    prompt: Annotated[
        Speech,
        Field(
            SPEECH, Words("What is read back, and the question.", "复述的内容和问题。"), main=True
        ),
    ]
    yes: Annotated[Way, Outcome(Words("The caller pressed 1.", "来电者按了一。"))]
    no: Annotated[Way, Outcome(Words("The caller pressed 2.", "来电者按了二。"))]
    gave_up: Annotated[Way, Outcome(Words("The caller never answered.", "来电者一直没有回答。"))]
    if_silent: Annotated[
        tuple[Text, ...],
        Field(
            LADDER, Words("Said instead of the prompt after silence.", "没有按键时，代替提示语。")
        ),
    ] = ()
    if_wrong: Annotated[
        tuple[Text, ...],
        Field(
            LADDER, Words("Said instead of the prompt after a wrong key.", "按错时，代替提示语。")
        ),
    ] = ()
    wait: Annotated[
        int, Field(DURATION, Words("Silence allowed after the prompt.", "提示音后最多等多久。"))
    ] = 5

    def lower(self, into: NodeBuilder) -> None:
        self._warn_if_cut(into)
        shared, skip = live_keys(into, (YES, NO))
        live = (YES, NO, *shared, *(("#",) if skip else ()))
        texts = (*(saying.text for saying in self.prompt), *self.if_silent, *self.if_wrong)
        compare_spoken(into, texts, live)
        deaf, first = parted(into, self.prompt)
        question = Question(
            first=first,
            deaf=deaf,
            entry=Options((YES, NO, *shared), skip),
            gave_up=self.gave_up,
            silent=ladder(into, self.if_silent),
            wrong=ladder(into, self.if_wrong),
            first_ms=self.wait * 1000,
            flush=True,
        )
        answers = global_answers(into, question, (YES, NO))
        answers |= {YES: into.way(self.yes, "yes"), NO: into.way(self.no, "no")}
        ask(into, question, answers, repeats=into.id("repeat") in into.graph.blocks)

    def _warn_if_cut(self, into: NodeBuilder) -> None:
        """What has an effect should be heard before it is agreed to."""
        kinds = {node.name.text: node.kind.keyword for node in into.flow.nodes}
        if kinds.get(self.yes.to.text) == "request" and not any(part.deaf for part in self.prompt):
            into.report.report(
                codes.CUT_CONFIRMATION,
                into.node.name.span,
                node=into.node.name.text,
                request=self.yes.to.text,
            )
