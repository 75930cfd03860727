"""Prompts as lists of files, `a&b&c&`: what `Read` and `Playback` take, each sound with its `&`.

A static sound costs nothing at run time. Language, conditions and values are decided where the
list is set. A list has a limit; what is said whole is parted there, what is joined or barged into
can't be. Knows no input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, zip_longest

from flowc.graph.prompts import Part, Phrase, Prompt, Sound, Spoken
from flowc.speech.readers.reading import MOST_DIGITS
from flowc_asterisk import quote
from flowc_asterisk.draft import Script
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.lower_base import Release, Spot
from flowc_asterisk.lower_values import (
    FOLDER,
    MOST_BYTES,
    SPELLED,
    Piece,
    chosen,
    fits,
    joined,
    room,
    value,
    value_in_parts,
)

LANGUAGE = "${L}"
# 20 ms of silence, always there: a missing last file would end a Read at once, and on Asterisk 20.6
# so does a Read without any.
NIL = f"{FOLDER}/nil"
# An option without effect on an answered call: a trace reads that the next list belongs to this one.
MORE = ",noanswer"


def play(spot: Spot, prompt: Prompt) -> None:
    """Say a prompt whole. Keys in it are dropped by the server."""
    if not prompt:
        return
    *firsts, last = groups(spot, prompt)
    conditional = all(phrase.when is not None for phrase in prompt)
    for group in firsts:
        _play(spot.script, group, MORE, conditional=conditional)
    _play(spot.script, last, "", conditional=conditional)


def _play(script: Script, group: str, options: str, *, conditional: bool) -> None:
    """Where every phrase has its condition there may be nothing to say, and then no key is lost."""
    if conditional:
        script.set("PP", group)
        script.run("ExecIf", f"$[${{LEN(${{PP}})}}>0]?Playback(${{PP}}{NIL}{options})")
    else:
        script.run("Playback", f"{ended(group)}{options}")


def ended(files: str) -> str:
    """A list with a file at its end: needs no `nil` after one that is always there, and the server
    takes some 0.2 ms of its time and 70 ms of the caller's for one more file in a `Read`."""
    return files[:-1] if files.endswith("&") else f"{files}{NIL}"


# --- lists


def listed(spot: Spot, prompt: Prompt, *, led: bool = False) -> str:
    """The whole prompt as one list without `nil`. Refuses one that the server would cut.

    `led`: the leads that come to this node may stand in front of it.
    """
    release, names = spot.release, count()
    alone = joined(_whole(spot, phrase, names) for phrase in prompt)
    leads = release.arrivals.leads.get(spot.block.id.node_name, ()) if led else ()
    for lead in leads or ((),):
        before = joined(_in_any_language(release, phrase, SPELLED) for phrase in lead)
        full = joined([alone, replace(before, widest=0)])  # a lead is set by itself
        if not fits(release, full):
            raise NotNativeError(_too_long(release, full))
    return alone.text


def _too_long(release: Release, full: Piece) -> str:
    folder = len(release.request.environment.sounds)
    size = max(full.most_bytes + folder + len("/nil"), full.widest)
    shorter = -(-(size - MOST_BYTES) // (full.most_files + 1))
    root = f"choose a `root` that is {shorter} letters shorter, or " if shorter < folder - 9 else ""
    return (
        f"the prompt is too long for one list of sounds: it may become {size} bytes "
        f"({full.most_files} files in a folder of {folder} letters), and the server takes "
        f"{MOST_BYTES}; {root}say the values in a `say` that does not lead straight to this input"
    )


def groups(spot: Spot, prompt: Prompt) -> tuple[str, ...]:
    """The prompt as lists none of which can pass the server's limit."""
    found: list[str] = []
    most, names = room(spot.release), count()
    size = most + 1
    for piece in (piece for phrase in prompt for piece in _parted(spot, phrase, names)):
        if size + piece.most_bytes > most:
            found.append("")
            size = 0
        found[-1] += piece.text
        size += piece.most_bytes
    return tuple(found)


# --- phrases


def _whole(spot: Spot, phrase: Phrase, names: Iterator[int], unknown: int = SPELLED) -> Piece:
    """A phrase as one piece, however long."""
    piece = _in_any_language(spot.release, phrase, unknown)
    if piece.widest > MOST_BYTES:
        piece = _set_apart(spot, _in_each_language(spot.release, phrase, unknown), names)
    return _if_it_holds(spot, phrase, [piece])[0]


def _parted(spot: Spot, phrase: Phrase, names: Iterator[int]) -> list[Piece]:
    """A phrase as one piece where that fits in a list, else as several that each do."""
    most = room(spot.release)
    if _in_any_language(spot.release, phrase, MOST_DIGITS).most_bytes <= most:
        return [_whole(spot, phrase, names, MOST_DIGITS)]
    lists = [(name, _lists(spot, name, parts, most)) for name, parts in phrase.parts]
    rows = zip_longest(*(found for _, found in lists), fillvalue=Piece())
    languages = [name for name, _ in lists]
    pieces = [_set_apart(spot, dict(zip(languages, row, strict=True)), names) for row in rows]
    return _if_it_holds(spot, phrase, pieces)


def _lists(spot: Spot, language: str, parts: tuple[Part, ...], most: int) -> list[Piece]:
    """The parts in one language, in lists of at most so many bytes."""
    found: list[Piece] = []
    for piece in _pieces(spot, language, parts, most):
        both = joined([*found[-1:], piece])
        if found and both.most_bytes <= most:
            found[-1] = both
        else:
            found.append(piece)
    return found


def _pieces(spot: Spot, language: str, parts: tuple[Part, ...], most: int) -> Iterator[Piece]:
    for part in parts:
        match part:
            case Sound():
                yield _sound(spot.release, language, part)
            case Spoken():
                yield from value_in_parts(spot, language, part, most)


def _if_it_holds(spot: Spot, phrase: Phrase, pieces: list[Piece]) -> list[Piece]:
    if phrase.when is None:
        return pieces
    condition = spot.release.condition(phrase.when, spot.script)
    return [chosen(condition, piece) for piece in pieces]


def _in_each_language(release: Release, phrase: Phrase, unknown: int) -> dict[str, Piece]:
    return {
        name: joined(_part(release, name, part, unknown) for part in parts)
        for name, parts in phrase.parts
    }


def _in_any_language(release: Release, phrase: Phrase, unknown: int) -> Piece:
    """One text where the languages differ by their folder only, else one chosen by `L`."""
    pieces = _in_each_language(release, phrase, unknown)
    shapes = {parts for _, parts in phrase.parts}
    if len(pieces) > 1 and len(shapes) == 1 and _is_uniform(phrase.parts[0][1]):
        text = "".join(_static(release, part, LANGUAGE) for part in phrase.parts[0][1])
        return replace(max(pieces.values(), key=lambda piece: piece.most_bytes), text=text)
    *others, (_, found) = pieces.items()
    for name, piece in reversed(others):
        found = chosen(f'$["{LANGUAGE}"="{quote.language(name)}"]', piece, found)
    return found


def _set_apart(spot: Spot, pieces: dict[str, Piece], names: Iterator[int]) -> Piece:
    """Each language in a variable of its own: for those that are too long to be chosen from at once."""
    if len(pieces) == 1:
        return next(iter(pieces.values()))
    name = f"T{next(names)}_"
    for language, piece in pieces.items():
        spot.script.set(f"{name}{quote.language(language)}", piece.text, alone=True)
    longest = max(pieces.values(), key=lambda piece: piece.most_bytes)
    return replace(longest, text=f"${{{name}{LANGUAGE}}}")


def _is_uniform(parts: tuple[Part, ...]) -> bool:
    return all(isinstance(part, Sound) for part in parts)


def _static(release: Release, part: Part, language: str) -> str:
    assert isinstance(part, Sound)
    for name in release.graph.languages:
        _look_for(release, f"{name}/{part.id}")
    return f"{FOLDER}/{language}/{quote.sound(part.id)}&"


def _look_for(release: Release, key: str) -> None:
    known = release.request.sound_files
    if known is not None and key not in known:
        release.report(f"there is no sound `{key}`", None)


def _part(release: Release, language: str, part: Part, unknown: int) -> Piece:
    match part:
        case Sound():
            return _sound(release, language, part)
        case Spoken():
            return value(release, language, part, unknown)


def _sound(release: Release, language: str, sound: Sound) -> Piece:
    _look_for(release, f"{language}/{sound.id}")
    text = f"{FOLDER}/{quote.language(language)}/{quote.sound(sound.id)}&"
    folder = len(release.request.environment.sounds)
    return Piece(text, len(text) - len(FOLDER) + folder, 1)
