"""What a reader takes and gives: kinds of values, fragments, and the errors.

It knows no language and no sound: a fragment is an id with the words that an
engine or a studio says for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Protocol

FRAGMENT_ID = re.compile(r"[a-z0-9_-]{1,64}")

FragmentIds = tuple[str, ...]
Value = int | str | date | time


class ReadAs(Enum):
    """How a value is read aloud; the comment is what the value has to be."""

    MONEY = "money"  # int: whole cents (分), at most 15 digits, negative allowed
    NUMBER = "number"  # int, at most 16 digits
    DECIMAL = "decimal"  # str: decimal text such as "-12.50", said as it stands
    DIGITS = "digits"  # str: 1 to 64 digits, said one by one
    DATE = "date"  # datetime.date
    TIME = "time"  # datetime.time, said to the minute
    DURATION = "duration"  # int: whole seconds, 0 or more
    COUNT = "count"  # int, 0 or more, standing before a measure word


@dataclass(frozen=True, slots=True)
class Manner:
    """The choices a language leaves open: 幺 for a 1 among digits, a date with its year."""

    yao: bool = True
    year: bool = True


@dataclass(frozen=True, slots=True)
class Fragment:
    """One recorded piece of speech: a stable id and the words said for it."""

    id: str
    text: str

    def __post_init__(self) -> None:
        """Refuse an id that could not be a file name on every server."""
        if not FRAGMENT_ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no fragment id")


class UnknownLanguageError(LookupError):
    """No reader knows this language, nor a language that it falls back to."""

    def __init__(self, language: str, known: tuple[str, ...]) -> None:
        """Keep the language asked for and those there are readers for."""
        super().__init__(f"no reader for language `{language}`; there are {', '.join(known)}")
        self.language = language
        self.known = known


class UnreadableError(ValueError):
    """A value that cannot be read as it was asked to be: a wrong type, form or size."""


class Reader(Protocol):
    """What each language's module gives; values have been checked before it is asked."""

    SEPARATOR: str
    FRAGMENTS: tuple[Fragment, ...]

    def money(self, cents: int) -> FragmentIds:
        """The fragments of an amount in cents."""

    def number(self, value: int) -> FragmentIds:
        """The fragments of a whole number."""

    def decimal(self, negative: bool, whole: int, fraction: str) -> FragmentIds:
        """The fragments of a number whose fraction is said digit by digit."""

    def digit_fragments(self, yao: bool) -> Mapping[str, str]:
        """The fragment for each of the characters 0 to 9 when said one by one."""

    def date(self, day: date, with_year: bool) -> FragmentIds:
        """The fragments of a calendar day."""

    def time(self, moment: time) -> FragmentIds:
        """The fragments of a time of day, to the minute."""

    def duration(self, seconds: int) -> FragmentIds:
        """The fragments of a length of time."""

    def count(self, value: int) -> FragmentIds:
        """The fragments of a number that stands before what it counts."""
