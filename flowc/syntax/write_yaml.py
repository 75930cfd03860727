"""Values to YAML that `read_yaml` gives back unchanged, always in the same words.

Writes what a tool saves (call tests, new files); an author's own file is never written anew. Knows
no fields and no kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from flowc.syntax.characters import REFUSED, character_name

Value: TypeAlias = "str | Sequence[Value] | Mapping[str, Value] | None"


class Word(str):
    """A text that means more where it stands unquoted, such as a result's name in a call test."""

    __slots__ = ()


class Quoted(str):
    """A text that would mean more if it stood unquoted."""

    __slots__ = ()


# Plain is what no reader, ours or another's, could take for anything but this text.
_LETTER = "A-Za-z0-9_\u4e00-\u9fff"
_PLAIN = re.compile(f"[{_LETTER}](?:[{_LETTER}，。？！、；（）…./+-]| (?=[{_LETTER}]))*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\\n\t]')
# Other YAML tools make numbers, dates and truth of these; ours keeps text, quoted or not.
_TYPED = re.compile(
    r"[0-9][0-9_.:/+-]*(?:[eE][0-9+-]+)?|0[xob][0-9a-fA-F_]+|(?i:true|false|yes|no|on|off|null|y|n)"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}.*"
)


def scalar_text(text: str) -> str:
    """A text as one YAML scalar on one line, quoted where anything could be mistaken.

    ValueError for characters that no source may hold (control characters, lone surrogates ...).
    """
    refused = REFUSED.search(text)
    if refused:
        raise ValueError(f"no source may hold {character_name(refused[0])}")
    is_mistaken = isinstance(text, Quoted) or _TYPED.fullmatch(text)
    if _PLAIN.fullmatch(text) and (isinstance(text, Word) or not is_mistaken):
        return text
    return '"' + _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text) + '"'


def write_yaml(value: Value) -> str:
    """A file's text: blocks indented by two, keys in the order given, a line end at its end."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Value) -> Iterator[str]:
    if value is None:
        yield "null"
    elif isinstance(value, str):
        yield scalar_text(value)
    elif isinstance(value, Mapping):
        yield from _mapping_lines(value)
    else:
        yield from _sequence_lines(value)


def _mapping_lines(value: Mapping[str, Value]) -> Iterator[str]:
    if not value:
        yield "{}"
    for key, inner in value.items():
        written = scalar_text(key)
        if isinstance(inner, str) or not inner:
            yield f"{written}: {next(_lines(inner))}"
        else:
            yield f"{written}:"
            yield from (f"  {line}" for line in _lines(inner))


def _sequence_lines(value: Sequence[Value]) -> Iterator[str]:
    if not value:
        yield "[]"
    for inner in value:
        for number, line in enumerate(_lines(inner)):
            yield f"  {line}" if number else f"- {line}"
