"""What an operator does: a sentence an operation, one or more an exit.

Both sets are closed: whoever adds an operation or an exit to the graph is led here by mypy. Knows
nothing of the card's form, and no telephone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from flowc.expression.render import expression_text
from flowc.graph.exits import Back, Branch, Call, Exit, Hangup, Jump, Return, Switch
from flowc.graph.ids import BlockId
from flowc.graph.operations import (
    Answer,
    Assign,
    Clock,
    Collect,
    Cue,
    Dial,
    Digits,
    Ending,
    Enqueue,
    Flush,
    Forget,
    Invoke,
    Language,
    Lead,
    Mark,
    Operation,
    Options,
    Play,
    Record,
    Remember,
)
from flowc.graph.prompts import Phrase, Prompt, Sound

Steps = Mapping[BlockId, int]


def printable(line: str) -> str:
    """The one door for text: whatever a name or a literal holds, a line stays a line."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in line)


def operation_sentence(operation: Operation) -> str:
    """What is done."""
    match operation:
        case Answer():
            return "Pick up."
        case Play() | Lead() | Cue():
            return _saying(operation)
        case Collect() | Invoke() | Enqueue() | Dial() | Record():
            return _waiting(operation)
        case Assign() | Clock() | Flush() | Language() | Mark() | Remember() | Forget():
            return _noting(operation)
        case _:
            assert_never(operation)


def _saying(operation: Play | Lead | Cue) -> str:
    match operation:
        case Play(prompt):
            return f"Say {_said(prompt)}; listen to no key."
        case Lead(prompt):
            return f"Before the next question say {_said(prompt)}."
        case Cue(prompt, kind, deaf):
            first = f"{_said(deaf)}, listening to no key, then " if deaf else ""
            return f"The question ({kind.value}) is {first}{_said(prompt)}."
        case _:
            assert_never(operation)


def _waiting(operation: Ending) -> str:
    match operation:
        case Collect(entry, into, first_ms, inter_ms):
            noted = f", and note them as {into}" if into else ""
            pauses = f"{first_ms / 1000:g} s for the first key, {inter_ms / 1000:g} s between keys"
            return f"Ask the question, take {_keys(entry)}{noted}; wait {pauses}."
        case Invoke():
            return _asking(operation)
        case Enqueue(queue, max_wait_s):
            limit = "" if max_wait_s is None else f" for at most {max_wait_s} s"
            return f"Let the caller wait for {queue}{limit}."
        case Dial(numbers, _, ring_s):
            rung = ", then ".join(map(expression_text, numbers))
            return f"Ring {rung}, {ring_s} s each, and connect."
        case Record(into, most_s):
            return f"Record the caller for at most {most_s} s as {into}."
        case _:
            assert_never(operation)


def _noting(operation: Assign | Clock | Flush | Language | Mark | Remember | Forget) -> str:
    match operation:
        case Assign(variable, value):
            if value is None:
                return f"Strike out {variable}."
            return f"Note {variable} = {expression_text(value)}."
        case Clock():
            return "Look at the clock."
        case Flush():
            return "Forget the keys pressed so far."
        case Language(language):
            return f"Go on in {language}."
        case Mark(name):
            return f"Tick {name}."
        case Remember(node):
            return f"Put {node} on the list of menus."
        case Forget(flow):
            return f"Strike every menu of {flow} off the list."
        case _:
            assert_never(operation)


def exit_sentences(exit_: Exit, steps: Steps) -> list[str]:
    """Where to go on."""
    match exit_:
        case Jump(to):
            return [f"Go to step {steps[to]}."]
        case Branch(condition, then, otherwise):
            return [
                f"If {expression_text(condition)}: go to step {steps[then]}.",
                f"Else: go to step {steps[otherwise]}.",
            ]
        case Switch(variable, cases, otherwise):
            ways = [f"If {variable} is {value}: go to step {steps[to]}." for value, to in cases]
            return ways if otherwise is None else [*ways, f"Else: go to step {steps[otherwise]}."]
        case Call(flow, entry, _, results):
            ways = [f"If {flow} ends with {word}: go to step {steps[to]}." for word, to in results]
            return [f"Keep a finger here and go to step {steps[entry]}.", *ways]
        case Return(flow, result, otherwise):
            kept = f"Go back to the finger of {flow}, with {result}"
            return [f"{kept}; where there is none: go to step {steps[otherwise]}."]
        case Back(otherwise):
            newest = "Take the newest menu off the list and go to it"
            if otherwise is None:
                return [f"{newest}."]
            return [f"{newest}; with none left: go to step {steps[otherwise]}."]
        case Hangup():
            return ["Hang up."]
        case _:
            assert_never(exit_)


def _keys(entry: Digits | Options) -> str:
    match entry:
        case Digits(least, most):
            return f"{least} digits" if least == most else f"{least} to {most} digits"
        case Options(keys):
            return f"one of {', '.join(keys)}"
        case _:
            assert_never(entry)


def _asking(invoke: Invoke) -> str:
    given = ", ".join(f"{name} {expression_text(value)}" for name, value in invoke.arguments)
    for_ = f" for {given}" if given else ""
    noted = ", ".join(each.variable for each in invoke.gives)
    note = f"; note {noted}" if noted else ""
    question = f"{invoke.kind.value} {invoke.service}.{invoke.operation}"
    return f"Ask {question}{for_}, within {invoke.deadline_ms / 1000:g} s{note}."


def _said(prompt: Prompt) -> str:
    return ", ".join(map(_phrase, prompt)) or "nothing"


def _phrase(phrase: Phrase) -> str:
    """A phrase in the first language; the others say the same."""
    _, parts = phrase.parts[0]
    words = " ".join(
        f"`{part.id}`" if isinstance(part, Sound) else f"{{{part.variable}}}" for part in parts
    )
    return words if phrase.when is None else f"{words} (if {expression_text(phrase.when)})"
