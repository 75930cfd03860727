"""From the tree of `tests/*.call.yaml` to a `CallScript`; reports all that is wrong with its form.

Knows no graph: whether a number, a service or a node exists is asked in `check_script`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from flowc.diagnostics.codes import calls as codes
from flowc.diagnostics.model import Reporter, Words, nearest, note
from flowc.kinds.shapes.base import first_line
from flowc.kinds.shapes.meant import moment_meant
from flowc.simulate.hearing import letters
from flowc.simulate.script import (
    ANSWERS,
    KEY_SPACING_MS,
    CallScript,
    Expected,
    HangUp,
    Happening,
    Happens,
    Hears,
    Press,
    Reply,
    Step,
    outcome_place,
)
from flowc.simulate.words import milliseconds, phrase_step, step_meant
from flowc.source import Span
from flowc.syntax.tree import Entry, Mapping, Scalar, Sequence, Tree

FIELDS = (
    *("call", "to", "from", "at", "language", "limit", "sounds", "services", "lists", "flags"),
    *("steps", "expect"),
)
EXPECTED = (
    *("marks", "tickets", "abandoned", "requests", "lookups"),
    *("variables", "hears_not", "ends", "at"),
)
PRESS_FIELDS = ("keys", "during", "spacing", "after")
NO_SOUNDS = "missing"
ENDS = ("caller", "flow", "limit")
_KEYS = re.compile("[0-9*#A-D]{1,200}")
_AT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NOTHING = frozenset({"null", "~"})
_DRESSED = re.compile(r"[\s()（）－-]")  # what people write between the digits of a number


def read_script(tree: Tree | None, report: Reporter) -> CallScript | None:
    """The script of a file; None where it lacks what no call can do without."""
    if not isinstance(tree, Mapping):
        if tree is not None:
            report.report(codes.NO_SCRIPT, tree.span)
        return None
    return _ScriptReader(tree, report).read()


def plain(tree: Tree) -> object:
    """A tree as data: texts stay texts, since the service's types say what they mean."""
    match tree:
        case Scalar():
            return None if not tree.quoted and tree.text in {"", *_NOTHING} else tree.text
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {entry.key.text: plain(entry.value) for entry in entries}


class _ScriptReader:
    def __init__(self, tree: Mapping, report: Reporter) -> None:
        self._tree = tree
        self._report = report
        self._spans: list[tuple[str, Span]] = []

    def read(self) -> CallScript | None:
        self._known_fields(self._tree, FIELDS)
        missing = [name for name in ("call", "to", "steps") if self._tree.get(name) is None]
        meant = self._misspelt()
        for name in missing:
            if name not in meant:
                self._report.report(codes.MISSING_FIELD, first_line(self._tree), name=name)
        if missing:
            return None
        return CallScript(
            name=self._text("call"),
            to=self._text("to"),
            steps=tuple(self._steps()),
            caller=self._caller(),
            at=self._at(),
            language=self._text("language"),
            services=tuple(self._services()),
            lists=tuple(self._lists()),
            flags=tuple(self._flags()),
            limit_s=self._limit(),
            lacks_sounds=self._lacks_sounds(),
            expected=self._expected(),
            spans=tuple(self._spans),
            span=self._tree.span,
        )

    def _misspelt(self) -> frozenset[str]:
        """The fields that unknown words stand for: one slip must not be told as two."""
        unknown = (entry.key.text for entry in self._tree if entry.key.text not in FIELDS)
        return frozenset(nearest(name, FIELDS).get("closest", "") for name in unknown)

    # --- single fields

    def _text(self, name: str) -> str:
        tree = self._tree.get(name)
        if tree is None:
            return ""
        self._spans.append((name, tree.span))
        if isinstance(tree, Scalar):
            return tree.text
        self._wrong(tree, "a text", "一个文本", f"{name}: ...")
        return ""

    def _caller(self) -> str:
        """As a line delivers it, digits: with hyphens or blanks in it, it would be on no list."""
        written = self._text("from")
        digits = _DRESSED.sub("", written)
        if digits != written and re.fullmatch(r"\+?[0-9]+", digits):
            self._wrong(
                self._tree.get("from") or self._tree,
                "the digits that the line delivers, without blanks and hyphens",
                "线路送来的号码，只有数字，没有空格和横线",
                f'from: "{digits}"',
            )
        return written

    def _at(self) -> str:
        text, tree = self._text("at"), self._tree.get("at")
        if tree is None or not text:
            return ""
        try:
            if _AT.fullmatch(text) and datetime.fromisoformat(text):
                return text
        except ValueError:
            pass
        self._wrong(
            tree, "a date and a time", "日期和时间", moment_meant(text) or "2026-11-21T10:00+08:00"
        )
        return ""

    def _limit(self) -> int | None:
        tree = self._tree.get("limit")
        milliseconds = self._length(tree)
        if milliseconds % 1000:
            assert tree is not None
            self._wrong(tree, "whole seconds", "整数秒", "30s")
        return milliseconds // 1000 or None

    def _lacks_sounds(self) -> bool:
        tree = self._tree.get("sounds")
        if tree is not None and self._text("sounds") != NO_SOUNDS:
            self._wrong(tree, "the word `missing`", "`missing` 一词", f"sounds: {NO_SOUNDS}")
        return tree is not None

    def _lists(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for entry in self._entries(self._tree.get("lists"), "lists"):
            yield entry.key.text, self._texts(entry.value)

    def _flags(self) -> Iterator[str]:
        tree = self._tree.get("flags")
        if isinstance(tree, Mapping):
            yield from self._raised(tree)
        elif tree is not None:
            for item in tree if isinstance(tree, Sequence) else (tree,):
                yield self._named_text(item, "flags")

    def _raised(self, tree: Mapping) -> Iterator[str]:
        for entry in self._entries(tree, "flags"):
            word = entry.value.text if isinstance(entry.value, Scalar) else ""
            if word not in ("on", "off", "true", "false", "yes", "no"):
                self._wrong(entry.value, "on or off", "on 或 off", f"{entry.key.text}: on")
            elif word in ("on", "true", "yes"):
                yield entry.key.text

    def _named_text(self, tree: Tree, field: str) -> str:
        if not isinstance(tree, Scalar):
            self._wrong(tree, "a name", "名字", f"{field}: [name]")
            return ""
        self._spans.append((f"{field}.{tree.text}", tree.span))
        return tree.text

    # --- what services answer

    def _services(self) -> Iterator[tuple[str, tuple[Reply, ...]]]:
        for entry in self._entries(self._tree.get("services"), "services"):
            value = entry.value
            successive = value.items if isinstance(value, Sequence) else (value,)
            for each in successive:
                answer = _answer_in(each)
                self._name_fields(f"{ANSWERS}{entry.key.text}", answer)
                if isinstance(answer, Scalar) and not answer.quoted:
                    self._spans.append((outcome_place(entry.key.text, answer.text), answer.span))
            yield entry.key.text, tuple(self._reply(each) for each in successive)

    def _name_fields(self, place: str, tree: Tree | None) -> None:
        """Keep where each field of an answer stands; the items of a list share their place."""
        match tree:
            case Mapping():
                for entry in tree:
                    self._spans.append((f"{place}.{entry.key.text}", entry.key.span))
                    self._name_fields(f"{place}.{entry.key.text}", entry.value)
            case Sequence(items):
                for item in items:
                    self._name_fields(place, item)

    def _reply(self, tree: Tree) -> Reply:
        if not isinstance(tree, Mapping) or tree.key("after") is None:
            return Reply(plain(tree), isinstance(tree, Scalar) and not tree.quoted)
        self._known_fields(tree, ("after", "answer"))
        answer = tree.get("answer")
        is_word = isinstance(answer, Scalar) and not answer.quoted
        late = self._length(tree.get("after"))
        return Reply(None if answer is None else plain(answer), is_word, late)

    def _length(self, tree: Tree | None) -> int:
        length = milliseconds(tree.text) if isinstance(tree, Scalar) else None
        if tree is not None and length is None:
            meant = f"{tree.text}s" if isinstance(tree, Scalar) and tree.text.isdecimal() else "9s"
            self._wrong(tree, "a length of time", "一段时间", meant)
        return length or 0

    # --- steps

    def _steps(self) -> Iterator[Step]:
        tree = self._tree.get("steps")
        if not isinstance(tree, Sequence):
            if tree is not None:
                self._wrong(tree, "a list of steps", "步骤的列表", "- press: 1")
            return
        for item in tree:
            step = self._step(item)
            if step is not None:
                yield step

    def _step(self, tree: Tree) -> Step | None:
        step: Step | None = None
        if isinstance(tree, Scalar):
            step = phrase_step(tree.text, tree.span)
        elif isinstance(tree, Mapping) and len(tree.entries) == 1:
            return self._field_step(tree.entries[0])
        if isinstance(tree, Mapping) and tree.entries:
            second = tree.entries[1].key
            self._wrong(second, "a step of its own", "单独的一步", f"- {second.text}: ...")
        elif step is None:
            self._unknown_step(tree.span, _shown(tree.span.text))
        return step

    def _unknown_step(self, span: Span, step: str) -> None:
        near = step_meant(step)
        notes = (note(None, STEP_MEANT, closest=near),) if near else ()
        self._report.report(codes.UNKNOWN_STEP, span, *notes, step=step)

    def _field_step(self, entry: Entry) -> Step | None:
        value, span = entry.value, entry.key.span
        match entry.key.text, value:
            case "hears", Scalar():
                return Hears(self._heard(value, "hears"), value.span)
            case "press", _:
                return self._press(value)
            case "hang up", Mapping():
                self._known_fields(value, ("during", "after"))
                return HangUp(self._during(value), self._after(value), value.span)
            case ("service down" | "service up") as words, Scalar(text=service):
                self._spans.append((f"service.{service}", value.span))
                return Happens(Happening(words), service, span=value.span)
            case word, Scalar(text=text):
                step = phrase_step(f"{word} {text}", value.span)
                if step is not None:
                    return step
        self._unknown_step(span, entry.key.text)
        return None

    def _press(self, tree: Tree) -> Step | None:
        if isinstance(tree, Mapping):
            self._known_fields(tree, PRESS_FIELDS)
            spacing = tree.get("spacing")
            between = KEY_SPACING_MS if spacing is None else self._length(spacing)
            keys, during = self._inner(tree, "keys"), self._during(tree)
            step = Press(keys, during, between, self._after(tree), tree.span)
        else:
            keys = tree.text if isinstance(tree, Scalar) else tree.span.text
            step = Press(keys, span=tree.span)
        if _KEYS.fullmatch(step.keys):
            return step
        self._report.report(codes.WRONG_KEYS, tree.span, keys=_shown(step.keys))
        return None

    def _heard(self, text: Scalar, name: str) -> str:
        """A text to look for in what is said. One without letters would be found in anything."""
        if not letters(text.text):
            self._wrong(text, "a text that is heard", "要听到的文字", f"{name}: 欢迎致电")
        return text.text

    def _during(self, tree: Mapping) -> str:
        during = tree.get("during")
        return (
            self._heard(during, "during")
            if isinstance(during, Scalar)
            else self._inner(tree, "during")
        )

    def _after(self, tree: Mapping) -> int | None:
        """How long after the step before; a moment has one place, so none beside `during`."""
        after, during = tree.get("after"), tree.get("during")
        if after is not None and during is not None:
            self._wrong(after, "`during` or `after`, not both", "`during` 或 `after` 之一", "2s")
        return None if after is None else self._length(after)

    def _inner(self, tree: Mapping, name: str) -> str:
        value = tree.get(name)
        if value is not None and not isinstance(value, Scalar):
            self._wrong(value, "a text", "一个文本", f"{name}: ...")
        return value.text if isinstance(value, Scalar) else ""

    # --- what is expected

    def _expected(self) -> Expected:
        tree = self._tree.get("expect")
        if tree is None:
            return Expected()
        if not isinstance(tree, Mapping):
            self._wrong(
                tree,
                "fields such as marks, tickets, requests",
                "marks、tickets、requests 等字段",
                "expect: {marks: [done]}",
            )
            return Expected()
        self._known_fields(tree, EXPECTED)
        marks = tree.get("marks")
        ends = self._inner(tree, "ends")
        if tree.get("ends") is not None and ends not in ENDS:
            self._wrong(
                tree.get("ends") or tree,
                "caller, flow or limit",
                "caller、flow 或 limit",
                "ends: flow",
            )
        return Expected(
            marks=None if marks is None else self._texts(marks, "marks"),
            tickets=self._number(tree.get("tickets")),
            abandoned=self._number(tree.get("abandoned")),
            requests=self._counts(tree, "requests"),
            lookups=self._counts(tree, "lookups"),
            variables=tuple(
                (entry.key.text, self._inner(Mapping((entry,), entry.value.span), entry.key.text))
                for entry in self._entries(tree.get("variables"), "variables")
            ),
            hears_not=self._not_heard(tree.get("hears_not")),
            ends=ends,
            at=self._node(tree.get("at")),
            spans=tuple((entry.key.text, entry.value.span) for entry in tree),
        )

    def _not_heard(self, tree: Tree | None) -> tuple[str, ...]:
        for item in tree.items if isinstance(tree, Sequence) else (tree,):
            if isinstance(item, Scalar):
                self._heard(item, "hears_not")
        return self._texts(tree)

    def _node(self, tree: Tree | None) -> str:
        if isinstance(tree, Scalar) and tree.text:
            return tree.text
        if tree is not None:
            self._wrong(tree, "a node", "一个节点", "at: hotline.goodbye")
        return ""

    def _counts(self, tree: Mapping, name: str) -> tuple[tuple[str, int], ...]:
        return tuple(
            (entry.key.text, self._number(entry.value) or 0)
            for entry in self._entries(tree.get(name), name)
        )

    def _number(self, tree: Tree | None) -> int | None:
        if tree is None:
            return None
        if isinstance(tree, Scalar) and re.fullmatch("[0-9]{1,6}", tree.text):
            return int(tree.text)
        self._wrong(tree, "a whole number", "一个整数", "1")
        return None

    def _texts(self, tree: Tree | None, field: str = "") -> tuple[str, ...]:
        if tree is None:
            return ()
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        for item in items:
            if not isinstance(item, Scalar):
                self._wrong(item, "a text", "一个文本", "[one, two]")
        words = [item for item in items if isinstance(item, Scalar)]
        self._spans.extend((f"{field}.{word.text}", word.span) for word in words if field)
        return tuple(word.text for word in words)

    # --- forms

    def _entries(self, tree: Tree | None, name: str) -> Iterator[Entry]:
        if tree is not None and not isinstance(tree, Mapping):
            self._wrong(tree, "names with their values", "名字和它的值", f"{name}: {{name: ...}}")
        elif tree is not None:
            for entry in tree:
                self._spans.append((f"{name}.{entry.key.text}", entry.key.span))
                yield entry

    def _known_fields(self, tree: Mapping, known: tuple[str, ...]) -> None:
        for entry in tree:
            name = entry.key.text
            if name not in known:
                self._report.report(
                    codes.UNKNOWN_FIELD,
                    entry.key.span,
                    name=name,
                    known=", ".join(known),
                    **nearest(name, known),
                )

    def _wrong(self, tree: Tree, expected: str, expected_zh: str, example: str) -> None:
        self._report.report(
            codes.WRONG_FORM,
            tree.span,
            expected=expected,
            expected_zh=expected_zh,
            example=example,
        )


STEP_MEANT = Words("did you mean `{closest}`?", "是不是想写 `{closest}`？")


def _answer_in(tree: Tree) -> Tree | None:
    """The answer alone, where `{after: 2s, answer: ...}` says when it comes."""
    is_late = isinstance(tree, Mapping) and tree.key("after") is not None
    return tree.get("answer") if is_late and isinstance(tree, Mapping) else tree


def _shown(text: str) -> str:
    first = text.splitlines()[0] if text else ""
    return first if len(first) <= 40 else f"{first[:39]}…"
