"""From a prompt of the graph to the sound keys that are heard now, in one language.

Knows no sound: a value without a reading of its own is read by the `readout` that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowc.expression.evaluate import Unset, World, evaluate
from flowc.graph.prompts import Phrase, Prompt, ReadAs, Sound, Spoken, reading_variable, sound_key
from flowc.source import NOWHERE

Value = int | str
Readout = Callable[[ReadAs, Value, str], tuple[str, ...]]
"""`(read as, held value, language)` to the sound keys that say it."""


def sounds_of(
    prompt: Prompt, language: str, values: Mapping[str, Value], world: World, readout: Readout
) -> tuple[str, ...]:
    """The sound keys of the phrases whose condition holds. Raises `Undecided`."""
    found: list[str] = []
    for phrase in prompt:
        if phrase.when is None or evaluate(phrase.when, values, world):
            _add(found, phrase, language, values, readout)
    return tuple(found)


def fixed_sounds(prompt: Prompt, language: str) -> tuple[str, ...] | None:
    """The sound keys of a prompt without conditions and values; None for any other."""
    found: list[str] = []
    for phrase in prompt:
        parts = phrase.in_language(language)
        if phrase.when is not None or not all(isinstance(part, Sound) for part in parts):
            return None
        found.extend(sound_key(language, part) for part in parts if isinstance(part, Sound))
    return tuple(found)


def _add(
    found: list[str],
    phrase: Phrase,
    language: str,
    values: Mapping[str, Value],
    readout: Readout,
) -> None:
    for part in phrase.in_language(language):
        if isinstance(part, Sound):
            found.append(sound_key(language, part))
        else:
            found.extend(_spoken(part, language, values, readout))


def _spoken(
    part: Spoken, language: str, values: Mapping[str, Value], readout: Readout
) -> tuple[str, ...]:
    ready = values.get(reading_variable(part.variable, language), "")
    if ready != "":
        return tuple(str(ready).split("&"))
    value = values.get(part.variable, "")
    if value == "":
        raise Unset(part.variable, NOWHERE)
    return readout(part.read_as, value, language)
