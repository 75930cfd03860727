"""YAML to a tree: shape only, never types.

Every scalar stays text (`0012` is four characters, `no` is two letters). Composed from PyYAML's
events, by libyaml where it is built in, else by its twin in Python; both give the same tree.
Knows no fields and no kinds.

What a span covers: a plain word, exactly its text; a quoted text, what stands between the quotes
where that is the text itself, else (escapes, folded lines) all that was written with the quotes; a
block text, from its `|` or `>` to its last letter. So `scalar.span.text == scalar.text` says that
offsets in the text are offsets in the file.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import yaml
from yaml import events as parts
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Reporter, Words, note
from flowc.source import Source, Span
from flowc.syntax.characters import character_name, code_of, first_refused
from flowc.syntax.tree import Entry, Mapping, Scalar, Sequence, Tree
from flowc.syntax.yaml_faults import Fault, report_fault
from flowc.syntax.yaml_marks import has_marks, report_marks
from flowc.syntax.yaml_stretches import Stretches, begins_value
from flowc.syntax.yaml_traps import (
    check_cut,
    checked_braces,
    checked_brackets,
    checked_key,
    checked_value,
)

if yaml.__with_libyaml__:
    from yaml._yaml import CParser

DEEPEST = 50
"""Levels that lists and mappings may be nested."""
MOST_VALUES = 200_000
"""Scalars, lists and mappings that one file may hold."""

# Headers of a block text that one of the two parsers takes and the other refuses.
_BLANKS = re.compile(r"[ \t]*")
_EXPLICIT = re.compile(r"\?[ \t\n]")
_CROWDED_HEADER = re.compile(r"[|>][-+0-9]*(?:#| *\t|[^\n]*\n *\t)")
_FIRST = Words("it stands here first", "第一次写在这里")


class Place(Protocol):
    """Either parser's mark."""

    @property
    def index(self) -> int: ...


def _offset(mark: Place | None) -> int:
    return mark.index if mark else 0


class Events(Protocol):
    """Either of PyYAML's parsers."""

    def check_event(self, *choices: type[parts.Event]) -> bool: ...

    def get_event(self) -> parts.Event | None: ...


class PurePython(Reader, Scanner, Parser):
    """PyYAML's parser without libyaml."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def parser(text: str) -> Events:
    """The fastest parser that this machine has."""
    if yaml.__with_libyaml__:
        return CParser(text)
    return PurePython(text)


def read_yaml(source: Source, report: Reporter) -> Tree | None:
    """What the file says, every finding reported; None where too little is sure to go on with."""
    return compose(source, parser, report)


class MakeParser(Protocol):
    def __call__(self, text: str, /) -> Events: ...


def compose(source: Source, make_parser: MakeParser, report: Reporter) -> Tree | None:
    """`read_yaml` with a parser of one's choice: tests compare the two."""
    if refused := first_refused(source.text):  # a source that did not come through `decode`
        place = source.span(refused.start(), refused.end())
        report.report(code_of(refused), place, character=character_name(refused[0]))
        return None
    composer = _Composer(source, report)
    with _collector_at_rest():
        try:
            composer.read(make_parser(source.text))
        except yaml.MarkedYAMLError as problem:
            _explain(source, problem, report)
            return None
    return composer.finish()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A tree is all new and all kept: the garbage collector would look at it again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _explain(source: Source, problem: yaml.MarkedYAMLError, report: Reporter) -> None:
    """The trap that YAML fell into; where there is none, what YAML complains of."""
    stretches = Stretches(source.text)
    if has_marks(source.text) and report_marks(source, stretches, lambda _: False, report):
        return
    at = _offset(problem.problem_mark)
    began = _offset(problem.context_mark) if problem.context_mark else at
    fault = Fault(problem.context or "", problem.problem or "", at, began)
    report_fault(source, fault, stretches, report)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; a mapping's keys and values alternate."""

    start: int
    is_mapping: bool
    is_flow: bool
    parts: list[Tree] = field(default_factory=list)


@dataclass(slots=True)
class _Composer:
    """Builds the tree of one file from events, without recursion."""

    source: Source
    report: Reporter
    open: list[_Open] = field(default_factory=list)
    root: Tree | None = None
    folded: list[tuple[int, int]] = field(default_factory=list)
    values: int = 0
    documents: int = 0
    is_whole: bool = True
    has_tab: bool = False
    has_explicit: bool = False

    def read(self, events: Events) -> None:
        """Take events until the file ends or is too much to read on."""
        self.has_tab = "\t" in self.source.text
        self.has_explicit = _EXPLICIT.search(self.source.text) is not None
        while self.is_whole or self._may_go_on():
            event = events.get_event()
            if event is None or isinstance(event, parts.StreamEndEvent):
                return
            if isinstance(event, parts.ScalarEvent):
                self._scalar(event)
            else:
                self._take(event)

    def _may_go_on(self) -> bool:
        """An alias leaves a hole in the tree, but the rest of the file can still be looked at."""
        return len(self.open) <= DEEPEST and self.values <= MOST_VALUES and self.documents < 2

    def _take(self, event: parts.Event) -> None:
        match event:
            case parts.MappingStartEvent() | parts.SequenceStartEvent():
                self._start(event)
            case parts.MappingEndEvent() | parts.SequenceEndEvent():
                self._end(_offset(event.end_mark))
            case parts.AliasEvent():
                self._alias(event)
            case parts.DocumentStartEvent():
                self._document(event)
            case _:
                pass

    def _scalar(self, event: parts.ScalarEvent) -> None:
        start, end = _offset(event.start_mark), _offset(event.end_mark)
        if event.anchor is not None or event.tag is not None:
            start = self._skip_properties(start, event.anchor is not None, event.tag is not None)
        is_key = self._wants_key()
        if event.style:
            scalar = self._written(event.value, start, end)
        else:
            scalar = self._plain(event.value, start, max(start, end), is_key)
        if is_key and (self.has_explicit or scalar.quoted or not scalar.text):
            self._check_key(scalar)
        self._add(scalar, start)

    def _plain(self, text: str, start: int, end: int, is_key: bool) -> Scalar:
        source = self.source
        scalar = Scalar(text, Span(source, start, end))
        if source.text.startswith(" #", end):
            check_cut(source, scalar, self.report)
        if end - start > len(text) or "\n" in source.text[start:end]:
            self.folded.append((start, end))
        if self.has_tab:
            self._check_tab(start, end)
        if text.isascii():
            return scalar
        return (checked_key if is_key else checked_value)(source, scalar, self.report)

    def _check_tab(self, start: int, end: int) -> None:
        """Inside a plain text or right behind it: one parser takes it for a blank, the other not."""
        blanks = _BLANKS.match(self.source.text, end)
        at = self.source.text.find("\t", start, blanks.end() if blanks else end)
        if at >= 0:
            self.report.report(reading.TAB, self._at(at))
            self.is_whole = False

    def _wants_key(self) -> bool:
        return bool(self.open) and self.open[-1].is_mapping and len(self.open[-1].parts) % 2 == 0

    def _written(self, text: str, start: int, end: int) -> Scalar:
        """A quoted text or a block text."""
        whole = self.source.text[start:end]
        if whole[:1] in "\"'" and whole[1:-1] == text:
            span = self.source.span(start + 1, end - 1)
        else:
            span = self.source.span(start, start + len(whole.rstrip()))
        if _CROWDED_HEADER.match(whole):
            self.report.report(reading.BLOCK_HEADER, self._at(start), character=whole[0])
            self.is_whole = False
        refused = first_refused(text)
        if refused:
            self.report.report(code_of(refused), span, character=character_name(refused[0]))
        return Scalar(text, span, quoted=True)

    def _at(self, start: int) -> Span:
        return self.source.span(start, start + 1)

    def _start(self, event: parts.MappingStartEvent | parts.SequenceStartEvent) -> None:
        start = _offset(event.start_mark)
        if event.anchor is not None or event.tag is not None:
            start = self._skip_properties(start, event.anchor is not None, event.tag is not None)
        if self._wants_key():
            self.report.report(reading.COMPLEX_KEY, self.source.span(start, start + 1))
            self.is_whole = False
        is_mapping = isinstance(event, parts.MappingStartEvent)
        self.open.append(_Open(start, is_mapping, bool(event.flow_style)))
        if len(self.open) > DEEPEST:
            place = self.source.span(start, start + 1)
            self.report.report(reading.TOO_DEEP, place, limit=DEEPEST)
            self.is_whole = False

    def _end(self, end: int) -> None:
        done = self.open.pop()
        start = done.start
        if not done.is_flow:  # YAML ends a block where the next word begins
            end = _end_of(done.parts[-1]) if done.parts else start
        span = self.source.span(start, end)
        tree: Tree
        if done.is_mapping:
            tree = self._mapping(done.parts, span)
            if done.is_flow:
                tree = checked_braces(self.source, tree, self.report)
        else:
            tree = Sequence(tuple(done.parts), span)
            if done.is_flow:
                tree = checked_brackets(self.source, tree, self.report)
        self._add(tree, start)

    def _mapping(self, written: list[Tree], span: Span) -> Mapping:
        kept: dict[str, Entry] = {}
        repeated = []
        empty: Scalar | None = None  # the last key with nothing behind it
        for key, value in zip(written[::2], written[1::2], strict=True):
            if not isinstance(key, Scalar):
                continue
            entry = Entry(key, value)
            first = kept.setdefault(key.text, entry)
            if first is not entry:
                repeated.append(entry)
                self._report_again(key, first.key, empty)
            elif key.text == "<<" and not key.quoted:
                self.report.report(reading.MERGE_KEY, key.span)
            if isinstance(value, Scalar) and value.is_empty:
                empty = key
        return Mapping(tuple(kept.values()), span, tuple(repeated))

    def _report_again(self, key: Scalar, first: Scalar, empty: Scalar | None) -> None:
        """Where a key between the two has nothing behind it, its lines stand on its own level: that
        is told at that key, once for all of them."""
        if empty is None or empty.span.start < first.span.start:
            again = note(first.span, _FIRST)
            self.report.report(reading.DUPLICATE_KEY, key.span, again, key=key.text)
        else:
            self.report.report(reading.SAME_LEVEL, empty.span, name=empty.text, key=key.text)

    def _add(self, tree: Tree, start: int) -> None:
        self._count(start)
        if self.open:
            self.open[-1].parts.append(tree)
        else:
            self.root = tree

    def _check_key(self, key: Scalar) -> None:
        """A key is a word on one line; `? ` before it, or nothing at all, makes none."""
        text = self.source.text
        start = key.span.start - (1 if key.quoted and key.span.text == key.text else 0)
        before = text[text.rfind("\n", 0, start) + 1 : start].rstrip(" ")
        explicit = before.endswith("?") and begins_value(text, text.rfind("?", 0, start))
        if explicit or "\n" in key.text or key.is_empty:
            self.report.report(reading.COMPLEX_KEY, key.span)

    def _count(self, start: int) -> None:
        self.values += 1
        if self.values == MOST_VALUES + 1:
            place = self.source.span(start, start + 1)
            self.report.report(reading.TOO_MANY_VALUES, place, limit=MOST_VALUES)
            self.is_whole = False

    def _alias(self, event: parts.AliasEvent) -> None:
        """`*name` copies; where nothing bears that name, a star was meant."""
        start, end = _offset(event.start_mark), _offset(event.end_mark)
        place = self.source.span(start, end)
        if f"&{event.anchor}" in self.source.text[:start]:
            self.report.report(reading.ALIAS, place, written=place.text)
        else:
            self.report.report(reading.STAR_UNQUOTED, place, written=place.text)
        self.is_whole = False
        self._add(Scalar(place.text, place), start)

    def _document(self, event: parts.DocumentStartEvent) -> None:
        self.documents += 1
        start = _offset(event.start_mark)
        if event.version or event.tags:
            self.report.report(reading.DIRECTIVE, self.source.span(start, start + 1))
        if self.documents == 2:
            place = self.source.span(start, min(start + 3, len(self.source.text)))
            self.report.report(reading.SEVERAL_DOCUMENTS, place)
            self.is_whole = False

    def _skip_properties(self, start: int, has_anchor: bool, has_tag: bool) -> int:
        """Report `&name` and `!tag` before a value; give the place of the value itself."""
        text = self.source.text
        for _ in range(int(has_anchor) + int(has_tag)):
            code = reading.ANCHOR if text[start : start + 1] == "&" else reading.TAG
            end = start
            while end < len(text) and text[end] not in " \r\n":
                end += 1
            self.report.report(code, self.source.span(start, end))
            self.is_whole = False  # the parsers disagree on where some names end
            start = end + len(text[end:]) - len(text[end:].lstrip())
        return start

    def finish(self) -> Tree | None:
        """The tree, if it is whole; the traps that only the text shows are reported last."""
        self._check_marks()
        if self.root is None or (isinstance(self.root, Scalar) and self.root.is_empty):
            if self.is_whole and not self.report.has_errors:
                end = len(self.source.text.rstrip())
                self.report.report(reading.FILE_EMPTY, self.source.span(end, end))
            return None
        return self.root if self.is_whole else None

    def _check_marks(self) -> None:
        if not has_marks(self.source.text):
            return
        # A file that is one word altogether was meant to be more than that.
        insides = [] if isinstance(self.root, Scalar) else self.folded
        found = report_marks(
            self.source,
            Stretches(self.source.text),
            lambda offset: any(start < offset < end for start, end in insides),
            self.report,
        )
        self.is_whole = self.is_whole and not found


def _end_of(tree: Tree) -> int:
    """Where a value ends, its closing quote included."""
    if isinstance(tree, Scalar) and tree.quoted and tree.span.text == tree.text:
        return tree.span.end + 1
    return tree.span.end
