"""What a caller hears, as the graph holds it: by id, never by text.

A prompt is a tuple of phrases said in order. A phrase has its parts for each language, since word
order differs: static sounds by id, and values read out.

Sound keys name what is heard, the same in every executor and in traces:

| part                | key                                                              |
|---------------------|------------------------------------------------------------------|
| Sound("a.b.prompt") | `zh/a.b.prompt`                                                  |
| a value's fragment  | `zh/_/yuan` (an id of the speech readers' inventory)             |
| free text           | `zh/~/` + the first 16 hex digits of sha256 of the text (UTF-8)  |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from flowc.expression.tree import Expression

TEXTS = "~"  # the folder of free texts among a language's sounds


class ReadAs(Enum):
    """How a value is read out; what each accepts is in the type table of `expression.types`."""

    MONEY = "money"
    NUMBER = "number"
    DIGITS = "digits"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"  # the date and then the time, in the project's zone
    DURATION = "duration"
    DECIMAL = "decimal"
    TEXT = "text"  # rendered by the runtime; `fallback` is said where it can't


@dataclass(frozen=True, slots=True)
class Sound:
    """A static text or recording, by id (`balance.ask_account.prompt`)."""

    id: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """The value of a flat variable, read out.

    Where the value came with a service's answer, `reading_variable(variable, language)` holds its
    sound keys joined by `&`; else (`digits` from keys only) a target spells it by itself.
    """

    variable: str
    read_as: ReadAs


Part = Sound | Spoken


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text. `parts` has each language of the project once; with `when`, said only if it holds."""

    id: str
    parts: tuple[tuple[str, tuple[Part, ...]], ...]
    when: Expression | None = None

    def in_language(self, language: str) -> tuple[Part, ...]:
        return dict(self.parts)[language]


Prompt = tuple[Phrase, ...]


def sound_key(language: str, sound: Sound) -> str:
    return f"{language}/{sound.id}"


def fragment_key(language: str, fragment: str) -> str:
    return f"{language}/_/{fragment}"


def text_key(language: str, text: str) -> str:
    """The key of a text that is only known while a call runs."""
    return f"{language}/{TEXTS}/{sha256(text.encode()).hexdigest()[:16]}"


def reading_variable(variable: str, language: str) -> str:
    """The variable that holds the sound keys of a value which a service gave."""
    return f"{variable}.say.{language}"
