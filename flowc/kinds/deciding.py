"""The kinds that decide without the caller: `set`, `branch`, `switch`, `hours`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from flowc.diagnostics.model import Words
from flowc.diagnostics.unknown import report_unknown
from flowc.expression.check import Scope, check, type_of
from flowc.expression.parse import parse_expression
from flowc.expression.tree import Binary, Call, Expression, Literal, Read
from flowc.expression.types import Scalar, Type
from flowc.graph.exits import Branch, Jump, Switch
from flowc.graph.ids import NO_HOLIDAYS, BlockId
from flowc.graph.operations import Assign, Clock
from flowc.graph.surroundings import Calendar, Opening, Surroundings
from flowc.kinds.base import Field, Fill, NodeKind, Outcome
from flowc.kinds.builder import NodeBuilder, number
from flowc.kinds.parts import Case, Formula, Setting, Way, Word
from flowc.kinds.shapes import CASES, FORMULA, LISTED_NAME, SETTINGS, VALUES

DATE, MINUTE, WEEKDAY = (
    Read(f"clock.{name}", Scalar.INT) for name in ("date", "minute", "weekday")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNode(NodeKind):
    """Give variables their values, in order."""

    keyword: ClassVar[str] = "set"
    after_call: ClassVar[bool] = True

    settings: Annotated[
        tuple[Setting, ...],
        Field(SETTINGS, Words("Variables and their values.", "变量和取值。"), main=True),
    ]
    then: Annotated[Way, Outcome(Words("What comes next.", "下一步。"))]

    def fills(self, around: Surroundings) -> Iterable[Fill]:
        own = (each for each in self.settings if each.name.text not in around.variables)
        return tuple(Fill(each.name, None, each.value) for each in own)

    def lower(self, into: NodeBuilder) -> None:
        values = (
            (each, into.expression(each.value, self._type(into, each.name.text)))
            for each in self.settings
            if each.value
        )
        given = tuple(
            Assign(into.variable(each.name.text), value) for each, value in values if value
        )
        into.block("start", given, Jump(into.way(self.then, "then")))

    def _type(self, into: NodeBuilder, name: str) -> Type | None:
        return into.flow.variables.get(name) or into.graph.program.around.variables.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchNode(NodeKind):
    """Go where the first true condition leads."""

    keyword: ClassVar[str] = "branch"
    after_call: ClassVar[bool] = True

    cases: Annotated[
        tuple[Case, ...],
        Field(CASES, Words("Conditions and where they lead.", "条件和去处。"), main=True),
    ]
    else_: Annotated[Way, Outcome(Words("No condition holds.", "条件都不成立。"))]

    def lower(self, into: NodeBuilder) -> None:
        otherwise = into.way(self.else_, "else")
        for at in range(len(self.cases) - 1, -1, -1):
            case = self.cases[at]
            condition = into.words.condition(case.condition) if case.condition else None
            to = into.way(case.way, f"case_{at + 1}")
            part = "start" if at == 0 else f"if_{at + 1}"
            if condition:
                otherwise = into.block(part, (), Branch(condition, to, otherwise))


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchNode(NodeKind):
    """Go by a value."""

    keyword: ClassVar[str] = "switch"

    value: Annotated[Formula, Field(FORMULA, Words("The value.", "取值。"), main=True)]
    cases: Annotated[
        tuple[Case, ...], Field(VALUES, Words("Values and where they lead.", "取值和去处。"))
    ]
    else_: Annotated[Way, Outcome(Words("Another value, or none.", "其他值，或没有值。"))]

    def lower(self, into: NodeBuilder) -> None:
        value = into.expression(self.value)
        otherwise = into.way(self.else_, "else")
        for at in range(len(self.cases) - 1, -1, -1):
            case = self.cases[at]
            to = into.way(case.way, f"case_{at + 1}")
            literal = self._literal(into, case.value, value)
            part = "start" if at == 0 else f"if_{at + 1}"
            if value and literal and case.value:
                # In the author's words it is the value, which says more than what is looked at.
                equals = Binary("==", value, literal, case.value.span)
                otherwise = into.block(part, (), Branch(equals, to, otherwise))

    def _literal(
        self, into: NodeBuilder, word: Word | None, value: Expression | None
    ) -> Expression | None:
        if word is None or value is None:
            return None
        kind = type_of(value)
        if kind is Scalar.TEXT:
            return Literal(word.text, Scalar.TEXT, word.span)
        # Any other value is written as an expression would write it; digits are kept in quotes there.
        text = f'"{word.text}"' if kind is Scalar.DIGITS and word.text.isalnum() else word.text
        parsed = parse_expression(text, word.span, into.report)
        return check(parsed, Scope({}), into.report, kind) if parsed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursNode(NodeKind):
    """Go by a calendar: open, closed, or a holiday (closed, where no `holiday` is given)."""

    keyword: ClassVar[str] = "hours"

    calendar: Annotated[
        Word, Field(LISTED_NAME, Words("A calendar of the project.", "项目里的日历。"), main=True)
    ]
    open: Annotated[Way, Outcome(Words("Office hours.", "办公时间。"))]
    closed: Annotated[
        Way,
        Outcome(
            Words("Outside them, or the emergency flag is up.", "非办公时间，或紧急标志已打开。")
        ),
    ]
    holiday: Annotated[Way | None, Outcome(Words("A holiday.", "节假日。"))] = None

    def lower(self, into: NodeBuilder) -> None:
        calendar = into.graph.program.around.calendars.get(self.calendar.text)
        if calendar is None and self.calendar.text in into.graph.program.around.unread:
            return
        if calendar is None:
            report_unknown(
                into.report,
                self.calendar.span,
                Words("calendar", "日历"),
                self.calendar.text,
                into.graph.program.around.calendars,
            )
            return
        closed = into.way(self.closed, "closed")
        days = _Days(into, into.way(self.open, "open"), closed)
        holiday = into.way(self.holiday, "holiday") if self.holiday else closed
        if self.holiday and not calendar.holidays:  # dropped later; until then it says why
            into.block(f"{NO_HOLIDAYS}{calendar.name}", (), Jump(holiday))
        special = self._special(calendar, days, holiday)
        week = tuple((str(at), days.of(openings)) for at, openings in enumerate(calendar.week, 1))
        by_week = into.block("by_week", (), Switch(WEEKDAY.variable, week, closed))
        by_date = (
            into.block("by_date", (), Switch(DATE.variable, special, by_week))
            if special
            else by_week
        )
        flag = Call("flag", (Literal(calendar.emergency, Scalar.TEXT),))
        first = Branch(flag, closed, by_date) if calendar.emergency else Jump(by_date)
        into.block("start", (Clock(),), first)

    def _special(
        self, calendar: Calendar, days: _Days, holiday: BlockId
    ) -> tuple[tuple[str, BlockId], ...]:
        """Later rows win: a holiday, over it nothing of the week; a one-off day over all."""
        found: dict[str, BlockId] = {}
        for day, like in calendar.workdays:
            found[f"{day:%Y%m%d}"] = days.of(calendar.week[like - 1])
        for day in calendar.holidays:
            found[f"{day:%Y%m%d}"] = holiday
        for day, openings in calendar.days:
            found[f"{day:%Y%m%d}"] = days.of(openings)
        return tuple(sorted(found.items()))


@dataclass(slots=True)
class _Days:
    """A block for each different day of a calendar."""

    into: NodeBuilder
    open: BlockId
    closed: BlockId

    def of(self, openings: tuple[Opening, ...]) -> BlockId:
        if not openings:
            return self.closed
        part = "day_" + "_".join(f"{each.start}_{each.end}" for each in openings)
        if self.into.id(part) not in self.into.graph.blocks:
            self.into.block(part, (), Branch(_within(openings), self.open, self.closed))
        return self.into.id(part)


def _within(openings: tuple[Opening, ...]) -> Expression:
    found: Expression | None = None
    for each in openings:
        after = Binary(">=", MINUTE, number(each.start))
        one = Binary("and", after, Binary("<", MINUTE, number(each.end)))
        found = one if found is None else Binary("or", found, one)
    return found or Literal(0, Scalar.BOOL)
