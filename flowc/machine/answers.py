"""A service's answer as the variables of a call: checked strictly, held as `expression.types` says.

An answer is what JSON knows (objects, arrays, texts, whole numbers, truths, null); it comes from
outside and is never trusted. Knows no service and no server. The simulator and the live runtime
use the same rules, so a test's answer is worth what a real one is.

| type              | in an answer                                                            |
|-------------------|-------------------------------------------------------------------------|
| text              | text, at most 2,000 characters, no control characters                   |
| digits            | text of 0-9, at most 64                                                 |
| int               | a whole number, or its text, at most 15 digits                          |
| money             | decimal text (`"-12.50"`) or a whole number of the unit (`12` is 12.00) |
| decimal           | decimal text or a whole number                                          |
| bool              | true or false (also as text)                                            |
| date · time       | `2026-11-24` · `17:30`                                                  |
| datetime          | ISO 8601 with an offset or `Z`                                          |
| duration          | whole seconds, or `90s`, `15m`, `2h`                                    |
| list              | an array of at most so many items                                       |
| record            | an object; a field left out, or null, stays unset                       |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from flowc.diagnostics.model import Words
from flowc.expression.evaluate import Undecided, World, evaluate
from flowc.expression.literals import MOST, UNITS, cents, read_literal
from flowc.expression.types import ListOf, Record, Scalar, Secret, Type
from flowc.graph.operations import MOST_KEYS, Given, Invoke
from flowc.graph.prompts import ReadAs, reading_variable

MOST_TEXT = 2000
Held = int | str
Read = Callable[[ReadAs, Held, str], tuple[str, ...]]

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_DIGITS = re.compile(rf"[0-9]{{1,{MOST_KEYS}}}")
_DURATION = re.compile(r"([0-9]{1,9})([smh])")
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")


@dataclass
class AnswerRejected(ValueError):  # noqa: N818 - it says what happened, as every event does
    """The answer is not of the declared type. Names the place and the type, never the value."""

    path: tuple[str, ...]
    expected: Words

    def __str__(self) -> str:
        """`services.0.balance: expected money`."""
        return self.words.en

    @property
    def words(self) -> Words:
        """The same in both languages."""
        place = ".".join(self.path)
        return Words(
            f"{place or 'the answer'}: expected {self.expected.en}",
            f"{place or '答案'} 应为{self.expected.zh}",
        )


def answer_variables(
    invoke: Invoke, answer: object, languages: tuple[str, ...], read: Read, world: World
) -> dict[str, Held]:
    """The variables that an answer fills: fields, decided conditions, and readings.

    `read(read as, held value, language)` gives the sound keys that say a value. Raises
    AnswerRejected; what was left out is not in the result.
    """
    values: dict[str, Held] = {}
    for given in invoke.gives:
        found = _held_at(given, answer)
        if found is not None and found != "":
            _check_length(given, found, invoke.gives)
            values[given.variable] = found
    _decide(invoke, values, world)
    for reading in invoke.readings:
        _read_out(reading.variable, reading.read_as, values, languages, read)
    return values


def check_answer(answer: object, type_: Type, path: tuple[str, ...] = ()) -> None:
    """Check the whole of an answer, fields that no flow uses too. Raises AnswerRejected."""
    if answer is None:
        return
    match type_:
        case Record():
            fields = _object(answer, type_, path)
            for name, inner in type_.fields:
                check_answer(fields.get(name), inner, (*path, name))
        case ListOf(item):
            for index, one in enumerate(_array(answer, type_, path)):
                check_answer(one, item, (*path, str(index)))
        case Scalar():
            held(answer, type_, path)
        case Secret():
            raise AnswerRejected(path, Words("no secret in an answer", "不含 secret 的答案"))
        case _:
            assert_never(type_)


def held(value: object, type_: Scalar, path: tuple[str, ...] = ()) -> Held:
    """One value in the form in which a call holds it. Raises AnswerRejected."""
    found = _convert(value, type_)
    if found is None:
        raise AnswerRejected(path, _EXPECTED[type_])
    return found


_EXPECTED = {
    Scalar.TEXT: Words(
        f"text, at most {MOST_TEXT:,} characters without control characters",
        f"文字，最多 {MOST_TEXT:,} 个字符，不含控制字符",
    ),
    Scalar.DIGITS: Words(f"digits, 1 to {MOST_KEYS}", f" 1 到 {MOST_KEYS} 位数字"),
    Scalar.INT: Words("int, at most 15 digits", "整数，最多 15 位"),
    Scalar.MONEY: Words(
        'money, such as "-12.50", at most 15 digits', '金额，如 "-12.50"，最多 15 位'
    ),
    Scalar.DECIMAL: Words('decimal, such as "1.5"', '小数，如 "1.5"'),
    Scalar.BOOL: Words("bool: true or false", " true 或 false"),
    Scalar.DATE: Words("date, such as 2026-11-24", "日期，如 2026-11-24"),
    Scalar.TIME: Words("time, such as 17:30", "时间，如 17:30"),
    Scalar.DATETIME: Words(
        "datetime, such as 2026-11-24T17:30:00+08:00", "日期和时间，如 2026-11-24T17:30:00+08:00"
    ),
    Scalar.DURATION: Words("duration, such as 90s", "时长，如 90s"),
}


def _held_at(given: Given, answer: object) -> Held | None:
    found = answer
    for place, step in enumerate(given.path):
        if found is None:
            return None
        found = _inside(found, step, given.path[:place])
    if found is None:
        return None
    if not isinstance(given.type, Scalar):
        raise AnswerRejected(given.path, Words("a single value", "单个值"))
    return held(found, given.type, given.path)


def _check_length(given: Given, length: Held, gives: tuple[Given, ...]) -> None:
    """A list may not have more items than the flow has variables for."""
    if not given.path or given.path[-1] != "len":
        return
    inside = given.path[:-1]
    places = [
        int(other.path[len(inside)])
        for other in gives
        if other.path[: len(inside)] == inside and other.path[len(inside)].isdecimal()
    ]
    if places and int(length) > max(places) + 1:
        most = max(places) + 1
        raise AnswerRejected(inside, Words(f"at most {most} items", f"最多 {most} 项"))


def _inside(value: object, step: str, path: tuple[str, ...]) -> object:
    """A field of a record, an item of a list, or a list's `len`."""
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list | tuple):
        if step == "len":
            return len(value)
        if step.isdecimal():
            return value[int(step)] if int(step) < len(value) else None
    is_list = step == "len" or step.isdecimal()
    raise AnswerRejected(
        path, Words("a list", "列表") if is_list else Words("a record", "一条记录")
    )


def _decide(invoke: Invoke, values: dict[str, Held], world: World) -> None:
    for decided in invoke.decided:
        try:
            values[decided.variable] = evaluate(decided.expression, values, world)
        except Undecided:
            # A field that it reads was left out: so is the condition.
            continue


def _read_out(
    variable: str,
    read_as: ReadAs,
    values: dict[str, Held],
    languages: tuple[str, ...],
    read: Read,
) -> None:
    value = values.get(variable)
    if value is None:
        return
    for language in languages:
        values[reading_variable(variable, language)] = "&".join(read(read_as, value, language))


def _object(value: object, type_: Record, path: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise AnswerRejected(path, Words(f"a record {type_}", f"一条记录 {type_}"))
    return value


def _array(value: object, type_: ListOf, path: tuple[str, ...]) -> list[object]:
    if not isinstance(value, list | tuple) or len(value) > type_.most:
        raise AnswerRejected(path, Words(f"{type_}", f" {type_}"))
    return list(value)


def _convert(value: object, type_: Scalar) -> Held | None:
    if type_ is Scalar.BOOL:
        return _truth(value)
    # A truth is an int to Python and to nobody else.
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    match type_:
        case Scalar.TEXT | Scalar.DIGITS | Scalar.DECIMAL:
            return _words(value, type_)
        case Scalar.INT | Scalar.MONEY | Scalar.DURATION:
            return _number(str(value), type_)
        case Scalar.DATE | Scalar.TIME | Scalar.DATETIME:
            return _moment(value, type_)
        case _:
            assert_never(type_)


def _truth(value: object) -> int | None:
    known = {"true": 1, "false": 0}
    return int(value) if isinstance(value, bool) else known.get(str(value))


def _words(value: int | str, type_: Scalar) -> str | None:
    if type_ is Scalar.DECIMAL:
        return str(value) if _DECIMAL.fullmatch(str(value)) else None
    if not isinstance(value, str):
        return None
    if type_ is Scalar.DIGITS:
        return value if _DIGITS.fullmatch(value) else None
    return value if len(value) <= MOST_TEXT and not _CONTROL.search(value) else None


def _number(word: str, type_: Scalar) -> int | None:
    match type_:
        case Scalar.MONEY:
            return cents(word) if _DECIMAL.fullmatch(word) else None
        case Scalar.DURATION:
            return _seconds(word)
        case _:
            return int(word) if _WHOLE.fullmatch(word) else None


def _seconds(word: str) -> int | None:
    if _WHOLE.fullmatch(word) and not word.startswith("-"):
        return int(word)
    matched = _DURATION.fullmatch(word)
    seconds = int(matched[1]) * UNITS[matched[2]] if matched else MOST + 1
    return seconds if seconds <= MOST else None


def _moment(value: int | str, type_: Scalar) -> int | None:
    if not isinstance(value, str):
        return None
    if type_ is Scalar.DATETIME:
        return _instant(value)
    pattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}" if type_ is Scalar.DATE else "[0-9]{1,2}:[0-9]{2}"
    if not re.fullmatch(pattern, value):
        return None
    literal = read_literal(type_.name, value)
    return None if literal is None else int(literal.value)


def _instant(value: str) -> int | None:
    if not _DATETIME.fullmatch(value):
        return None
    try:
        return int(datetime.fromisoformat(value).timestamp())
    except (ValueError, OverflowError):
        return None
