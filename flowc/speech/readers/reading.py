"""Reads a value as fragments: checks it, picks the language, connects the two.

What a number sounds like is each language's own module; what plays the
fragments is a target's.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from types import MappingProxyType
from typing import TypeVar, assert_never

from flowc.speech.readers import chinese, english
from flowc.speech.readers.model import (
    Fragment,
    FragmentIds,
    Manner,
    ReadAs,
    Reader,
    UnknownLanguageError,
    UnreadableError,
    Value,
)

READERS: Mapping[str, Reader] = {"zh": chinese, "en": english}

_TEXTS: Mapping[str, Mapping[str, str]] = {
    language: MappingProxyType({each.id: each.text for each in reader.FRAGMENTS})
    for language, reader in READERS.items()
}

MOST_CENTS = 10**15 - 1
MOST_NUMBER = 10**16 - 1
MOST_SECONDS = 10**9 - 1
MOST_DIGITS = 64
PLAIN = Manner()

Wanted = TypeVar("Wanted")

_DECIMAL = re.compile(r"([+-]?)([0-9]{1,16})(?:\.([0-9]{1,16}))?")
_DIGITS = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}")


def read(kind: ReadAs, value: Value, language: str, manner: Manner = PLAIN) -> FragmentIds:
    """The ids of the fragments that say the value, all of them in the language's inventory.

    Raises UnknownLanguageError, and UnreadableError where the value is not what `kind` reads.
    """
    reader = _reader(language)
    match kind:
        case ReadAs.MONEY:
            said = reader.money(_integer(value, -MOST_CENTS, MOST_CENTS))
        case ReadAs.NUMBER:
            said = reader.number(_integer(value, -MOST_NUMBER, MOST_NUMBER))
        case ReadAs.DECIMAL:
            said = reader.decimal(*_decimal_parts(value))
        case ReadAs.DIGITS:
            said = _one_by_one(value, reader.digit_fragments(manner.yao))
        case ReadAs.DATE:
            said = reader.date(_of_type(value, date), manner.year)
        case ReadAs.TIME:
            said = reader.time(_of_type(value, time))
        case ReadAs.DURATION:
            said = reader.duration(_integer(value, 0, MOST_SECONDS))
        case ReadAs.COUNT:
            said = reader.count(_integer(value, 0, MOST_NUMBER))
        case _:
            assert_never(kind)
    return said


def spoken_text(kind: ReadAs, value: Value, language: str, manner: Manner = PLAIN) -> str:
    """The words that `read` says, joined as the language writes them.

    Raises what `read` raises.
    """
    texts = inventory(language)
    ids = read(kind, value, language, manner)
    return _reader(language).SEPARATOR.join(texts[each] for each in ids)


def fragments(language: str) -> tuple[Fragment, ...]:
    """Every fragment of the language, in the order a studio would read them.

    Raises UnknownLanguageError.
    """
    return _reader(language).FRAGMENTS


def inventory(language: str) -> Mapping[str, str]:
    """Every id that `read` can return for the language, with its text.

    Raises UnknownLanguageError.
    """
    return _TEXTS[reader_language(language)]


def digit_fragments(language: str, manner: Manner = PLAIN) -> Mapping[str, str]:
    """The fragment for each character 0 to 9, as `read` says DIGITS.

    Raises UnknownLanguageError.
    """
    return MappingProxyType(dict(_reader(language).digit_fragments(manner.yao)))


def reader_language(language: str) -> str:
    """The language whose reader serves this one: `zh` for `zh-yue`.

    Raises UnknownLanguageError.
    """
    candidate = language.lower().replace("_", "-")
    while candidate not in READERS:
        candidate, hyphen, _ = candidate.rpartition("-")
        if not hyphen:
            raise UnknownLanguageError(language, tuple(READERS))
    return candidate


def unread_languages(languages: Iterable[str]) -> frozenset[str]:
    """Those of the languages that no reader serves."""
    return frozenset(language for language in languages if not _has_reader(language))


def _has_reader(language: str) -> bool:
    try:
        reader_language(language)
    except UnknownLanguageError:
        return False
    return True


def _reader(language: str) -> Reader:
    return READERS[reader_language(language)]


def _integer(value: Value, least: int, most: int) -> int:
    # A bool is an int to Python and to nobody else.
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnreadableError(f"expected a whole number, found {value!r}")
    if not least <= value <= most:
        raise UnreadableError(f"expected a number from {least} to {most}")
    return value


def _decimal_parts(value: Value) -> tuple[bool, int, str]:
    matched = _DECIMAL.fullmatch(_of_type(value, str))
    if matched is None:
        raise UnreadableError(f"expected a decimal such as -12.50, found {_shown(value)}")
    sign, whole, fraction = matched.groups(default="")
    return sign == "-", int(whole), fraction


def _one_by_one(value: Value, words: Mapping[str, str]) -> FragmentIds:
    text = _of_type(value, str)
    if not _DIGITS.fullmatch(text):
        raise UnreadableError(f"expected 1 to {MOST_DIGITS} digits, found {_shown(text)}")
    return tuple(words[digit] for digit in text)


def _of_type(value: Value, wanted: type[Wanted]) -> Wanted:
    if not isinstance(value, wanted):
        raise UnreadableError(f"expected a {wanted.__name__}, found {_shown(value)}")
    return value


def _shown(value: Value) -> str:
    """The value as a message may show it: quoted, escaped and short."""
    return ascii(value)[:60]
