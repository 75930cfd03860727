"""Plain text made fit for a box: cleaned, measured in the width of letters, cut into lines.

Widths are counted in halves of an em: an ideograph has two. Knows no font; measures are on the
generous side, so that the text fits whichever font a reader has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_NARROW = frozenset("iIjl.,:;'|!()[] ft")
_BROAD = frozenset("mwMWQO@%")
_NO_LINE_START = frozenset("，。、：；！？）》」』】”’…·,.:;!?)]}")
_ELLIPSIS = "…"


def clean(text: str) -> str:
    """Without what no picture may hold: control and format characters, halves of surrogates."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    # Format characters turn the order of letters about; U+FFFE and U+FFFF are no XML.
    return "" if category in ("Cf", "Cs", "Cn") else character


def units(text: str) -> float:
    """The width in halves of an em."""
    return sum(map(_unit, text))


def _unit(character: str) -> float:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WFA":
        return 2
    if character in _NARROW:
        return 0.8
    return 1.8 if character in _BROAD else 1.3 if character.isupper() else 1.2


def wrap(text: str, most: float, lines: int) -> tuple[str, ...]:
    """Cut into at most `lines` lines of at most `most` halves of an em; the last may end in `…`."""
    found = [line for part in clean(text).split("\n") for line in _wrap_one(part.strip(), most)]
    if len(found) <= lines:
        return tuple(found) or ("",)
    last = found[lines - 1]
    while last and units(last + _ELLIPSIS) > most:
        last = last[:-1]
    return (*found[: lines - 1], last.rstrip() + _ELLIPSIS)


def _wrap_one(text: str, most: float) -> Iterator[str]:
    line = ""
    for word in _words(text):
        if line and units((line + word).rstrip()) > most and word.strip() not in _NO_LINE_START:
            yield line.rstrip()
            line = word.lstrip()
        else:
            line += word
        while units(line.rstrip()) > most + 2:
            cut = _cut(line, most)
            yield line[:cut]
            line = line[cut:]
    if line.rstrip():
        yield line.rstrip()


def _cut(line: str, most: float) -> int:
    cut = 1
    while cut < len(line) and units(line[: cut + 1]) <= most:
        cut += 1
    return cut


def _words(text: str) -> Iterator[str]:
    """Pieces that a line may end after: each ideograph, and each run of others with its blanks."""
    word = ""
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        if word and (wide or (word[-1] in " -_" and character != " ")):
            yield word
            word = ""
        word += character
        if wide:
            yield word
            word = ""
    if word:
        yield word
