"""The kinds that lead to people: `queue`, `transfer`, `dial`, `voicemail`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.diagnostics.unknown import report_unknown
from flowc.expression.parse import parse_expression
from flowc.expression.tree import Expression, Literal
from flowc.expression.types import Scalar
from flowc.graph.destinations import is_allowed
from flowc.graph.exits import Jump, Switch
from flowc.graph.operations import OUTCOME, Dial, Enqueue, Play, Record, outcomes
from flowc.graph.surroundings import QUEUES_FILE, Surroundings
from flowc.kinds.asking import key_part
from flowc.kinds.base import Field, Fill, NodeKind, Outcome
from flowc.kinds.builder import NodeBuilder
from flowc.kinds.parts import Choice, Formula, Speech, Way, Word
from flowc.kinds.shapes import (
    CHOICES,
    DURATION,
    FORMULA,
    KEY,
    LISTED_NAME,
    SPEECH,
    VARIABLE,
    ListShape,
    NameShape,
)

AFTER_AGENT = Outcome(
    Words("The talk is over and the caller is still there.", "通话结束，来电者还在线。")
)
BUSY = Outcome(Words("The called party is busy.", "对方占线。"))
NO_ANSWER = Outcome(Words("Nobody picked up, or nobody accepted.", "无人接听，或无人确认接听。"))
FAILED = Outcome(Words("The call could not be placed.", "呼叫不成功。"))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNode(NodeKind):
    """Wait for an agent of a queue."""

    keyword: ClassVar[str] = "queue"
    only_with: ClassVar[Mapping[str, tuple[str, str]]] = {"waited_too_long": ("max_wait", "error")}

    queue: Annotated[
        Word,
        Field(LISTED_NAME, Words("A queue of queues.yaml.", "queues.yaml 里的队列。"), main=True),
    ]
    after_agent: Annotated[Way, AFTER_AGENT]
    waited_too_long: Annotated[
        Way,
        Outcome(
            Words(
                "`max_wait` is over. Needless without `max_wait`.",
                "等候超过 `max_wait`。不写 `max_wait` 时不用写。",
            )
        ),
    ]
    full: Annotated[Way, Outcome(Words("Too many callers wait already.", "排队人数已满。"))]
    no_agents: Annotated[Way, Outcome(Words("No agent is signed in.", "没有坐席签入。"))]
    error: Annotated[Way, Outcome(Words("The queue could not be entered.", "无法进入队列。"))]
    max_wait: Annotated[
        int | None, Field(DURATION, Words("How long a caller waits at most.", "最多等多久。"))
    ] = None
    priority: Annotated[
        Formula | None, Field(FORMULA, Words("A higher number is served first.", "数字大的先接。"))
    ] = None
    exit_keys: Annotated[
        tuple[Choice, ...], Field(CHOICES, Words("Keys that leave the queue.", "离开队列的按键。"))
    ] = ()

    def lower(self, into: NodeBuilder) -> None:
        known = into.graph.program.around.queues
        unread = QUEUES_FILE in into.graph.program.around.unread
        if self.queue.text not in known and not unread:
            report_unknown(
                into.report, self.queue.span, Words("queue", "队列"), self.queue.text, known
            )
        priority = into.expression(self.priority, Scalar.INT) if self.priority else None
        keys = tuple(choice.key.text for choice in self.exit_keys)
        for choice in self.exit_keys:
            if len(choice.key.text) > 1:
                into.report.report(
                    codes.WRONG_SHAPE,
                    choice.key.span,
                    name="`exit_keys`",
                    expected="one key each",
                    expected_zh="每个一个按键",
                    example="{1: leave_message}",
                )
        enqueue = Enqueue(self.queue.text, self.max_wait, priority, keys)
        ways = {
            "after_agent": self.after_agent,
            "waited_too_long": self.waited_too_long,
            "full": self.full,
            "no_agents": self.no_agents,
            "error": self.error,
            **{f"key_{choice.key.text}": choice.way for choice in self.exit_keys},
        }
        cases = tuple((each, into.way(ways[each], _label(each))) for each in outcomes(enqueue))
        into.block("start", (enqueue,), Switch(OUTCOME, cases))


def _label(outcome: str) -> str:
    return key_part(outcome)


DESTINATION = NameShape(
    Words("a number, a list of the project, or a variable", "号码、项目里的号码表，或变量"),
    '"07503285000"',
    re.compile(r"[0-9]{2,20}|[a-z][a-z0-9_.]*"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DialingNode(NodeKind):
    """What `transfer` and `dial` share."""

    after_agent: Annotated[Way, AFTER_AGENT]
    busy: Annotated[Way, BUSY]
    no_answer: Annotated[Way, NO_ANSWER]
    failed: Annotated[Way, FAILED]
    ring: Annotated[int, Field(DURATION, Words("How long it rings.", "振铃多久。"))] = 30

    def _dial(
        self, into: NodeBuilder, numbers: tuple[Word, ...], accept: str = "", prompt: Speech = ()
    ) -> None:
        around = into.graph.program.around
        found = tuple(value for word in numbers for value in self._numbers(into, word))
        dial = Dial(
            found, around.allowed_destinations, self.ring, accept, into.words.prompt(prompt)
        )
        ways = {
            "after_agent": self.after_agent,
            "busy": self.busy,
            "no_answer": self.no_answer,
            "failed": self.failed,
        }
        cases = tuple((each, into.way(ways[each], each)) for each in outcomes(dial))
        into.block("start", (dial,), Switch(OUTCOME, cases))

    def _numbers(self, into: NodeBuilder, word: Word) -> tuple[Expression, ...]:
        around = into.graph.program.around
        if word.text in around.unread:
            return ()
        if word.text in around.lists and not around.lists[word.text]:
            into.report.report(
                codes.WRONG_SHAPE,
                word.span,
                name=f"`lists/{word.text}.csv`",
                expected="a list with numbers in it",
                expected_zh="有号码的号码表",
                example="13800138000,张先生",
            )
        if word.text in around.lists:
            # One finding for the whole list, by its own name.
            return tuple(
                self._literal(into, entry, word, word.text) for entry in around.lists[word.text]
            )
        if word.text.isdigit():
            return (self._literal(into, word.text, word),)
        scope = into.words.scope
        if "." not in word.text and word.text not in (*scope.names, *scope.untold):
            self._unknown(into, word)
            return ()
        if around.knows_destinations and not around.allowed_destinations:
            into.report.report(codes.FORBIDDEN_DESTINATION, word.span, number=word.text)
        parsed = parse_expression(word.text, word.span, into.report)
        value = into.expression(Formula(parsed, word.span), Scalar.DIGITS) if parsed else None
        return (value,) if value else ()

    def _unknown(self, into: NodeBuilder, word: Word) -> None:
        """A list that is not there is told once: under `destinations:`, where it is named there."""
        around = into.graph.program.around
        if word.text not in around.destinations:
            report_unknown(
                into.report,
                word.span,
                Words(
                    "list of numbers (`lists/*.csv`) or variable", "号码表（`lists/*.csv`）或变量"
                ),
                word.text,
                [*around.lists, *into.words.scope.names],
            )

    def _literal(self, into: NodeBuilder, digits: str, word: Word, called: str = "") -> Literal:
        around = into.graph.program.around
        if digits.endswith("*"):
            into.report.report(
                codes.WRONG_SHAPE,
                word.span,
                name=f"`{digits}`",
                expected="a whole number to dial",
                expected_zh="可以拨打的完整号码",
                example='"07503285000"',
            )
        # Where `destinations:` names a list that is not there, that is the finding.
        elif around.knows_destinations and not is_allowed(digits, around.allowed_destinations):
            into.report.report(codes.FORBIDDEN_DESTINATION, word.span, number=called or digits)
        return Literal(digits, Scalar.DIGITS, word.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferNode(_DialingNode):
    """Hand the caller over to one destination."""

    keyword: ClassVar[str] = "transfer"

    to: Annotated[
        Word,
        Field(DESTINATION, Words("Whom the caller is put through to.", "转接给谁。"), main=True),
    ]

    def lower(self, into: NodeBuilder) -> None:
        self._dial(into, (self.to,))


@dataclass(frozen=True, slots=True, kw_only=True)
class DialNode(_DialingNode):
    """Ring several destinations, one after another, until somebody answers.

    With `accept`, who answers must press that key first, so that a voice mail is no answer.
    """

    keyword: ClassVar[str] = "dial"

    numbers: Annotated[
        tuple[Word, ...],
        Field(
            ListShape(DESTINATION),
            Words("Numbers, or a list of the project.", "号码，或项目里的号码表。"),
            main=True,
        ),
    ]
    accept: Annotated[
        str, Field(KEY, Words("The key that takes the call.", "确认接听的按键。"))
    ] = ""
    accept_prompt: Annotated[
        Speech, Field(SPEECH, Words("What the called party hears first.", "对方先听到的话。"))
    ] = ()

    def lower(self, into: NodeBuilder) -> None:
        if not self.numbers:
            into.report.report(
                codes.WRONG_SHAPE,
                into.node.span,
                name="`dial`",
                expected="at least one number or list",
                expected_zh="至少一个号码或号码表",
                example="dial: duty",
            )
        self._dial(into, self.numbers, self.accept, self.accept_prompt)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailNode(NodeKind):
    """Take a message: a greeting, a tone, and the caller's words, kept as a recording.

    The variable holds the recording's id from its beginning: who hangs up while speaking has left a
    message, and `on_hangup:` can ask for it.
    """

    keyword: ClassVar[str] = "voicemail"

    greeting: Annotated[
        Speech, Field(SPEECH, Words("What is said before the tone.", "提示音前说的话。"), main=True)
    ]
    as_: Annotated[
        Word,
        Field(
            VARIABLE, Words("The variable that keeps the recording's id.", "存放录音编号的变量。")
        ),
    ]
    then: Annotated[Way, Outcome(Words("A message was left.", "已留言。"))]
    empty: Annotated[Way, Outcome(Words("Nothing was said.", "没有说话。"))]
    error: Annotated[Way, Outcome(Words("It could not be recorded.", "无法录音。"))]
    max_length: Annotated[int, Field(DURATION, Words("The longest message.", "最长留言时间。"))] = (
        120
    )
    silence: Annotated[int, Field(DURATION, Words("Silence that ends it.", "静音多久算结束。"))] = 5

    def fills(self, _around: Surroundings) -> Iterable[Fill]:
        return (Fill(self.as_, Scalar.TEXT),)

    def lower(self, into: NodeBuilder) -> None:
        record = Record(into.variable(self.as_.text), self.max_length, self.silence)
        ways = {
            "done": into.way(self.then, "then"),
            "empty": into.way(self.empty, "empty"),
            "error": into.way(self.error, "error"),
        }
        into.block("start", (Play(into.words.prompt(self.greeting)),), Jump(into.id("record")))
        into.block(
            "record",
            (record,),
            Switch(OUTCOME, tuple((each, ways[each]) for each in outcomes(record))),
        )
