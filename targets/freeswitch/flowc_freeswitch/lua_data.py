"""Data as Lua text: tables of texts, whole numbers, truths and tables. Knows nothing of calls.

A table's list part comes first, then its named part, sorted as given; the same data gives the same
bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from flowc_freeswitch import quote

MOST_NUMBER = 2**53
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = "and break do else elseif end false for function goto if in local nil not or repeat return then true until while"
_RESERVED = frozenset(_WORDS.split())


@dataclass(frozen=True, slots=True)
class Table:
    """A Lua table: `items` from 1 on, and `named` fields."""

    items: tuple[Data, ...] = ()
    named: Mapping[str | int, Data] = field(default_factory=dict)


Data: TypeAlias = str | int | bool | Table | None


def table(*items: Data, **named: Data) -> Table:
    """A table of these items and fields; a field that is None is left out."""
    return Table(items, {name: value for name, value in named.items() if value is not None})


def file_of(data: Table, head: str) -> str:
    """A file that gives the table, one field of the outermost to a line. `head` is a comment."""
    fields = "".join(f"{one},\n" for one in _fields(data))
    return f"-- {quote.text(head)}\nreturn {{\n{fields}}}\n"


def written(data: Data) -> str:
    """Data as a Lua expression. Raises QuoteError for what Lua cannot hold exactly."""
    match data:
        case None:
            return "nil"
        case bool():
            return "true" if data else "false"
        case int():
            return _number(data)
        case str():
            return quote.lua(data)
        case Table():
            return "{" + ",".join(_fields(data)) + "}"


def _number(value: int) -> str:
    if abs(value) > MOST_NUMBER:
        raise quote.QuoteError(f"{value} is too large a number")
    return str(value)


def _fields(data: Table) -> Iterator[str]:
    yield from map(written, data.items)
    for name, value in data.named.items():
        yield f"{_name(name)}={written(value)}"


def _name(name: str | int) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name) and name not in _RESERVED:
        return name
    return f"[{written(name)}]"
