"""Texts into phrases: holes into values, choices into sentences, each in every language.

Knows the texts of a project; knows no node kind and writes no block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, closest
from flowc.expression.check import Binding, Scope, check, type_of
from flowc.expression.parse import parse_expression
from flowc.expression.render import expression_text
from flowc.expression.resolve import resolve
from flowc.expression.tree import Binary, Expression, Field, Literal, Name, Read
from flowc.expression.types import ListOf, Scalar
from flowc.graph.prompts import Part, Phrase, Prompt, ReadAs, Sound, Spoken, sound_key
from flowc.graph.surroundings import PROMPTS_FILE, PromptRow, Surroundings
from flowc.kinds.parts import Choice, Formula, Saying, Speech, Text
from flowc.source import NOWHERE, Span

HOLE = re.compile(r"\{([^{}]*)\}")
WIDE_HOLE = re.compile(r"[｛{]\s*([a-z_][a-z0-9_.]*)\s*｝|｛\s*([a-z_][a-z0-9_.]*)\s*\}")
SPEAKABLE = re.compile(r"\w")
READ_AS = {
    Scalar.MONEY: ReadAs.MONEY,
    Scalar.INT: ReadAs.NUMBER,
    Scalar.DIGITS: ReadAs.DIGITS,
    Scalar.DATE: ReadAs.DATE,
    Scalar.TIME: ReadAs.TIME,
    Scalar.DATETIME: ReadAs.DATETIME,
    Scalar.DURATION: ReadAs.DURATION,
    Scalar.DECIMAL: ReadAs.DECIMAL,
    Scalar.TEXT: ReadAs.TEXT,
}
# How a choice is said; other languages fall back to English.
SENTENCES = {"zh": "{name}请按{key}。", "en": "For {name}, press {key}."}
KEY_WORDS = {
    "zh": dict(zip("0123456789*#", ["零", *"一二三四五六七八九", "星号键", "井号键"], strict=True)),
    "en": dict(
        zip(
            "0123456789*#",
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "star",
                "pound",
            ],
            strict=True,
        )
    ),
}


def base_language(language: str) -> str:
    """`zh` of `zh-yue`."""
    return language.partition("-")[0]


def choice_sentence(language: str, name: str, key: str) -> str:
    """`再听一遍请按一。`"""
    base = base_language(language)
    words = KEY_WORDS.get(base, KEY_WORDS["en"])
    spoken = "".join(words[k] for k in key) if base == "zh" else " ".join(words[k] for k in key)
    return SENTENCES.get(base, SENTENCES["en"]).format(name=name, key=spoken)


@dataclass(frozen=True, slots=True)
class MissingText:
    """A text without words in a language. `row`: its id in prompts.csv; `words`: in another language."""

    row: str
    language: str
    words: str
    span: Span


@dataclass(slots=True)
class Texts:
    """Every static text of the project by sound key: words, place, and the row of prompts.csv it can have."""

    by_key: dict[str, str] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    missing: dict[MissingText, None] = field(default_factory=dict)
    overridden: set[tuple[str, str]] = field(default_factory=set)  # rows and languages not said

    def add(self, language: str, sound: Sound, text: str, span: Span, row: str) -> None:
        key = sound_key(language, sound)
        self.by_key[key] = text
        self.spans.setdefault(key, span)
        self.rows[key] = row


@dataclass(frozen=True, slots=True)
class PhraseMaker:
    """Makes phrases of one flow's texts."""

    around: Surroundings
    scope: Scope
    texts: Texts
    report: Reporter

    def prompt(self, speech: Speech) -> Prompt:
        """The phrases of a prompt in order; `each` is unrolled to as many as its type allows."""
        return tuple(phrase for saying in speech for phrase in self._saying(saying))

    def _saying(self, saying: Saying) -> Iterator[Phrase]:
        if saying.each:
            yield from self._for_each(saying, saying.each)
            return
        when = self.condition(saying.when) if saying.when else None
        if saying.when and when is None:
            return
        phrase = self.phrase(saying.text, when)
        if phrase:
            yield phrase

    def _for_each(self, saying: Saying, each: Formula) -> Iterator[Phrase]:
        is_path = isinstance(each.expression, Name | Field)
        items = resolve(each.expression, self.scope, self.report) if is_path else None
        if items is None and is_path:
            return
        if items is None or not isinstance(items.type, ListOf):
            self.report.report(
                codes.WRONG_SHAPE,
                each.span,
                name="`each`",
                expected="a list",
                expected_zh="一个列表",
                example="each: customer.services",
            )
            return
        length = Read(f"{items.variable}.len", Scalar.INT, each.span)
        for number in range(items.type.most):
            inner = Binding(f"{items.variable}.{number}", items.type.item)
            scope = replace(self.scope, names={**self.scope.names, saying.item: inner})
            maker = PhraseMaker(self.around, scope, self.texts, self.report)
            there = Binary(">", length, Literal(number, Scalar.INT))
            phrase = maker.phrase(saying.text, maker.guarded(there, saying.when))
            if phrase:
                yield phrase
        if saying.empty:
            none = Binary("==", length, Literal(0, Scalar.INT))
            # A condition on the item has nothing to say of a list without any.
            outside = PhraseMaker(self.around, self.scope, self.texts, Reporter())
            phrase = self.phrase(saying.empty, outside.guarded(none, saying.when))
            if phrase:
                yield phrase

    def guarded(self, first: Expression, when: Formula | None) -> Expression:
        """`first`, and the author's condition after it, so that no item is read that is not there."""
        condition = self.condition(when) if when else None
        return Binary("and", first, condition) if condition else first

    def condition(self, formula: Formula) -> Expression | None:
        return check(formula.expression, self.scope, self.report, Scalar.BOOL)

    def phrase(self, text: Text, when: Expression | None = None) -> Phrase | None:
        """A text in every language of the project, its holes as values."""
        written = self.in_languages(text)
        parts = tuple(
            (language, self._parts(text, language, words, text.id))
            for language, words in written.items()
        )
        self._compare_values(text, written)
        return Phrase(text.id, parts, when) if parts else None

    def _compare_values(self, text: Text, written: Mapping[str, str]) -> None:
        """A translation that lost a value says less to some of the callers."""
        said = {
            language: tuple(dict.fromkeys(f"`{{{hole.strip()}}}`" for hole in HOLE.findall(words)))
            for language, words in written.items()
            if words and not WIDE_HOLE.search(words)  # what is only recorded may say anything
        }
        most = max(said, key=lambda language: len(said[language]), default="")
        for language, values in said.items():
            # `{name}` may well be `{name_en}` in another language.
            if len(values) < len(said[most]):
                lost = (value for value in said[most] if value not in values)
                self.report.report(
                    codes.VALUE_NOT_SAID,
                    self._place(text, language),
                    id=text.id,
                    values=", ".join(lost),
                    there=most,
                    language=language,
                )

    def in_languages(self, text: Text) -> Mapping[str, str]:
        """The words by language; a language without words is reported."""
        row = self.around.prompts.get(text.id)
        if text.named and row is None and PROMPTS_FILE in self.around.unread:
            return {}
        if text.named and row is None and not self._recorded(text.id):
            self.report.report(
                codes.UNKNOWN_PROMPT, text.span, id=text.id, **closest(text.id, self.around.prompts)
            )
            return {}
        if row is not None:
            self._tell_overridden(text, row)
        words = {**(row.texts if row else {}), **dict(text.texts)}
        found = {}
        for language in self.around.languages:
            said = self._said_in(language, words, text.id)
            if said is None and PROMPTS_FILE in self.around.unread:
                continue
            if said is None:
                self._missing(text, language, words)
            else:
                found[language] = said
        return found

    def _tell_overridden(self, text: Text, row: PromptRow) -> None:
        """A flow's own words win: whoever keeps the table must know that others are not said."""
        for language, own in text.texts:
            if row.texts.get(language, own) != own:
                self.texts.overridden.add((row.id, language))
                where = dict(text.places).get(language, text.span)
                self.report.report(
                    codes.OVERRIDDEN_ROW, row.span, id=row.id, language=language, where=where
                )

    def _missing(self, text: Text, language: str, words: Mapping[str, str]) -> None:
        first = self.around.languages[0]
        self.report.report(
            codes.MISSING_TEXT, text.span, id=text.id, language=language, first=first
        )
        there = words.get(first) or next(iter(words.values()), "")
        self.texts.missing[MissingText(text.id, language, there, text.span)] = None

    def _said_in(self, language: str, words: Mapping[str, str], id_: str) -> str | None:
        # A dialect (`zh-yue`) falls back to its language.
        for tried in (language, base_language(language)):
            if tried in words:
                return words[tried]
        return "" if (language, id_) in self.around.recordings else None

    def _recorded(self, id_: str) -> bool:
        return any(known == id_ for _, known in self.around.recordings)

    def _parts(self, text: Text, language: str, words: str, row: str) -> tuple[Part, ...]:
        if self._is_wide(text, language, words):
            return ()
        if re.search(r"[{}]", HOLE.sub("", words)):
            self.report.report(codes.BRACE, text.span, id=text.id)
            return ()
        if not HOLE.search(words):
            sound = Sound(text.id)
            self.texts.add(language, sound, words, text.span, row)
            return (sound,)
        parts: list[Part] = []
        place = self._place(text, language)
        # Odd pieces are what stood between braces.
        for number, piece in enumerate(HOLE.split(words)):
            if number % 2:
                spoken = self._hole(piece, place.part(f"{{{piece}}}", inside=1))
                parts.extend([spoken] if spoken else [])
            elif SPEAKABLE.search(piece):
                sound = Sound(f"{text.id}.p{number // 2 + 1}")
                self.texts.add(language, sound, piece, text.span, row)
                parts.append(sound)
        return tuple(parts)

    def _place(self, text: Text, language: str) -> Span:
        """Where the words of a language stand: in the flow, or in their row of prompts.csv."""
        places = dict(text.places)
        inline = places.get(language) or places.get(base_language(language))
        row = self.around.prompts.get(text.id)
        return inline or (row.span if row and row.span != NOWHERE else text.span)

    def _is_wide(self, text: Text, language: str, words: str) -> bool:
        """A value between full-width braces would be spelt out to the caller."""
        found = WIDE_HOLE.search(words)
        if found is None:
            return False
        here = self._place(text, language).part(found[0])
        self.report.report(codes.WIDE_BRACES, here, written=found[0], name=found[1] or found[2])
        return True

    def _hole(self, written: str, span: Span) -> Spoken | None:
        parsed = parse_expression(written, span, self.report)
        value = check(parsed, self.scope, self.report) if parsed else None
        if value is None:
            return None
        kind = type_of(value)
        if not isinstance(value, Read) or not isinstance(kind, Scalar) or kind not in READ_AS:
            self.report.report(
                codes.NO_READ_OUT,
                span,
                name=expression_text(value),
                type=kind,
                reason="only a variable that holds text, digits, money, a number, a date, a time or a duration can be",
                reason_zh="只有文字、号码、金额、数、日期、时间、时长的变量可以朗读",
            )
            return None
        return Spoken(value.variable, READ_AS[kind])

    def sentence(self, choice: Choice, id_: str) -> Phrase | None:
        """What is said of a choice: made from its name in each language."""
        if choice.name is None:
            return None
        text = Text(id_, (), choice.name.span)
        parts: list[tuple[str, tuple[Part, ...]]] = []
        for language, name in self.in_languages(choice.name).items():
            words = choice_sentence(language, name, choice.key.text)
            parts.append((language, self._parts(text, language, words, choice.name.id)))
        return Phrase(id_, tuple(parts)) if parts else None
