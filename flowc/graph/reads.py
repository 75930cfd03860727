"""What a block reads and writes: expressions, variables, prompts. For passes and lowerings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowc.expression.tree import Expression
from flowc.graph.exits import Branch
from flowc.graph.model import Block
from flowc.graph.operations import (
    Assign,
    Collect,
    Cue,
    Dial,
    Enqueue,
    Invoke,
    Lead,
    Operation,
    Play,
    Record,
)
from flowc.graph.prompts import Phrase, Spoken


def author_name(variable: str) -> str:
    """What an author calls a flat variable: no flow before it, no place of an item in it."""
    _, _, own = variable.partition(".")
    inner = re.split(r"\.(?:len|is[0-9]+)$", own)[0]
    return re.sub(r"\.[0-9]+(?=\.|$)", "", inner)


def phrases_in(operation: Operation) -> tuple[Phrase, ...]:
    """Every phrase that an operation may say."""
    match operation:
        case Play(prompt) | Lead(prompt):
            return prompt
        case Cue(prompt, _, deaf):
            return (*deaf, *prompt)
        case Invoke(filler=filler):
            return filler
        case Dial(accept_prompt=prompt):
            return prompt
        case _:
            return ()


def spoken_in(phrase: Phrase) -> Iterator[Spoken]:
    """The values that a phrase reads out in any language."""
    for _, parts in phrase.parts:
        for part in parts:
            if isinstance(part, Spoken):
                yield part


def evaluated_by(operation: Operation) -> Iterator[Expression]:
    """The expressions that an operation evaluates itself, prompts' conditions aside."""
    match operation:
        case Assign(_, value) if value is not None:
            yield value
        case Invoke(arguments=arguments):
            yield from (value for _, value in arguments)
        case Enqueue(priority=priority) if priority is not None:
            yield priority
        case Dial(numbers=numbers):
            yield from numbers


def expressions_in(block: Block) -> Iterator[Expression]:
    """Every expression that a block evaluates, prompts' conditions among them."""
    for operation in block.operations:
        yield from evaluated_by(operation)
        for phrase in phrases_in(operation):
            if phrase.when is not None:
                yield phrase.when
    match block.exit:
        case Branch(condition):
            yield condition


def written_by(operation: Operation) -> tuple[str, ...]:
    """The flat variables that an operation may give a value."""
    match operation:
        case Assign(variable, value) if value is not None:
            return (variable,)
        case Collect(into=into) | Record(into=into) if into:
            return (into,)
        case Invoke(gives=gives, decided=decided):
            return (*(each.variable for each in gives), *(each.variable for each in decided))
        case _:
            return ()
