"""What fields hold once they are read: texts, expressions as written, ways, choices.

Values only; how they are read from the tree is in `shapes`, what they become in the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.expression.tree import Expression
from flowc.source import Span


@dataclass(frozen=True, slots=True)
class Word:
    """A name as the author wrote it."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression as parsed; names are looked up when the node is lowered."""

    expression: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages that stand inline; others come from prompts.csv under `id`.

    `named`: the author wrote `@id`, so all of them do. `places`: where the words of each stand.
    """

    id: str
    texts: tuple[tuple[str, str], ...]
    span: Span
    named: bool = False
    places: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Saying:
    """One part of a prompt. With `each`, it is said for every item, known as `item` meanwhile."""

    text: Text
    span: Span
    when: Formula | None = None
    each: Formula | None = None
    item: str = ""
    empty: Text | None = None
    deaf: bool = False  # `bargein: none`


Speech = tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Where an outcome leads, what is said on the way, and how often it may be taken in a call."""

    to: Word
    span: Span
    say: Speech = ()
    at_most: int | None = None
    otherwise: Way | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A key (or several), what it stands for, and where it leads."""

    key: Word
    name: Text | None
    way: Way


@dataclass(frozen=True, slots=True)
class Case:
    """A condition, or a value, and where it leads."""

    condition: Formula | None
    value: Word | None
    way: Way


@dataclass(frozen=True, slots=True)
class Length:
    """`8` or `6-10` digits."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Setting:
    """`name: expression`, in order. None where the expression has findings of its own."""

    name: Word
    value: Formula | None
