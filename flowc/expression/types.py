"""The types of the language and which of them a telephone system can hold by itself.

How a value of each type is held while a call runs (the machine and every target agree):

| type          | held as                                             | unset is |
|---------------|-----------------------------------------------------|----------|
| digits, text  | str                                                 | ""       |
| int           | int                                                 | ""       |
| bool          | 1 or 0                                              | ""       |
| money         | int, whole cents, at most 15 digits                 | ""       |
| duration      | int, seconds                                        | ""       |
| date          | int, YYYYMMDD (20261124)                            | ""       |
| time          | int, minutes of the day (1050 = 17:30)              | ""       |
| datetime      | int, seconds since 1970 UTC                         | ""       |
| decimal       | str, decimal text; decided only by the runtime      | ""       |
| list, record  | never held whole: fields are flattened (`a.0.b`), a list also has `a.len` | |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Scalar(Enum):
    TEXT = "text"
    DIGITS = "digits"
    INT = "int"
    DECIMAL = "decimal"
    MONEY = "money"
    BOOL = "bool"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class ListOf:
    """`list[T, max]`: at most `most` items."""

    item: Type
    most: int

    def __str__(self) -> str:
        return f"list[{self.item}, {self.most}]"


@dataclass(frozen=True, slots=True)
class Record:
    """A record declared by a service; `fields` in the order declared."""

    name: str
    fields: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        return self.name

    def field(self, name: str) -> Type | None:
        return next((type_ for known, type_ in self.fields if known == name), None)


@dataclass(frozen=True, slots=True)
class Secret:
    """`secret[digits]`: held by the runtime only; never in a variable, log or name."""

    inner: Scalar

    def __str__(self) -> str:
        return f"secret[{self.inner}]"


Type = Scalar | ListOf | Record | Secret

# What a telephone system compares and adds by itself. Text and decimals are decided in the runtime.
WHOLE_NUMBERS = frozenset(
    {
        Scalar.INT,
        Scalar.MONEY,
        Scalar.DURATION,
        Scalar.DATE,
        Scalar.TIME,
        Scalar.DATETIME,
        Scalar.BOOL,
    }
)
NATIVE = WHOLE_NUMBERS | {Scalar.DIGITS}
