"""The `collect` node: ask for several digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.diagnostics.not_yet import NotYet
from flowc.expression.literals import MOST_DIGITS
from flowc.expression.tree import Binary, Call, Expression, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Jump, Switch
from flowc.graph.ids import BlockId
from flowc.graph.operations import (
    OUTCOME,
    Assign,
    Collect,
    Cue,
    CueKind,
    Digits,
    Options,
    outcomes,
)
from flowc.graph.prompts import Prompt
from flowc.graph.surroundings import Surroundings
from flowc.kinds.asking import (
    MOST_TRIES,
    Question,
    ask,
    back,
    global_answers,
    parted,
    refuse_whole,
    wrong,
)
from flowc.kinds.base import Field, Fill, NodeKind, Outcome
from flowc.kinds.builder import NodeBuilder
from flowc.kinds.parts import Length, Speech, Text, Way, Word
from flowc.kinds.shapes import (
    DURATION,
    LADDER,
    LENGTH,
    SPEECH,
    TRUTH,
    VARIABLE,
    JsonSchema,
    Place,
    Worded,
    count,
)
from flowc.source import Span
from flowc.syntax.tree import Tree

Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest number that an entry may be, and where they stand."""

    least: int
    most: int
    span: Span


LONG_RANGE = NotYet(
    Words("a range needs at most 15 digits", "范围检查最多 15 位"),
    Words("use `pattern:`", "请用 `pattern:`"),
)


def _bounds_of(text: str) -> Bounds | None:
    found = re.fullmatch(r"([0-9]{1,15})-([0-9]{1,15})", text)
    return (int(found[1]), int(found[2])) if found and int(found[1]) <= int(found[2]) else None


BOUNDS = Worded(Words("a range of numbers", "数的范围"), "5-500", _bounds_of, "^[0-9]+-[0-9]+$")


class RangeShape:
    """`5-500`, with its place."""

    expected = BOUNDS.expected
    example = BOUNDS.example

    def read(self, tree: Tree, place: Place) -> Range | None:
        bounds = BOUNDS.read(tree, place)
        return Range(*bounds, tree.span) if bounds else None

    def schema(self) -> JsonSchema:
        return BOUNDS.schema()


RANGE = RangeShape()
# X is any digit, [2-9] one of some, a digit itself.
PATTERN = Worded(
    Words(
        "digits, with X for any digit and [2-9] for some",
        "数字，X 代表任意一位，[2-9] 代表其中一位",
    ),
    "1[3-9]XXXXXXXXX",
    lambda text: text if re.fullmatch(r"([0-9Xx]|\[[0-9](-[0-9])?\])+", text) else None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectNode(NodeKind):
    """Ask for several digits and keep them in a variable.

    `#` ends the entry, `*` clears it. What fails a check counts as a wrong entry and is asked again.
    """

    keyword: ClassVar[str] = "collect"

    variable: Annotated[
        Word,
        Field(
            VARIABLE, Words("The variable that keeps the digits.", "存放按键的变量。"), main=True
        ),
    ]
    prompt: Annotated[Speech, Field(SPEECH, Words("What the caller is asked.", "怎样问来电者。"))]
    length: Annotated[
        Length, Field(LENGTH, Words("How many digits: `8` or `6-10`.", "位数：`8` 或 `6-10`。"))
    ]
    then: Annotated[
        Way, Outcome(Words("The entry is complete and passes every check.", "输入完整并通过检查。"))
    ]
    gave_up: Annotated[Way, Outcome(Words("No good entry in all tries.", "多次都没有正确输入。"))]
    if_silent: Annotated[
        tuple[Text, ...],
        Field(
            LADDER, Words("Said instead of the prompt after silence.", "没有按键时，代替提示语。")
        ),
    ] = ()
    if_wrong: Annotated[
        tuple[Text, ...],
        Field(
            LADDER,
            Words("Said instead of the prompt after a wrong entry.", "输入不对时，代替提示语。"),
        ),
    ] = ()
    range_: Annotated[
        Range | None, Field(RANGE, Words("The least and the greatest number.", "最小和最大的数。"))
    ] = None
    pattern: Annotated[
        str | None, Field(PATTERN, Words("What the digits must look like.", "号码的样式。"))
    ] = None
    luhn: Annotated[
        bool,
        Field(
            TRUTH,
            Words("Whether the last digit is a Luhn check digit.", "末位是否为 Luhn 校验位。"),
        ),
    ] = False
    read_back: Annotated[
        Speech,
        Field(
            SPEECH,
            Words(
                "Said with the digits before they count; 1 takes them, 2 asks again.",
                "复述号码；按一确认，按二重输。",
            ),
        ),
    ] = ()
    wait: Annotated[
        int, Field(DURATION, Words("Silence allowed after the prompt.", "提示音后最多等多久。"))
    ] = 5
    wait_between: Annotated[
        int, Field(DURATION, Words("Silence allowed between keys.", "两次按键之间最多等多久。"))
    ] = 3
    tries: Annotated[
        int, Field(count(1, 9), Words("How often the caller is asked in all.", "总共问几次。"))
    ] = MOST_TRIES

    def fills(self, _around: Surroundings) -> Iterable[Fill]:
        return (Fill(self.variable, Scalar.DIGITS),)

    def lower(self, into: NodeBuilder) -> None:
        keys = dict(into.flow.keys.over(into.graph.program.around.keys).bound)
        person = keys.get("0") == "person" and self.length.least > 1
        question = self._question(into, person)
        answers = {"done": self._checked(into)}
        live = global_answers(
            into, question, tuple(key for key in keys if key not in _live_in_entry(keys, person))
        )
        answers["back"] = live.get("*") or back(into, question, repeats=False)
        if person and "0" in live:
            answers["person"] = live["0"]
        ask(into, question, answers, repeats=into.id("repeat") in into.graph.blocks)

    def _question(self, into: NodeBuilder, person: bool) -> Question:
        deaf, first = parted(into, self.prompt)
        return Question(
            first=first,
            deaf=deaf,
            entry=Digits(self.length.least, self.length.most, person),
            into=into.variable(self.variable.text),
            gave_up=self.gave_up,
            silent=ladder(into, self.if_silent),
            wrong=ladder(into, self.if_wrong),
            first_ms=self.wait * 1000,
            inter_ms=self.wait_between * 1000,
            tries=self.tries,
        )

    def _checked(self, into: NodeBuilder) -> BlockId:
        """Where a complete entry goes: through the checks, the read-back, and on."""
        to = into.way(self.then, "then")
        if self.read_back:
            to = self._read_back(into, to)
        entry = into.variable(self.variable.text)
        for cause, condition in reversed(self._checks(into)):
            to = into.block(f"check_{cause}", (), Branch(condition, to, wrong(into, cause, entry)))
        return to

    def _checks(self, into: NodeBuilder) -> list[tuple[str, Expression]]:
        entry = Read(into.variable(self.variable.text), Scalar.DIGITS, self.variable.span)
        checks: list[tuple[str, Expression]] = []
        if self.pattern:
            checks.append(
                ("pattern", Call("like", (entry, Literal(self.pattern.upper(), Scalar.TEXT))))
            )
        if self.luhn:
            checks.append(("luhn", Call("luhn", (entry,))))
        if self.range_:
            checks.append(("range", self._in_range(into, entry, self.range_)))
        return checks

    def _in_range(self, into: NodeBuilder, entry: Read, range_: Range) -> Expression:
        if self.length.most > MOST_DIGITS:
            LONG_RANGE.report(into.node.span, into.report)
        greatest = 10**self.length.most - 1  # leading zeros make every smaller number as long
        if range_.least > greatest:
            into.report.report(
                codes.WRONG_SHAPE,
                range_.span,
                name="`range`",
                expected=f"met by a number of {self.length.most} digits at most, which is {greatest} at most",
                expected_zh=f"最多 {self.length.most} 位的数能达到的范围（最大 {greatest}）",
                example=f"0-{greatest}",
            )
        value = Call("number", (entry,))
        least, most = (Literal(bound, Scalar.INT) for bound in (range_.least, range_.most))
        return Binary("and", Binary(">=", value, least), Binary("<=", value, most))

    def _read_back(self, into: NodeBuilder, accepted: BlockId) -> BlockId:
        """Say the digits; 1 takes them, other keys are `wrong(refused)`; silence asks for them anew."""
        refuse_whole(into, self.read_back)
        prompt: Prompt = into.words.prompt(self.read_back)
        collect = Collect(Options(("1", "2")), first_ms=self.wait * 1000)
        entry = into.variable(self.variable.text)
        refused = wrong(into, "refused", entry)
        into.block("read_back", (Cue(prompt, CueKind.RETRY),), Jump(into.id("read_back_ask")))
        ways = {
            "1": accepted,
            "2": refused,
            "silence": self._unheard(into, "silent", entry),
            "error": self._unheard(into, "broken", entry),
        }
        cases = tuple((outcome, ways.get(outcome, refused)) for outcome in outcomes(collect))
        into.block("read_back_ask", (collect,), Switch(OUTCOME, cases))
        return into.id("read_back")

    def _unheard(self, into: NodeBuilder, to: str, entry: str) -> BlockId:
        """Digits that nobody said yes to are not kept."""
        return into.block(f"read_back_{to}", (Assign(entry, None),), Jump(into.id(to)))


def _live_in_entry(keys: dict[str, str], person: bool) -> tuple[str, ...]:
    """In an entry only `*` and, where more digits are needed, the lone 0 are live."""
    return tuple(
        key
        for key, meaning in keys.items()
        if (key == "*" and meaning in ("back", "main_menu")) or (key == "0" and person)
    )


def ladder(into: NodeBuilder, texts: tuple[Text, ...]) -> tuple[Prompt, ...]:
    """Each text as a prompt of its own."""
    phrases = (into.words.phrase(text) for text in texts)
    return tuple((phrase,) for phrase in phrases if phrase)
