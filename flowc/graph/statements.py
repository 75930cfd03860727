"""What of an SQL statement flowc understands: which colons begin a parameter, and its first word.

Read by the check of `services/*.yaml` and by the runtime, so that what passes the one is what the
other binds. Knows no data base and no grammar: quoted texts and comments are told apart, no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Part(Enum):
    """What a piece of a statement is to flowc."""

    COMMENT = "comment"
    QUOTED = "quoted"  # a text, or a name in double quotes
    PARAMETER = "parameter"  # `:account`
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Piece:
    part: Part
    text: str


# PostgreSQL's `x::date` and `a[lo:hi]` are no parameters, nor is a colon behind a backslash; `e'\''`
# is PostgreSQL's, too.
_MARKS = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<quoted>(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
    r"|\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)"  # $tag$ ... $tag$
    r"|(?P<parameter>(?<![\w:\\]):[^\W\d]\w*)",
    re.DOTALL,
)
_FIRST_WORD = re.compile(r"[\s(]*(\w+|\S)?")
_IN_BRACES = re.compile(r"\{\s*([^\W\d]\w*)\s*\}")


def pieces(statement: str) -> Iterator[Piece]:
    """The statement in pieces; together they are the statement."""
    end = 0
    for found in _MARKS.finditer(statement):
        if found.start() > end:
            yield Piece(Part.REST, statement[end : found.start()])
        part = next(each for each in Part if each is not Part.REST and found[each.value])
        yield Piece(part, found[0])
        end = found.end()
    if end < len(statement):
        yield Piece(Part.REST, statement[end:])


def parameters_in(statement: str) -> tuple[str, ...]:
    """The names of its parameters, each once, in order."""
    found = (piece.text[1:] for piece in pieces(statement) if piece.part is Part.PARAMETER)
    return tuple(dict.fromkeys(found))


def first_word(statement: str) -> str:
    """The word that says what it does, in capitals: comments and brackets may stand before it."""
    for piece in pieces(statement):
        found = _FIRST_WORD.match(piece.text)
        if piece.part is not Part.COMMENT and found and found[1]:
            return found[1].upper()
    return ""


def in_braces(statement: str, known: frozenset[str]) -> tuple[str, ...]:
    """Names in braces, each once: within quotes, where braces may be meant, those that are known."""
    found = (
        name[1]
        for piece in pieces(statement)
        if piece.part in (Part.REST, Part.QUOTED)
        for name in _IN_BRACES.finditer(piece.text)
        if piece.part is Part.REST or name[1] in known
    )
    return tuple(dict.fromkeys(found))
