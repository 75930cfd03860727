"""From a flow graph to data for the interpreter: a table a flow, in it a table a block.

A block is its operations in order and last its exit, each a table that begins with its name. Which
fields each has is read in the interpreter (`skeleton/`).
"""

from __future__ import annotations

from typing import assert_never

from flowc.expression.tree import Expression
from flowc.expression.types import WHOLE_NUMBERS
from flowc.graph.exits import Back, Branch, Call, Exit, Hangup, Jump, Return, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block
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
from flowc.machine.entry import prefixes
from flowc_freeswitch import quote
from flowc_freeswitch.expressions import NotNativeError, expression_data
from flowc_freeswitch.lower_outside import dial, enqueue, invoke, record
from flowc_freeswitch.lowering import Release
from flowc_freeswitch.lua_data import Data, Table, table
from flowc_freeswitch.prompts import prompt_data

RETURNS = "~returns"  # beside a flow's blocks; no block is called so
Fields = dict[str | int, Data]


def lower_flows(release: Release) -> dict[str, Table]:
    """The data of every flow, by name. Places that cannot be expressed are reported.

    All that a call needs of a flow is with it: what is loaded when a call begins does not grow with
    the project.
    """
    flows: dict[str, Fields] = {}
    returns: dict[str, Fields] = {}
    for block in release.graph.blocks.values():
        try:
            place = f"{quote.segment(block.id.node)}.{quote.segment(block.id.part)}"
            flows.setdefault(quote.segment(block.id.flow), {})[place] = _block(release, block)
            if isinstance(block.exit, Call):
                returns.setdefault(block.exit.flow, {})[block.exit.site] = _ways_back(block.exit)
        except (NotNativeError, quote.QuoteError) as reason:
            release.report(str(reason), block.id)
    for flow, sites in returns.items():
        flows.setdefault(flow, {})[RETURNS] = Table((), sites)
    return {name: Table((), fields) for name, fields in flows.items()}


def _ways_back(call: Call) -> Table:
    """Where a call of a flow goes on, by the flow's result."""
    return Table((), {quote.segment(result): block_name(to) for result, to in call.results})


def block_name(id_: BlockId) -> str:
    """A block as exits name it."""
    return ".".join(map(quote.segment, (id_.flow, id_.node, id_.part)))


def _block(release: Release, block: Block) -> Table:
    operations = (_operation(release, one) for one in block.operations)
    return table(*operations, _exit(block.exit))


def _operation(release: Release, operation: Operation) -> Table:
    match operation:
        case Play(prompt):
            return table("play", prompt_data(release, prompt) or table())
        case Lead(prompt):
            return table("lead", prompt_data(release, prompt) or table())
        case Cue(prompt, kind, deaf):
            said = prompt_data(release, prompt) or table()
            return table("cue", said, kind.value, *_given(prompt_data(release, deaf)))
        case Assign(variable, value):
            return table("assign", quote.variable(variable), *_given(_value(value)))
        case Collect():
            return _collect(release, operation)
        case Invoke():
            return invoke(release, operation)
        case Enqueue():
            return enqueue(release, operation)
        case Dial():
            return dial(release, operation)
        case Record():
            return record(operation)
        case Remember(node):
            return table("remember", block_name(release.graph.menus[node]))
        case Answer() | Flush() | Clock() | Language() | Mark() | Forget():
            return _note(operation)
        case _:
            assert_never(operation)


def _given(data: Data) -> tuple[Data, ...]:
    return () if data is None else (data,)


def _value(value: Expression | None) -> Data:
    return None if value is None else expression_data(value)


def _note(operation: Answer | Flush | Clock | Language | Mark | Forget) -> Table:
    match operation:
        case Answer():
            return table("answer")
        case Flush():
            return table("flush")
        case Clock():
            return table("clock")
        case Language(language):
            return table("language", quote.language(language))
        case Mark(name):
            return table("mark", quote.segment(name))
        case Forget(flows):
            return table("forget", *map(quote.segment, flows))
        case _:
            assert_never(operation)


def _collect(release: Release, collect: Collect) -> Table:
    timers: dict[str, Data] = {"first": collect.first_ms, "inter": collect.inter_ms}
    match collect.entry:
        case Digits(least, most, person):
            into = quote.variable(collect.into) if collect.into else None
            whole = release.graph.variables.get(collect.into) in WHOLE_NUMBERS or None
            kept = {"into": into, "whole": whole, "person": person or None}
            return table("collect", least=least, most=most, **timers, **kept)
        case Options(keys, skip):
            chosen = _set_of(tuple(map(quote.key, keys)))
            begins = _set_of(tuple(sorted(prefixes(keys))))
            return table("collect", keys=chosen, begins=begins, skip=skip or None, **timers)
        case _:
            assert_never(collect.entry)


def _set_of(words: tuple[str, ...]) -> Table:
    return Table((), dict.fromkeys(words, True))


def _exit(exit_: Exit) -> Table:
    match exit_:
        case Jump(to):
            return table("jump", block_name(to))
        case Branch(condition, then, otherwise):
            return table(
                "branch", expression_data(condition), block_name(then), block_name(otherwise)
            )
        case Switch(variable, cases, otherwise):
            ways = Table((), {quote.text(value): block_name(to) for value, to in cases})
            other = None if otherwise is None else block_name(otherwise)
            return table("switch", quote.variable(variable), ways, *_given(other))
        case Call(flow, entry, site, _):
            return table("call", quote.segment(flow), block_name(entry), site)
        case Return(flow, result, otherwise):
            return table(
                "return", quote.segment(flow), quote.segment(result), block_name(otherwise)
            )
        case Back(otherwise):
            return table("back", *_given(None if otherwise is None else block_name(otherwise)))
        case Hangup(cause):
            return table("hangup", int(cause))
        case _:
            assert_never(exit_)
