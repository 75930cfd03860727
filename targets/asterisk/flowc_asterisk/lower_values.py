"""Values that are read out, as lists of files: the runtime's list, or digits that the server spells.

How long each can become is told by the readers. Knows neither phrases nor inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flowc.graph.prompts import ReadAs, Spoken, reading_variable
from flowc.speech.longest import longest_lists, most_sounds
from flowc.speech.readers import UnknownLanguageError
from flowc.speech.readers.reading import MOST_DIGITS
from flowc_asterisk import quote
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.lower_base import Release, Spot

FOLDER = "${S}"  # a channel variable, so that lines stay readable
MOST_BYTES = 4000  # of a list while the call runs; the server cuts an argument at 4,096
LEFT_OVER = len("IF(?:)")
# Digits in a list that can't be parted, where nothing says how many there are: no telephone number,
# account or card has more.
SPELLED = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """Sounds as text for the server, and how many bytes and files that may become.

    `widest`: bytes that the server holds at once on the way there, in an `IF` with all its branches.
    """

    text: str = ""
    most_bytes: int = 0
    most_files: int = 0
    widest: int = 0


def joined(pieces: Iterable[Piece]) -> Piece:
    """One after another."""
    found = tuple(pieces)
    return Piece(
        "".join(piece.text for piece in found),
        sum(piece.most_bytes for piece in found),
        sum(piece.most_files for piece in found),
        max((piece.widest for piece in found), default=0),
    )


def chosen(condition: str, then: Piece, otherwise: Piece | None = None) -> Piece:
    """One or the other. The server writes out both before it looks at the condition."""
    other = otherwise or Piece()
    text = f"{then.text}:{other.text}" if otherwise else then.text
    return Piece(
        f"${{IF({condition}?{text})}}",
        max(then.most_bytes, other.most_bytes),
        max(then.most_files, other.most_files),
        max(
            then.widest,
            other.widest,
            len(condition) + then.most_bytes + other.most_bytes + LEFT_OVER,
        ),
    )


def fits(release: Release, piece: Piece) -> bool:
    """Can the server hold it, with a `nil` behind it?"""
    return piece.most_bytes <= room(release) and piece.widest <= MOST_BYTES


def room(release: Release) -> int:
    """Bytes for a list of files with a `nil` behind it."""
    return MOST_BYTES - len(release.request.environment.sounds) - len("/nil")


# --- how long


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a value's list: its files at most, and the bytes that each is at most."""

    files: int
    bytes_each: int


def _size(release: Release, language: str, part: Spoken, unknown: int) -> _Size:
    try:
        lists = longest_lists(part.read_as, language)
    except UnknownLanguageError as error:
        raise NotNativeError(str(error)) from error
    files = most_sounds(part.read_as, language)
    if part.read_as is ReadAs.DIGITS:
        files = release.known.most.get(part.variable, unknown)
    folder = len(release.request.environment.sounds)
    return _Size(files, folder + 2 + max(len(key) for keys in lists for key in keys))


# --- text


def value(release: Release, language: str, part: Spoken, unknown: int) -> Piece:
    """The value as one list, however long; of digits so many, where nothing says how many."""
    size = _size(release, language, part, unknown)
    return _piece(release, language, part, range(size.files), size)


def value_in_parts(spot: Spot, language: str, part: Spoken, most: int) -> Iterator[Piece]:
    """The value as lists of at most so many bytes; what a part needs is set before."""
    release = spot.release
    size = _size(release, language, part, MOST_DIGITS)
    a_list = max(1, most // size.bytes_each)
    if size.files <= a_list:
        yield value(release, language, part, MOST_DIGITS)
        return
    for first in range(0, size.files, a_list):
        places = range(first, min(first + a_list, size.files))
        held = _part_held(spot, language, part, places)
        yield _piece(release, language, part, places, size, held)


def _part_held(spot: Spot, language: str, part: Spoken, places: range) -> str:
    """The variable that is set to these files of the runtime's list."""
    if part.variable not in spot.release.uses.readings:
        return ""
    whole = _reading(part, language)
    name = f"R{places.start}_{whole}"
    cut = f"${{CUT({whole},&,{places.start + 1}-{places.stop})}}"
    spot.script.set(name, cut, alone=True)
    return name


def _piece(
    release: Release, language: str, part: Spoken, places: range, size: _Size, held: str = ""
) -> Piece:
    read = part.variable in release.uses.readings
    spelled = part.read_as is ReadAs.DIGITS and language in release.request.digit_fragments
    if not read and not spelled:
        raise NotNativeError(f"the value of `{part.variable}` has no reading on the server")

    def piece(text: str) -> Piece:
        return Piece(text, len(places) * size.bytes_each, len(places))

    whole = _reading(part, language)
    files = chosen(_is_filled(held or whole), piece(_read_out(held or whole)))
    if read and not (spelled and part.variable in release.uses.typed):
        return files
    by_key = piece(_spelled(release, language, part, places))
    return chosen(_is_filled(whole), files, by_key) if read else by_key


def _reading(part: Spoken, language: str) -> str:
    return quote.variable(reading_variable(part.variable, language))


def _is_filled(name: str) -> str:
    return f"$[${{LEN(${{{name}}})}}>0]"


def _read_out(name: str) -> str:
    """The runtime's list of sound keys, each put into the folder."""
    return f"{FOLDER}/${{STRREPLACE({name},&,&{FOLDER}/)}}&"


def _spelled(release: Release, language: str, part: Spoken, places: range) -> str:
    """Digit by digit: each ends its file's name, or names a variable that holds it (`spelling`)."""
    name = quote.variable(part.variable)
    stem = _stem(release, language, part.variable)
    if stem is not None:
        return "".join(f"{FOLDER}/{stem}${{{name}:{place}:1}}&" for place in places)
    prefix = _spelling_prefix(release, language)
    return "".join(f"${{{prefix}${{{name}:{place}:1}}}}" for place in places)


def _stem(release: Release, language: str, variable: str) -> str | None:
    """What the files of all ten digits begin with, where the value is known to have every digit."""
    keys = release.request.digit_fragments.get(language, {})
    stem = keys.get("0", "")[:-1]
    if not stem or variable not in release.known.exact:
        return None
    alike = all(keys.get(digit, "").removeprefix(stem) == digit for digit in "0123456789")
    return quote.sound(stem) if alike else None


def _spelling_prefix(release: Release, language: str) -> str:
    return f"D{release.graph.languages.index(language)}_"


def spelling(release: Release) -> tuple[tuple[str, str], ...]:
    """The variables that every call needs so that digits can be spelled."""
    needed = {
        language
        for language, variable in release.uses.spelled
        if _stem(release, language, variable) is None
    }
    return tuple(
        (
            f"{_spelling_prefix(release, language)}{quote.digits(digit)}",
            f"{FOLDER}/{quote.sound(key)}&",
        )
        for language in release.graph.languages
        if language in needed
        for digit, key in sorted(release.request.digit_fragments.get(language, {}).items())
        if len(digit) == 1 and digit.isdecimal()
    )
