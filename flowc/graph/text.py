"""A graph as text that people read and compare: one block after another, one line an operation.

Knows the graph only; places in the source and types of variables are left out. It is made to be
read, not read back (`as_json` is).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from flowc.expression.render import expression_text as render
from flowc.graph.exits import Back, Branch, Call, Exit, Hangup, Jump, Return, Switch
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    Answer,
    Assign,
    Clock,
    Collect,
    Cue,
    Dial,
    Digits,
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
from flowc.graph.prompts import Part, Phrase, Prompt, Sound


def graph_text(graph: FlowGraph) -> str:
    """The whole graph, blocks in the source's order, numbers and handler first."""
    lines = [f"graph {graph.name}"]
    lines.extend(f"  number {number} -> {entry}" for number, entry in graph.numbers)
    if graph.on_hangup is not None:
        lines.append(f"  on hangup -> {graph.on_hangup}")
    lines.append(f"  limit {graph.limits.length_s}s -> {graph.limits.to or 'hang up'}")
    return "\n".join(lines) + "\n\n" + "\n".join(map(block_text, graph.blocks.values()))


def block_text(block: Block) -> str:
    """One block: its name, its operations, its exit."""
    lines = [f"{block.id}:"]
    lines.extend(f"  {operation_text(operation)}" for operation in block.operations)
    lines.extend(f"  {line}" for line in _exit_lines(block.exit))
    return "\n".join(lines) + "\n"


def operation_text(operation: Operation) -> str:
    """One operation in a line."""
    match operation:
        case Answer() | Flush() | Clock():
            return type(operation).__name__.lower()
        case Play() | Lead() | Cue():
            return _speech(operation)
        case Collect() | Invoke() | Enqueue() | Dial() | Record():
            return _wait(operation)
        case Assign(variable, value):
            return f"assign {variable} = {'unset' if value is None else render(value)}"
        case Language(word) | Mark(word) | Remember(word):
            return f"{type(operation).__name__.lower()} {word}"
        case Forget(flows):
            return f"forget {' '.join(flows)}"
        case _:
            assert_never(operation)


def _speech(operation: Play | Lead | Cue) -> str:
    match operation:
        case Play(prompt):
            return f"play {_prompt(prompt)}"
        case Lead(prompt):
            return f"lead {_prompt(prompt)}"
        case Cue(prompt, kind, deaf):
            first = f"deaf {_prompt(deaf)} then " if deaf else ""
            return f"cue {kind.value} {first}{_prompt(prompt)}"
        case _:
            assert_never(operation)


def _wait(operation: Collect | Invoke | Enqueue | Dial | Record) -> str:
    match operation:
        case Collect(entry, into, first_ms, inter_ms):
            named = f" into {into}" if into else ""
            return f"collect {_entry(entry)}{named} first {first_ms}ms inter {inter_ms}ms"
        case Invoke():
            return _invoke(operation)
        case Enqueue(queue, most, priority, keys):
            words = [f"enqueue {queue}", f"at most {most}s" if most is not None else ""]
            words.append(f"priority {render(priority)}" if priority is not None else "")
            words.append(f"exit keys {' '.join(keys)}" if keys else "")
            return " ".join(word for word in words if word)
        case Dial(numbers, allowed, ring_s, accept):
            rung = ", ".join(map(render, numbers))
            key = f" accept {accept}" if accept else ""
            return f"dial {rung} of {' '.join(allowed)} for {ring_s}s{key}"
        case Record(into, most_s, silence_s, end_key):
            return f"record into {into} at most {most_s}s silence {silence_s}s end {end_key}"
        case _:
            assert_never(operation)


def _entry(entry: Digits | Options) -> str:
    match entry:
        case Digits(least, most, person):
            return f"digits {least}-{most}{' person' if person else ''}"
        case Options(keys, skip):
            return f"options {' '.join(keys)}{' skip' if skip else ''}"


def _invoke(invoke: Invoke) -> str:
    arguments = ", ".join(f"{name}={render(value)}" for name, value in invoke.arguments)
    words = [f"invoke {invoke.kind.value} {invoke.service}.{invoke.operation}({arguments})"]
    words.extend(f"gives {'.'.join(g.path) or 'it'} to {g.variable}" for g in invoke.gives)
    words.extend(f"decides {d.variable} = {render(d.expression)}" for d in invoke.decided)
    words.extend(f"reads {r.variable} as {r.read_as.value}" for r in invoke.readings)
    if invoke.filler:
        words.append(f"filler {_prompt(invoke.filler)}")
    return "; ".join([*words, f"within {invoke.deadline_ms}ms"])


def _prompt(prompt: Prompt) -> str:
    return "[" + ", ".join(map(_phrase, prompt)) + "]"


def _phrase(phrase: Phrase) -> str:
    when = f" when {render(phrase.when)}" if phrase.when is not None else ""
    ways = dict.fromkeys(" ".join(map(_part, parts)) for _, parts in phrase.parts)
    return " / ".join(ways) + when


def _part(part: Part) -> str:
    if isinstance(part, Sound):
        return part.id
    return f"{{{part.variable} as {part.read_as.value}}}"


def _exit_lines(exit_: Exit) -> Iterator[str]:
    match exit_:
        case Jump(to):
            yield f"-> {to}"
        case Branch(condition, then, otherwise):
            yield f"if {render(condition)} -> {then}"
            yield f"else -> {otherwise}"
        case Switch(variable, cases, otherwise):
            yield f"switch {variable}"
            yield from (f"  {value} -> {to}" for value, to in cases)
            if otherwise is not None:
                yield f"  else -> {otherwise}"
        case Call(flow, entry, site, results):
            yield f"call {flow} at {entry} site {site}"
            yield from (f"  {result} -> {to}" for result, to in results)
        case Return(flow, result, otherwise):
            yield f"return {result} from {flow}, else -> {otherwise}"
        case Back(otherwise):
            yield "back" if otherwise is None else f"back, else -> {otherwise}"
        case Hangup(cause):
            yield f"hangup {cause}"
        case _:
            assert_never(exit_)
