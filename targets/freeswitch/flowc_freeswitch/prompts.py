"""Prompts as data: a phrase is the id of its sound, or its parts by language.

`"a.b"` is one sound of the same id in every language; else `{when=..., zh={...}, en={...}}`, where a
part is a sound's id or `{"value", variable, "digits"}`. Knows no blocks.
"""

from __future__ import annotations

from flowc.graph.prompts import Part, Phrase, Prompt, ReadAs, Sound, Spoken
from flowc_freeswitch import quote
from flowc_freeswitch.expressions import NotNativeError, expression_data
from flowc_freeswitch.lowering import Release
from flowc_freeswitch.lua_data import Data, Table, table


def prompt_data(release: Release, prompt: Prompt) -> Data:
    """A prompt; None where there is nothing to say. Raises NotNativeError, QuoteError."""
    return table(*(_phrase(release, phrase) for phrase in prompt)) if prompt else None


def _phrase(release: Release, phrase: Phrase) -> Data:
    for language, parts in phrase.parts:
        for part in parts:
            _look_for(release, language, part)
    first = phrase.parts[0][1]
    alike = all(parts == first for _, parts in phrase.parts)
    if phrase.when is None and alike and len(first) == 1 and isinstance(first[0], Sound):
        return quote.sound(first[0].id)
    named: dict[str | int, Data] = {}
    if phrase.when is not None:
        named["when"] = expression_data(phrase.when)
    for language, parts in phrase.parts:
        named[quote.language(language)] = table(*(_part(release, language, one) for one in parts))
    return Table((), named)


def _part(release: Release, language: str, part: Part) -> Data:
    match part:
        case Sound(id_):
            return quote.sound(id_)
        case Spoken(variable, read_as):
            read = variable in release.readings
            spelled = read_as is ReadAs.DIGITS and language in release.request.digit_fragments
            if not read and not spelled:
                raise NotNativeError(f"the value of `{variable}` has no reading on the server")
            return table("value", quote.variable(variable), "digits" if spelled else "")


def _look_for(release: Release, language: str, part: Part) -> None:
    known = release.request.sound_files
    if known is not None and isinstance(part, Sound) and f"{language}/{part.id}" not in known:
        release.report(f"there is no sound `{language}/{part.id}`", None)
