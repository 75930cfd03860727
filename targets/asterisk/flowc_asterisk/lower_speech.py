"""Prompts as lists of files, `a&b&c&`: what `Read` and `Playback` take, each sound with its `&`.

A static sound costs nothing at run time. Language, conditions and values are decided where the
list is set. Knows no input.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.graph.prompts import Part, Phrase, Prompt, ReadAs, Sound, Spoken, reading_variable
from flowc_asterisk import quote
from flowc_asterisk.draft import Script
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.lower_base import Release, Spot

FOLDER = "${S}"  # a channel variable, so that lines stay readable
LANGUAGE = "${L}"
NIL = (
    f"{FOLDER}/nil"  # 20 ms of silence, always there: a missing last file would end a Read at once
)
# An option without effect on an answered call: a trace reads that the next list belongs to this one.
MORE = ",noanswer"
MOST_BYTES = 3600  # of a list while the call runs; the server cuts an argument at 4,096
MOST_FRAGMENTS = 24  # of a value that the runtime reads out
SPELLED = 24  # digits, where no input says how many


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase as text for the server, and how long it may become."""

    text: str
    most_bytes: int


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
        script.run("Playback", f"{_ended(group)}{options}")


def _ended(group: str) -> str:
    """A list with a file at its end: `Playback` needs no `nil` after one that is always there."""
    return group[:-1] if group.endswith("&") else f"{group}{NIL}"


def listed(spot: Spot, prompt: Prompt) -> str:
    """The whole prompt as one list without `nil`. Refuses one that the server would cut."""
    found = groups(spot, prompt)
    if len(found) > 1:
        raise NotNativeError("a prompt that is joined or barged into is too long for one list")
    return found[0] if found else ""


def groups(spot: Spot, prompt: Prompt) -> tuple[str, ...]:
    """The prompt as lists none of which can pass the server's limit."""
    found: list[str] = []
    size = MOST_BYTES + 1
    for phrase in prompt:
        piece = _phrase(spot, phrase)
        if size + piece.most_bytes > MOST_BYTES:
            found.append("")
            size = 0
        found[-1] += piece.text
        size += piece.most_bytes
    return tuple(found)


def _phrase(spot: Spot, phrase: Phrase) -> Piece:
    release = spot.release
    pieces = [(name, _parts(release, name, parts)) for name, parts in phrase.parts]
    size = max((piece.most_bytes for _, piece in pieces), default=0)
    if size > MOST_BYTES:
        raise NotNativeError(f"the text `{phrase.id}` is too long for one list")
    text = _in_any_language(release, phrase, pieces)
    if phrase.when is not None:
        text = f"${{IF({release.condition(phrase.when, spot.script)}?{text})}}"
    return Piece(text, size)


def _in_any_language(release: Release, phrase: Phrase, pieces: list[tuple[str, Piece]]) -> str:
    """One text where the languages differ by their folder only, else one chosen by `L`."""
    if len(pieces) == 1:
        return pieces[0][1].text
    shapes = {parts for _, parts in phrase.parts}
    if len(shapes) == 1 and _is_uniform(phrase.parts[0][1]):
        return "".join(_static(release, part, LANGUAGE) for part in phrase.parts[0][1])
    text = pieces[-1][1].text
    for name, piece in reversed(pieces[:-1]):
        text = f'${{IF($["{LANGUAGE}"="{quote.language(name)}"]?{piece.text}:{text})}}'
    return text


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


def _parts(release: Release, language: str, parts: tuple[Part, ...]) -> Piece:
    text, size = "", 0
    folder = len(release.request.environment.sounds)
    for part in parts:
        match part:
            case Sound(id_):
                text += f"{FOLDER}/{quote.language(language)}/{quote.sound(id_)}&"
                _look_for(release, f"{language}/{id_}")
                size += folder + len(language) + len(id_) + 3
            case Spoken():
                piece = _spoken(release, language, part)
                text, size = text + piece.text, size + piece.most_bytes
    return Piece(text, size)


def _spoken(release: Release, language: str, part: Spoken) -> Piece:
    folder = len(release.request.environment.sounds)
    read = part.variable in release.uses.readings
    spelled = part.read_as is ReadAs.DIGITS and language in release.request.digit_fragments
    if not read and not spelled:
        raise NotNativeError(f"the value of `{part.variable}` has no reading on the server")
    text = _read_out(part, language) if read else _spelled(release, language, part)
    if read and spelled and part.variable in release.uses.typed:
        held = f"${{LEN(${{{_reading(part, language)}}})}}"
        text = f"${{IF($[{held}>0]?{text}:{_spelled(release, language, part)})}}"
    return Piece(text, MOST_FRAGMENTS * (folder + len(language) + 12))


def _reading(part: Spoken, language: str) -> str:
    return quote.variable(reading_variable(part.variable, language))


def _read_out(part: Spoken, language: str) -> str:
    """The runtime's list of sound keys, each put into the folder. Nothing where it is unset."""
    name = _reading(part, language)
    files = f"{FOLDER}/${{STRREPLACE({name},&,&{FOLDER}/)}}&"
    return f"${{IF($[${{LEN(${{{name}}})}}>0]?{files})}}"


def _spelled(release: Release, language: str, part: Spoken) -> str:
    """Digit by digit: each ends its file's name, or names a variable that holds it (`spelling`)."""
    name = quote.variable(part.variable)
    stem = _stem(release, language, part.variable)
    if stem is not None:
        places = range(release.known.exact[part.variable])
        return "".join(f"{FOLDER}/{stem}${{{name}:{place}:1}}&" for place in places)
    most = release.uses.typed.get(part.variable, SPELLED)
    prefix = _spelling_prefix(release, language)
    return "".join(f"${{{prefix}${{{name}:{place}:1}}}}" for place in range(most))


def _stem(release: Release, language: str, variable: str) -> str | None:
    """What the files of all ten digits begin with, where the value is known to have every digit."""
    keys = release.request.digit_fragments.get(language, {})
    stem = keys.get("0", "")[:-1]
    alike = stem and all(keys.get(digit) == f"{stem}{digit}" for digit in "0123456789")
    return quote.sound(stem) if alike and variable in release.known.exact else None


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
        (f"{_spelling_prefix(release, language)}{digit}", f"{FOLDER}/{quote.sound(key)}&")
        for language in release.graph.languages
        if language in needed
        for digit, key in sorted(release.request.digit_fragments.get(language, {}).items())
        if len(digit) == 1 and digit.isdecimal()
    )
