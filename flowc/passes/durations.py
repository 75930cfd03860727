"""How long a block lasts, at most and about: in speech, and in silence. For the proofs about time.

Speech is counted whole and in the language that takes longest; conditions on prompts are taken to
hold. Knows no text: how long a sound is, is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    Collect,
    Cue,
    CueKind,
    Digits,
    Invoke,
    Lead,
    Operation,
    Options,
    Play,
    Record,
)
from flowc.graph.prompts import Phrase, Prompt, ReadAs, Sound, Spoken, sound_key
from flowc.passes.edges import ending


class Lengths(Protocol):
    """How long sounds are, in milliseconds."""

    def sound_ms(self, key: str) -> int:
        """A static text, by its sound key."""

    def value_ms(self, read_as: ReadAs, language: str) -> int:
        """The longest value that is read out so."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """Milliseconds of speech, and of silence: waiting for keys, for an answer."""

    speech: int = 0
    silence: int = 0

    @property
    def whole(self) -> int:
        return self.speech + self.silence

    def __add__(self, other: Lasting) -> Lasting:
        return Lasting(self.speech + other.speech, self.silence + other.silence)

    def times(self, count: int) -> Lasting:
        return Lasting(self.speech * count, self.silence * count)


NOTHING = Lasting()


def prompt_ms(prompt: Prompt, lengths: Lengths) -> int:
    """A prompt said whole."""
    return sum(_phrase_ms(phrase, lengths) for phrase in prompt)


def _phrase_ms(phrase: Phrase, lengths: Lengths) -> int:
    return max(
        (
            sum(_part_ms(part, language, lengths) for part in parts)
            for language, parts in phrase.parts
        ),
        default=0,
    )


def _part_ms(part: Sound | Spoken, language: str, lengths: Lengths) -> int:
    match part:
        case Sound():
            return lengths.sound_ms(sound_key(language, part))
        case Spoken(read_as=read_as):
            return lengths.value_ms(read_as, language)


def said_in(block: Block, lengths: Lengths) -> int:
    """What a caller hears in a block who presses no key."""
    return sum(_said_ms(operation, lengths) for operation in block.operations)


def _said_ms(operation: Operation, lengths: Lengths) -> int:
    match operation:
        case Play(prompt) | Lead(prompt):
            return prompt_ms(prompt, lengths)
        case Cue(prompt, _, deaf):
            return prompt_ms((*deaf, *prompt), lengths)
        case _:
            return 0


def longest(block: Block, outcome: str, lengths: Lengths) -> Lasting:
    """The most that a block takes where it ends so.

    Waiting for an agent, and talking, are left out: a call's own time stands still there.
    """
    said = said_in(block, lengths)
    match ending(block):
        case Collect() as collect:
            return Lasting(said, _keys_ms(collect, outcome))
        case Invoke(deadline_ms=deadline, filler=filler):
            filled = min(prompt_ms(filler, lengths), deadline)
            return Lasting(said + filled, deadline - filled)
        case Record(most_s=most):
            return Lasting(said + most * 1000)
        case _:
            return Lasting(said)


def _keys_ms(collect: Collect, outcome: str) -> int:
    """The slowest caller who still gets this outcome."""
    match collect.entry:
        case _ if outcome == "silence":
            return collect.first_ms
        case Digits(most=most):
            return collect.first_ms + collect.inter_ms * most
        case Options(keys=keys):
            pressed = len(outcome) if outcome in keys else max(map(len, keys))
            return collect.first_ms + collect.inter_ms * pressed


def further_attempts(graph: FlowGraph, lengths: Lengths) -> Mapping[str, Lasting]:
    """By node with an input: the longest that is said before a further attempt, and waited in one."""
    found: dict[str, Lasting] = {}
    for id_, block in graph.blocks.items():
        known = found.get(id_.node_name, NOTHING)
        match ending(block):
            case Cue(kind=CueKind.RETRY):
                said = max(known.speech, said_in(block, lengths))
                found[id_.node_name] = replace(known, speech=said)
            case Collect(first_ms=first):
                found[id_.node_name] = replace(known, silence=max(known.silence, first))
            case _:
                pass
    return found


def is_heard(operations: Iterable[Operation]) -> bool:
    """Is something surely said here?"""
    return any(
        phrase.when is None
        for operation in operations
        if isinstance(operation, Play | Cue)
        for phrase in _phrases(operation)
    )


def _phrases(operation: Play | Cue) -> Prompt:
    match operation:
        case Play(prompt):
            return prompt
        case Cue(prompt, _, deaf):
            return (*deaf, *prompt)
