"""From a prompt of the graph to the sound keys that are heard now, in one language.

Knows no sound: a value without a reading of its own is read by the `readout` of the walk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flowc.expression.evaluate import Unset
from flowc.graph.prompts import (
    Part,
    Phrase,
    Prompt,
    ReadAs,
    Sound,
    Spoken,
    reading_variable,
    sound_key,
)
from flowc.machine.formula import formula
from flowc.machine.offer import Offer, Sounds
from flowc.source import NOWHERE

if TYPE_CHECKING:
    from flowc.machine.walk import Walk

Value = int | str
Readout = Callable[[ReadAs, Value, str], Sounds]
"""`(read as, held value, language)` to the sound keys that say it."""
Say = Callable[["Walk"], Sounds]
"""The sound keys of a prompt now, in the call's language. Raises `Undecided`."""

Offering = Callable[["Walk", Sounds], Offer]
"""What is offered now, after a lead. Raises `Undecided`."""


def saying(prompt: Prompt) -> Say:
    """A prompt as a function of the call; what is always the same is found out here."""
    if not prompt:
        return lambda _walk: ()
    if all(_is_fixed(phrase) for phrase in prompt):
        ready = {language: _fixed(prompt, language) for language, _ in prompt[0].parts}
        return lambda walk: ready[walk.language]
    phrases = tuple(_phrase(phrase) for phrase in prompt)
    return lambda walk: tuple(sound for say in phrases for sound in say(walk))


def offering(deaf: Prompt, live: Prompt) -> Offering:
    """Two prompts, the second after a lead, as a function of the call and the lead."""
    say_deaf, say = saying(deaf), saying(live)
    ready = _ready_offers(deaf, live)

    def offer(walk: Walk, lead: Sounds) -> Offer:
        known = None if lead else ready.get(walk.language)
        return Offer(say_deaf(walk), lead + say(walk)) if known is None else known

    return offer


def _ready_offers(deaf: Prompt, live: Prompt) -> dict[str, Offer]:
    """Offers by language, where they are the same in every call; else none."""
    both = (*deaf, *live)
    if not both or not all(_is_fixed(phrase) for phrase in both):
        return {}
    return {
        language: Offer(_fixed(deaf, language), _fixed(live, language))
        for language, _ in both[0].parts
    }


def _is_fixed(phrase: Phrase) -> bool:
    sounds = (part for _, parts in phrase.parts for part in parts)
    return phrase.when is None and all(isinstance(part, Sound) for part in sounds)


def _fixed(prompt: Prompt, language: str) -> Sounds:
    parts = (part for phrase in prompt for part in phrase.in_language(language))
    return tuple(sound_key(language, part) for part in parts if isinstance(part, Sound))


def _phrase(phrase: Phrase) -> Say:
    spoken = {language: _parts(parts, language) for language, parts in phrase.parts}
    if phrase.when is None:
        return lambda walk: _said(spoken[walk.language], walk)
    holds = formula(phrase.when)
    return lambda walk: _said(spoken[walk.language], walk) if holds(walk.values, walk.world) else ()


def _said(parts: tuple[Say, ...], walk: Walk) -> Sounds:
    return tuple(sound for say in parts for sound in say(walk))


def _parts(parts: tuple[Part, ...], language: str) -> tuple[Say, ...]:
    return tuple(
        _sound(sound_key(language, part)) if isinstance(part, Sound) else _spoken(part, language)
        for part in parts
    )


def _sound(key: str) -> Say:
    said = (key,)
    return lambda _walk: said


def _spoken(part: Spoken, language: str) -> Say:
    reading = reading_variable(part.variable, language)

    def say(walk: Walk) -> Sounds:
        ready = walk.values.get(reading, "")
        if ready != "":
            return tuple(str(ready).split("&"))
        value = walk.values.get(part.variable, "")
        if value == "":
            raise Unset(part.variable, NOWHERE)
        return walk.readout(part.read_as, value, language)

    return say
