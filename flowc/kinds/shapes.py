"""What a field may hold: each shape reads a piece of the tree and says what it expected.

A shape gives None where it reported a finding. The same shapes describe the fields in the JSON
Schema and in the reference, so that nothing about a field is written down twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words, closest
from flowc.expression.parse import parse_expression
from flowc.kinds.parts import (
    Case,
    Choice,
    Formula,
    Length,
    Saying,
    Setting,
    Speech,
    Text,
    Way,
    Word,
)
from flowc.source import Span
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 40
JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is read: who listens to findings, and the id that a text here gets."""

    report: Reporter
    languages: tuple[str, ...]
    id: str  # `flow.node.field`
    field: str

    def under(self, step: str) -> Place:
        return replace(self, id=f"{self.id}.{id_step(step)}", field=step)

    def wrong(self, tree: Tree, expected: Words, example: str) -> None:
        self.report.report(
            codes.WRONG_SHAPE,
            _shown(tree),
            name=f"`{self.field}`",
            expected=expected.en,
            expected_zh=expected.zh,
            example=example,
        )


def id_step(step: str) -> str:
    """A key or a name as a piece of a text's id, which becomes a file's name."""
    if re.fullmatch("[a-z0-9_]+", step):
        return step
    marks = {"*": "star", "#": "hash"}
    return marks.get(step) or "x" + sha256(step.encode("utf-8", "replace")).hexdigest()[:8]


def _shown(tree: Tree) -> Span:
    """The first line of a piece of the tree: a whole block underlined helps nobody."""
    span = tree.span
    end = span.source.text.find("\n", span.start, span.end)
    return span if end < 0 else span.source.span(span.start, end)


class Shape(Protocol[T_co]):
    """What a field may hold."""

    @property
    def expected(self) -> Words: ...
    @property
    def example(self) -> str: ...
    def read(self, tree: Tree, place: Place) -> T_co | None: ...
    def schema(self) -> JsonSchema: ...


@dataclass(frozen=True, slots=True)
class Worded(Generic[T]):
    """A scalar that `convert` makes a value of, or None where it is none."""

    expected: Words
    example: str
    convert: Callable[[str], T | None]
    pattern: str = ""
    words: tuple[str, ...] = ()  # all that it may be, where they are few

    def read(self, tree: Tree, place: Place) -> T | None:
        value = self.convert(tree.text.strip()) if isinstance(tree, Scalar) else None
        if value is None:
            place.wrong(tree, self.expected, self.example)
        return value

    def schema(self) -> JsonSchema:
        if self.words:
            return {"enum": list(self.words)}
        if not self.pattern:
            return {"type": ["string", "number", "boolean"]}
        # An editor reads 5 as a number, which no pattern is tried on.
        kinds = ["string", "integer"] if re.search(self.pattern, "8") else ["string"]
        return {"type": kinds, "pattern": self.pattern}


def count(least: int, most: int) -> Worded[int]:
    """A whole number from `least` to `most`."""

    def convert(text: str) -> int | None:
        fits = re.fullmatch("[0-9]{1,9}", text) and least <= int(text) <= most
        return int(text) if fits else None

    words = Words(f"a number from {least} to {most}", f"{least} 到 {most} 的数")
    return Worded(words, str(least + 1), convert, "^[0-9]+$")


SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_TIME = 3660 * SECONDS["d"]  # ten years: longer than anything is kept


def seconds_of(text: str) -> int | None:
    """`90s`, `5m`, `2h`, `90d` as seconds, else None."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    seconds = int(found[1]) * SECONDS[found[2]] if found else LONGEST_TIME + 1
    return seconds if seconds <= LONGEST_TIME else None


DURATION = Worded(Words("a time with its unit", "带单位的时间"), "90s", seconds_of, "^[0-9]+[smhd]$")
LENGTH_EXAMPLE = "8 / 6-10"


def _length_of(text: str) -> Length | None:
    found = re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", text)
    if not found:
        return None
    least, most = int(found[1]), int(found[2] or found[1])
    return Length(least, most) if 1 <= least <= most <= 64 else None


LENGTH = Worded(
    Words("how many digits: a number or a range, 64 at most", "位数：一个数或一个范围，最多 64"),
    LENGTH_EXAMPLE,
    _length_of,
    "^[0-9]+(-[0-9]+)?$",
)
TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
TRUTH = Worded(Words("yes or no", "yes 或 no"), "yes", lambda text: TRUTHS.get(text.lower()))
KEY = Worded(Words("one key", "一个按键"), '"#"', lambda text: text if re.fullmatch(r"[0-9*#]", text) else None)


def one_of(*words: str) -> Worded[str]:
    """One of a few fixed words."""
    listed = ", ".join(words)
    return Worded(Words(f"one of {listed}", f"其中之一：{listed}"), words[0], lambda t: t if t in words else None, words=words)


@dataclass(frozen=True, slots=True)
class NameShape:
    """A name of the author's: kept with its place, so that whoever looks it up can point at it."""

    expected: Words
    example: str
    pattern: re.Pattern[str] = NAME

    def read(self, tree: Tree, place: Place) -> Word | None:
        if isinstance(tree, Scalar) and tree.text and self.pattern.fullmatch(tree.text):
            return Word(tree.text, tree.span)
        place.wrong(tree, self.expected, self.example)
        return None

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{self.pattern.pattern}$"}


VARIABLE = NameShape(Words("the name of a variable", "变量名"), "account")
FLOW_NAME = NameShape(Words("the name of a flow", "流程名"), "balance")
LISTED_NAME = NameShape(Words("a name", "名字"), "office")
OPERATION = NameShape(
    Words("a service and its operation", "服务名.操作名"), "billing.customer", re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
)
LANGUAGE = NameShape(Words("a language of the project", "项目的语言"), "en", re.compile(r"[a-z]{2,3}(-[a-z0-9]+)*"))


class FormulaShape:
    """An expression."""

    expected = Words("an expression", "表达式")
    example = "customer.balance < 0"

    def read(self, tree: Tree, place: Place) -> Formula | None:
        if not isinstance(tree, Scalar) or not tree.text.strip():
            place.wrong(tree, self.expected, self.example)
            return None
        expression = parse_expression(_as_literal(tree), tree.span, place.report)
        return Formula(expression, tree.span) if expression else None

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number", "boolean"]}


def _as_literal(scalar: Scalar) -> str:
    return scalar.text


FORMULA = FormulaShape()


class TextShape:
    """A text: inline in the first language, inline by language, or `@id` of prompts.csv."""

    expected = Words("a text", "一段文字")
    example = "请选择。"

    def read(self, tree: Tree, place: Place) -> Text | None:
        match tree:
            case Scalar(text=text, span=span) if text.startswith("@") and len(text) > 1:
                return Text(text[1:], (), span, named=True)
            case Scalar(text=text, span=span) if text.strip():
                return Text(place.id, ((place.languages[0], text),), span)
            case Mapping(entries=entries, span=span) if entries:
                return self._by_language(tree, place)
        place.wrong(tree, self.expected, self.example)
        return None

    def _by_language(self, tree: Mapping, place: Place) -> Text | None:
        texts: list[tuple[str, str]] = []
        for entry in tree:
            if entry.key.text not in place.languages:
                listed = ", ".join(place.languages)
                words = Words(f"a text by language ({listed})", f"按语言写的文字（{listed}）")
                place.report.report(
                    codes.WRONG_SHAPE, entry.key.span, name=f"`{entry.key.text}`",
                    expected=words.en, expected_zh=words.zh, example="{zh: 您好。, en: Hello.}",
                )
                return None
            if not isinstance(entry.value, Scalar) or not entry.value.text.strip():
                place.wrong(entry.value, self.expected, self.example)
                return None
            texts.append((entry.key.text, entry.value.text))
        return Text(place.id, tuple(texts), _shown(tree))

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/text"}


TEXT = TextShape()


class SpeechShape:
    """A text, or a list of texts and of parts with `when`, `each`, `bargein`."""

    expected = Words("a text or a list of texts", "一段文字，或多段文字的列表")
    example = "您的余额为{customer.balance}。"

    def read(self, tree: Tree, place: Place) -> Speech | None:
        if isinstance(tree, Sequence):
            found = [
                self._saying(item, place.under(str(number)))
                for number, item in enumerate(tree, 1)
            ]
            return tuple(saying for saying in found if saying)
        saying = self._saying(tree, place)
        return (saying,) if saying else None

    def _saying(self, tree: Tree, place: Place) -> Saying | None:
        if isinstance(tree, Mapping) and tree.get("text") is not None:
            return self._detailed(tree, place)
        text = TEXT.read(tree, place)
        return Saying(text, text.span) if text else None

    def _detailed(self, tree: Mapping, place: Place) -> Saying | None:
        known = ("text", "when", "each", "as", "empty", "bargein")
        for entry in tree:
            if entry.key.text not in known:
                place.report.report(
                    codes.UNKNOWN_FIELD, entry.key.span, kind="say", name=entry.key.text, **closest(entry.key.text, known)
                )
        written = tree.get("text")
        text = TEXT.read(written, place) if written is not None else None
        if text is None:
            return None
        when, each, empty = tree.get("when"), tree.get("each"), tree.get("empty")
        item, bargein = tree.get("as"), tree.get("bargein")
        name = VARIABLE.read(item, place.under("as")) if item is not None else None
        deaf = one_of("keys", "none").read(bargein, place.under("bargein")) if bargein is not None else "keys"
        return Saying(
            text,
            _shown(tree),
            when=FORMULA.read(when, place) if when is not None else None,
            each=FORMULA.read(each, place) if each is not None else None,
            item=name.text if name else "item",
            empty=TEXT.read(empty, place.under("empty")) if empty is not None else None,
            deaf=deaf == "none",
        )

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/speech"}


SPEECH = SpeechShape()


class LadderShape:
    """A text, or a list of texts said one after another as attempts go by."""

    expected = Words("a text, or a list of texts for the 1st, 2nd ... time", "一段文字，或按次数的文字列表")
    example = '["请输入八位客户编号。", "没有听到您的按键，请再输入一次。"]'

    def read(self, tree: Tree, place: Place) -> tuple[Text, ...] | None:
        if isinstance(tree, Sequence) and tree.items:
            found = [TEXT.read(item, place.under(str(at))) for at, item in enumerate(tree, 1)]
            return tuple(text for text in found if text)
        text = TEXT.read(tree, place)
        return (text,) if text else None

    def schema(self) -> JsonSchema:
        return {"oneOf": [{"$ref": "#/$defs/text"}, {"type": "array", "items": {"$ref": "#/$defs/text"}}]}


LADDER = LadderShape()
TARGET = NameShape(
    Words("the name of a node, of a flow, or `flow.node`", "节点名、流程名或 `流程.节点`"),
    "to_agent",
    re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?"),
)


class WayShape:
    """Where an outcome leads: a target, or `{say:, to:, at_most:, else:}`."""

    expected = TARGET.expected
    example = "{say: 没有查到这个编号。, to: ask_account, at_most: 2, else: to_agent}"

    def read(self, tree: Tree, place: Place) -> Way | None:
        if not isinstance(tree, Mapping):
            to = TARGET.read(tree, place)
            return Way(to, to.span) if to else None
        return self._detailed(tree, place)

    def _detailed(self, tree: Mapping, place: Place, known: tuple[str, ...] = ("say", "to", "at_most", "else")) -> Way | None:
        for entry in tree:
            if entry.key.text not in known:
                place.report.report(
                    codes.UNKNOWN_FIELD, entry.key.span, kind=place.field, name=entry.key.text, **closest(entry.key.text, known)
                )
        to_tree = tree.get("to")
        if to_tree is None:
            place.wrong(tree, self.expected, self.example)
            return None
        to = TARGET.read(to_tree, place.under("to"))
        say, most, otherwise = tree.get("say"), tree.get("at_most"), tree.get("else")
        if most is not None and otherwise is None:
            place.report.report(
                codes.MISSING_FIELD, tree.key("at_most").span if tree.key("at_most") else tree.span,  # type: ignore[union-attr] # the key of a value that is there
                node=place.field, name="else", hint="`else:` says where a caller goes after that", hint_zh="`else:` 写超过次数后去哪里",
            )
        speech = SPEECH.read(say, place.under("say")) if say is not None else ()
        return to if to is None else Way(
            to,
            _shown(tree),
            say=speech or (),
            at_most=count(1, 99).read(most, place.under("at_most")) if most is not None else None,
            otherwise=self.read(otherwise, place.under("else")) if otherwise is not None else None,
        )

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/way"}


WAY = WayShape()
CHOICE_KEY = re.compile(r"[0-9]{1,4}|[*#]")


class ChoicesShape:
    """`key: {name:, to:}`, or `key: target`, in the order in which they are said."""

    expected = Words("keys and where they lead", "按键和去处")
    example = "1: {name: 再听一遍, to: read_out}"

    def read(self, tree: Tree, place: Place) -> tuple[Choice, ...] | None:
        if not isinstance(tree, Mapping) or not tree.entries:
            place.wrong(tree, self.expected, self.example)
            return None
        found = [self._choice(entry.key, entry.value, place) for entry in tree]
        return tuple(choice for choice in found if choice)

    def _choice(self, key: Scalar, value: Tree, place: Place) -> Choice | None:
        here = place.under(key.text)
        if not CHOICE_KEY.fullmatch(key.text):
            here.wrong(key, Words("a key: 1 to 4 digits, * or #", "按键：1 到 4 位数字、* 或 #"), "1")
            return None
        name = None
        if isinstance(value, Mapping):
            named = value.get("name")
            name = TEXT.read(named, here.under("name")) if named is not None else None
            way = WAY._detailed(value, here, ("name", "say", "to", "at_most", "else"))
        else:
            way = WAY.read(value, here)
        return Choice(Word(key.text, key.span), name, way) if way else None

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            "patternProperties": {f"^({CHOICE_KEY.pattern})$": {"$ref": "#/$defs/choice"}},
            "additionalProperties": False,
        }


CHOICES = ChoicesShape()


class CasesShape:
    """`[{if: condition, to: target}]`, the first true one wins."""

    expected = Words("a list of conditions and where they lead", "条件和去处的列表")
    example = "[{if: customer.suspended, to: suspended}]"

    def read(self, tree: Tree, place: Place) -> tuple[Case, ...] | None:
        if not isinstance(tree, Sequence) or not tree.items:
            place.wrong(tree, self.expected, self.example)
            return None
        found = [self._case(item, place.under(str(at))) for at, item in enumerate(tree, 1)]
        return tuple(case for case in found if case)

    def _case(self, tree: Tree, place: Place) -> Case | None:
        condition = tree.get("if") if isinstance(tree, Mapping) else None
        if not isinstance(tree, Mapping) or condition is None:
            place.wrong(tree, self.expected, self.example)
            return None
        formula = FORMULA.read(condition, place.under("if"))
        way = WAY._detailed(tree, place, ("if", "say", "to", "at_most", "else"))
        return Case(formula, None, way) if formula and way else None

    def schema(self) -> JsonSchema:
        return {"type": "array", "items": {"type": "object", "required": ["if", "to"]}}


CASES = CasesShape()


class ValuesShape:
    """`value: target`, each value once."""

    expected = Words("values and where they lead", "取值和去处")
    example = "{broadband: to_broadband}"

    def read(self, tree: Tree, place: Place) -> tuple[Case, ...] | None:
        if not isinstance(tree, Mapping) or not tree.entries:
            place.wrong(tree, self.expected, self.example)
            return None
        found = [(entry.key, WAY.read(entry.value, place.under(entry.key.text))) for entry in tree]
        return tuple(Case(None, Word(key.text, key.span), way) for key, way in found if way)

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": {"$ref": "#/$defs/way"}}


VALUES = ValuesShape()


class SettingsShape:
    """`name: expression`, in order."""

    expected = Words("names and their values", "名字和取值")
    example = "{account: account}"

    def read(self, tree: Tree, place: Place) -> tuple[Setting, ...] | None:
        if not isinstance(tree, Mapping):
            place.wrong(tree, self.expected, self.example)
            return None
        found = [
            (VARIABLE.read(entry.key, place), FORMULA.read(entry.value, place.under(entry.key.text)))
            for entry in tree
        ]
        return tuple(Setting(name, value) for name, value in found if name and value)

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


SETTINGS = SettingsShape()


@dataclass(frozen=True, slots=True)
class ListShape(Generic[T]):
    """One of something, or a list of them."""

    item: Shape[T]

    @property
    def expected(self) -> Words:
        return self.item.expected

    @property
    def example(self) -> str:
        return f"[{self.item.example}]"

    def read(self, tree: Tree, place: Place) -> tuple[T, ...] | None:
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        # Findings name the field; a list of these holds no texts, whose ids would need the item's number.
        found = [self.item.read(item, place) for item in items]
        return tuple(value for value in found if value is not None)

    def schema(self) -> JsonSchema:
        return {"oneOf": [self.item.schema(), {"type": "array", "items": self.item.schema()}]}


Shapes = MappingOf[str, Shape[Any]]
