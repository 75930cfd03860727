"""A finding: what is wrong, where, and what to do.

A user's mistake is a value of this kind; our own mistakes are exceptions. Words live in the
`codes` tables, in Chinese and in English, so that a report site names a code and the particulars
and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from string import Formatter

from flowc.source import Span


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in each language that flowc speaks; `{name}` marks a particular."""

    en: str
    zh: str

    def say(self, language: str, particulars: dict[str, str]) -> str:
        return (self.zh if language == "zh" else self.en).format_map(particulars)

    @property
    def names(self) -> frozenset[str]:
        """The particulars that both languages ask for."""
        return frozenset(n for _, n, _, _ in Formatter().parse(self.en) if n)


THERE_ARE = Words("there are: {others}", "可用的有：{others}")
THERE_IS_NONE = Words("there is none yet: it has to be written first", "一个都还没有，需要先写")
MOST_OTHERS = 12  # names that a help lists


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    `summary` is fixed; `label` stands under the word; `help` says what to do and is left out of
    a diagnostic whose particulars do not hold all that it names.
    """

    number: str
    severity: Severity
    summary: Words
    label: Words
    help: Words | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that belongs to the finding, or a counter-example call (no span)."""

    words: Words
    particulars: tuple[tuple[str, str], ...] = ()
    span: Span | None = None

    def say(self, language: str) -> str:
        return self.words.say(language, dict(self.particulars))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding at a place. `particulars` fill the code's words."""

    code: Code
    span: Span
    particulars: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()

    def summary(self, language: str) -> str:
        return self.code.summary.say(language, dict(self.particulars))

    def label(self, language: str) -> str:
        return self.code.label.say(language, dict(self.particulars))

    def help(self, language: str) -> str | None:
        """What to do, where the finding knows it; of a name that is near none, the names there are."""
        particulars = dict(self.particulars)
        if self.code.help is None:
            return None
        if self.code.help.names <= particulars.keys():
            return self.code.help.say(language, particulars)
        if "others" not in particulars:
            return None
        words = THERE_ARE if particulars["others"] else THERE_IS_NONE
        return words.say(language, particulars)

    @property
    def is_error(self) -> bool:
        return self.code.severity is Severity.ERROR


def note(span: Span | None, words: Words, **particulars: object) -> Note:
    """A note; particulars become text."""
    return Note(words, tuple((name, str(value)) for name, value in particulars.items()), span)


def nearest(name: str, known: Iterable[str], near: float = 0.6) -> dict[str, str]:
    """`{"closest": ...}` where a known name is near enough to be meant, else nothing."""
    found = get_close_matches(name, list(known), n=1, cutoff=near)
    return {"closest": found[0]} if found else {}


def closest(name: str, known: Iterable[str], near: float = 0.6) -> dict[str, str]:
    """The same, and where nothing is near, the first of the `others`, "" where there are none."""
    names = list(dict.fromkeys(known))
    shown = ", ".join(names[:MOST_OTHERS])
    more = ", ..." if len(names) > MOST_OTHERS else ""
    return nearest(name, names, near) or {"others": f"{shown}{more}"}


@dataclass(slots=True)
class Reporter:
    """Collects findings; a stage reports all it finds and goes on."""

    _found: dict[Diagnostic, None] = field(default_factory=dict)

    def report(self, code: Code, span: Span, *notes: Note, **particulars: object) -> None:
        """Keep a finding. One said twice of the same place is kept once."""
        texts = tuple((name, str(value)) for name, value in particulars.items())
        self._found.setdefault(Diagnostic(code, span, texts, notes))

    def report_once(self, code: Code, span: Span, *notes: Note, **particulars: object) -> None:
        """The same, of a slip that stands in one place and shows in many: the first is kept."""
        texts = tuple((name, str(value)) for name, value in particulars.items())
        if all((one.code, one.particulars) != (code, texts) for one in self._found):
            self.report(code, span, *notes, **particulars)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.sorted)

    @property
    def sorted(self) -> tuple[Diagnostic, ...]:
        """All findings by file and place."""
        return tuple(
            sorted(self._found, key=lambda d: (d.span.source.name, d.span.start, d.code.number))
        )

    @property
    def has_errors(self) -> bool:
        return any(found.is_error for found in self._found)
