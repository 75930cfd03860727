"""The kinds that ask the runtime: `lookup`, `request`, `ticket`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.diagnostics.unknown import report_unknown
from flowc.expression.tree import Expression, Literal, Read
from flowc.expression.types import Scalar, Type
from flowc.graph.exits import Switch
from flowc.graph.operations import OUTCOME, Invoke, InvokeKind, outcomes
from flowc.graph.services import TICKET_OPERATIONS, TICKETS, BuiltInOperation, OperationSpec
from flowc.graph.surroundings import Surroundings
from flowc.kinds.arguments import Signature, arguments
from flowc.kinds.base import Field, Fill, NodeKind, Outcome
from flowc.kinds.builder import NodeBuilder, flat
from flowc.kinds.missing import report_missing_outcome
from flowc.kinds.parts import Formula, Setting, Speech, Way, Word
from flowc.kinds.shapes import FORMULA, LISTED_NAME, OPERATION, SETTINGS, SPEECH, VARIABLE, one_of
from flowc.source import Span

DONE = Outcome(Words("The answer is there.", "已得到答复。"))
ERROR = Outcome(
    Words("The service did not answer in time, or wrongly.", "服务没有按时答复，或答复有误。")
)
SURELY_NOT = Outcome(Words("It was surely not done.", "肯定没有办成。"))
UNKNOWN = Outcome(
    Words("It may have been done or not: the reply was lost.", "可能办成也可能没有：回复丢失。")
)
WITH = Field(SETTINGS, Words("What the service is told.", "告诉服务的内容。"))
ASKED_ZH = {InvokeKind.LOOKUP: "查询（lookup）", InvokeKind.REQUEST: "办理（request）"}
AS = Field(VARIABLE, Words("The variable that keeps the answer.", "存放答复的变量。"))
WHILE_WAITING = Field(
    SPEECH, Words("Said when the answer takes longer than a second.", "超过一秒没有答复时说的话。")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a node asks, once its operation is known."""

    kind: InvokeKind
    service: str
    operation: str
    parameters: tuple[tuple[str, Type], ...]
    optional: tuple[str, ...]
    gives: Type | None
    results: tuple[str, ...]
    deadline_ms: int


def _lower(
    into: NodeBuilder,
    asked: _Asked,
    given: Mapping[str, Expression],
    answer: Word | None,
    filler: Speech,
    ways: Mapping[str, Way],
) -> None:
    gives = flat(into.variable(answer.text), asked.gives) if answer and asked.gives else ()
    invoke = Invoke(
        into.name,
        asked.kind,
        asked.service,
        asked.operation,
        tuple(given.items()),
        gives,
        asked.results,
        asked.deadline_ms,
        into.words.prompt(filler),
    )
    cases = []
    for outcome in outcomes(invoke):
        word = "then" if outcome == "done" else outcome
        way = ways.get(word)
        if way is None:
            report_missing_outcome(into.node.name, word, into.report)
        else:
            cases.append((outcome, into.way(way, word)))
    into.block("start", (invoke,), Switch(OUTCOME, tuple(cases)))


def _arguments(
    into: NodeBuilder, asked: _Asked, settings: tuple[Setting, ...], span: Span
) -> dict[str, Expression]:
    name = f"{asked.service}.{asked.operation}"
    told = Signature(name, "argument", dict(asked.parameters), asked.optional)
    return arguments(into, told, settings, span)


def _operation(around: Surroundings, word: Word) -> OperationSpec | None:
    service_name, _, name = word.text.partition(".")
    service = around.services.get(service_name)
    return service.operation(name) if service else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _ServiceNode(NodeKind):
    """A question to a service of the project; results that it declares are outcomes by their names."""

    asks: ClassVar[InvokeKind]

    operation: Annotated[
        Word, Field(OPERATION, Words("The service and its operation.", "服务和操作。"), main=True)
    ]
    then: Annotated[Way, DONE]
    with_: Annotated[tuple[Setting, ...], WITH] = ()
    as_: Annotated[Word | None, AS] = None
    while_waiting: Annotated[Speech, WHILE_WAITING] = ()
    declared: Mapping[str, Way] = field(default_factory=dict)

    def fills(self, around: Surroundings) -> Iterable[Fill]:
        spec = _operation(around, self.operation)
        amiss = spec is None or self.operation.text in around.unread
        if self.as_ is None or (spec and not spec.gives and not amiss):
            return ()
        return (Fill(self.as_, spec.gives if spec else None),)

    def ways(self) -> dict[str, Way]:
        return {"then": self.then, **self.declared}

    def lower(self, into: NodeBuilder) -> None:
        spec = _operation(into.graph.program.around, self.operation)
        if spec is None or spec.kind is not self.asks:
            self._unknown(into)
            return
        service = self.operation.text.partition(".")[0]
        asked = _Asked(
            kind=spec.kind,
            service=service,
            operation=spec.name,
            parameters=spec.parameters,
            optional=spec.optional,
            gives=spec.gives,
            results=spec.results,
            deadline_ms=spec.deadline_ms,
        )
        given = _arguments(into, asked, self.with_, self.operation.span)
        _lower(into, asked, given, self.as_, self.while_waiting, self.ways())

    def _unknown(self, into: NodeBuilder) -> None:
        services = into.graph.program.around.services
        around = into.graph.program.around
        if {self.operation.text, self.operation.text.partition(".")[0]} & around.unread:
            return
        spec = _operation(around, self.operation)
        if spec is not None:
            into.report.report(
                codes.ASKED_OTHERWISE,
                self.operation.span,
                name=self.operation.text,
                written=self.keyword,
                right=spec.kind.value,
            )
            return
        known = [
            f"{service.name}.{each.name}"
            for service in services.values()
            for each in service.operations
            if each.kind is self.asks
        ]
        report_unknown(
            into.report,
            self.operation.span,
            Words(self.keyword, ASKED_ZH[self.asks]),
            self.operation.text,
            known,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupNode(_ServiceNode):
    """Ask a service for something; a look-up changes nothing and may be asked again."""

    keyword: ClassVar[str] = "lookup"
    asks: ClassVar[InvokeKind] = InvokeKind.LOOKUP

    error: Annotated[Way, ERROR]

    def ways(self) -> dict[str, Way]:
        return {"then": self.then, "error": self.error, **self.declared}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestNode(_ServiceNode):
    """Ask a service to do something: once by its key, and the reply may be lost."""

    keyword: ClassVar[str] = "request"
    asks: ClassVar[InvokeKind] = InvokeKind.REQUEST

    error: Annotated[Way, SURELY_NOT]
    unknown: Annotated[Way, UNKNOWN]

    def ways(self) -> dict[str, Way]:
        return {"then": self.then, "error": self.error, "unknown": self.unknown, **self.declared}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNode(NodeKind):
    """Open a work order, read one, or urge one.

    `open` takes `class`, and may take `account`, `note` and `recording`; `status` and `urge` find an
    order by `number`, `account` or the caller's number; without one they leave by `not_found`, `urge`
    also by `closed`. The caller's number goes with every order. What `as` keeps has `number`, `class`,
    `state` (opened, accepted, handled, closed, abandoned), `opened`, `promised` (when it will have been
    handled: `opened` and `handle:` of its class; unset where the class has none), `card` (none, yellow, red,
    black) and `urged`.
    """

    keyword: ClassVar[str] = "ticket"
    after_call: ClassVar[bool] = True

    action: Annotated[
        str,
        Field(
            one_of("open", "status", "urge"),
            Words(
                "What is done: open, status or urge.", "动作：open 开单、status 查询、urge 催单。"
            ),
            main=True,
        ),
    ]
    then: Annotated[Way, DONE]
    error: Annotated[Way, SURELY_NOT]
    unknown: Annotated[Way, UNKNOWN]
    class_: Annotated[
        Word | None,
        Field(
            LISTED_NAME,
            Words("The class of the order, which sets its time limits.", "工单类别，决定各时限。"),
        ),
    ] = None
    with_: Annotated[tuple[Setting, ...], WITH] = ()
    note: Annotated[Formula | None, Field(FORMULA, Words("What the order says.", "工单内容。"))] = (
        None
    )
    as_: Annotated[Word | None, AS] = None
    while_waiting: Annotated[Speech, WHILE_WAITING] = ()
    declared: Mapping[str, Way] = field(default_factory=dict)

    def _spec(self) -> BuiltInOperation:
        return next(each for each in TICKET_OPERATIONS if each.name == self.action)

    def fills(self, _around: Surroundings) -> Iterable[Fill]:
        return (Fill(self.as_, self._spec().gives),) if self.as_ else ()

    def lower(self, into: NodeBuilder) -> None:
        spec = self._spec()
        optional = (*spec.optional, "class", "note")
        asked = _Asked(
            kind=InvokeKind.TICKET,
            service=TICKETS,
            operation=spec.name,
            parameters=spec.parameters,
            optional=optional,
            gives=spec.gives,
            results=spec.results,
            deadline_ms=spec.deadline_ms,
        )
        given = _arguments(into, asked, self.with_, into.node.span)
        given.setdefault("caller", Read("call.from", Scalar.DIGITS))
        self._class_and_note(into, given)
        ways = {"then": self.then, "error": self.error, "unknown": self.unknown, **self.declared}
        _lower(into, asked, given, self.as_, self.while_waiting, ways)

    def _class_and_note(self, into: NodeBuilder, given: dict[str, Expression]) -> None:
        if self.class_:
            known = [each.name for each in into.graph.program.around.tickets.classes]
            if known and self.class_.text not in known:
                report_unknown(
                    into.report,
                    self.class_.span,
                    Words("class of work orders", "工单类别"),
                    self.class_.text,
                    known,
                )
            given["class"] = Literal(self.class_.text, Scalar.TEXT)
        elif self.action == "open":
            into.report.report(
                codes.MISSING_FIELD,
                into.node.name.span,
                node=into.node.name.text,
                name="class",
                hint="the class sets the time limits, such as `class: fault`",
                hint_zh="类别决定时限，例如 `class: fault`",
            )
        note = into.expression(self.note, Scalar.TEXT) if self.note else None
        if note:
            given["note"] = note


def operation_results(around: Surroundings, written: str, *, ticket: bool) -> tuple[str, ...]:
    """The results that `billing.customer` (or a ticket's action) declares; none where it is unknown."""
    if ticket:
        return next((each.results for each in TICKET_OPERATIONS if each.name == written), ())
    service_name, _, name = written.partition(".")
    service = around.services.get(service_name)
    spec = service.operation(name) if service else None
    return spec.results if spec else ()
