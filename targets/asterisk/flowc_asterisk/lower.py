"""From a flow graph to a dialplan as data: one context a node, its blocks are extensions in it.

The table of contents of the lowering: which operation is written by whom. Knows no text of a
dialplan itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import assert_never

from flowc.expression.operators import reads
from flowc.expression.tree import Literal
from flowc.expression.types import Scalar
from flowc.graph.exits import Back, Branch, Call, Hangup, Jump, Return, Switch, successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    Answer,
    Assign,
    Clock,
    Collect,
    Cue,
    Dial,
    Ending,
    Enqueue,
    Flush,
    Forget,
    Invoke,
    Language,
    Lead,
    Mark,
    Operation,
    Play,
    Record,
    Remember,
)
from flowc.passes.count_nodes import SPENT
from flowc.target import EmitError, EmitRequest
from flowc_asterisk import lower_calls as calls
from flowc_asterisk import lower_people as people
from flowc_asterisk import quote
from flowc_asterisk.dialplan import Context, Dialplan
from flowc_asterisk.draft import ContextDraft
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.input_states import input_states
from flowc_asterisk.layout import led_into
from flowc_asterisk.lower_after import asked_contexts
from flowc_asterisk.lower_base import Release, Spot
from flowc_asterisk.lower_input import collect, cue, first_attempt, first_cue
from flowc_asterisk.lower_recording import record
from flowc_asterisk.lower_runtime import invoke
from flowc_asterisk.lower_speech import listed, play

_FLUSH = "0.02,X"  # X is no key: whatever is queued is read and dropped


def lower(request: EmitRequest) -> tuple[Dialplan, Release]:
    """The release's contexts. Raises EmitError with every place that cannot be expressed."""
    release = _release(request)
    drafts = _nodes(release)
    try:
        drafts += _others(release)
    except (NotNativeError, quote.QuoteError) as reason:
        release.report(str(reason), None)
    if release.problems:
        raise EmitError(release.problems)
    contexts = (*(draft.finished() for draft in drafts), _sentinel(release))
    return Dialplan(contexts), release


def _others(release: Release) -> list[ContextDraft]:
    """The contexts that are no node's."""
    return [
        input_states(release),
        *calls.frame_contexts(release),
        *people.people_contexts(release),
        *asked_contexts(release),
        *_list_contexts(release),
    ]


def _release(request: EmitRequest) -> Release:
    graph = request.graph
    handler = reachable(graph, graph.on_hangup)
    ways = [entry for entry in graph.entries if entry != graph.on_hangup]
    normal = frozenset[BlockId]().union(*(reachable(graph, way) for way in ways))
    return Release(request, handler_blocks=handler, shared_blocks=handler & normal)


def reachable(graph: FlowGraph, start: BlockId | None) -> frozenset[BlockId]:
    """The blocks that may follow `start`, without the dynamic ways of Back and Return."""
    waiting = [] if start is None else [start]
    found: set[BlockId] = set()
    while waiting:
        block = waiting.pop()
        if block not in found and block in graph.blocks:
            found.add(block)
            exit_ = graph.blocks[block].exit
            waiting.extend(successors(exit_))
    return frozenset(found)


def _nodes(release: Release) -> list[ContextDraft]:
    drafts: dict[str, ContextDraft] = {}
    for block in release.graph.blocks.values():
        try:
            name = release.context(block.id)
            draft = drafts.setdefault(name, ContextDraft(name, (release.own("input"),)))
            _lower_block(release, block, draft)
        except (NotNativeError, quote.QuoteError) as reason:
            release.report(str(reason), block.id)
            release.writer.take_prelude()
    for number, entry in release.graph.numbers if not release.problems else ():
        try:
            _lower_number(release, drafts, number, entry)
        except (NotNativeError, quote.QuoteError) as reason:
            release.report(str(reason), entry)
    return list(drafts.values())


def _lower_block(release: Release, block: Block, context: ContextDraft) -> None:
    if release.stands_behind(block.id):
        return
    script = context.extension(quote.extension(block.id.part), block.id)
    _lower_steps(Spot(release, block, context, script))
    behind = release.in_line.get(block.id)
    if behind is not None:
        script.follow(behind)
        _lower_steps(Spot(release, release.graph.blocks[behind], context, script))


def _lower_steps(spot: Spot) -> None:
    operations = spot.block.operations
    _lower_operations(spot, operations)
    if not (operations and isinstance(operations[-1], Ending)):
        _lower_exit(spot)


def _lower_operations(spot: Spot, operations: Iterable[Operation]) -> None:
    """One after another; what is counted together is one step."""
    for counted, some in groupby(operations, _is_count):
        if counted:
            _count(spot, [one for one in some if isinstance(one, Assign)])
        else:
            for operation in some:
                _lower_operation(spot, operation)


def _is_count(operation: Operation) -> bool:
    return isinstance(operation, Assign) and operation.variable in quote.COUNTERS


def _lower_number(
    release: Release, drafts: dict[str, ContextDraft], number: str, entry: BlockId
) -> None:
    """A call enters here: the frame, then the first blocks, in one extension of the first node."""
    led = led_into(release.graph, entry)
    context = drafts[release.context((entry, *led)[-1])]
    script = context.extension(quote.digits(number), entry)
    calls.begin(release, script, number)
    if not led:
        Spot(release, release.graph.blocks[entry], context, script).go(entry)
        return
    nothing = Assign(SPENT, Literal(0, Scalar.INT))  # unset is 0 to the server
    noted = (one for one in release.graph.blocks[entry].operations[1:] if one != nothing)
    _lower_operations(Spot(release, release.graph.blocks[entry], context, script), noted)
    spots = [
        Spot(release, release.graph.blocks[one], context, script, is_home=False) for one in led
    ]
    if len(spots) == 1:
        script.run("Answer")
        script.follow(led[0])
        _lower_steps(spots[0])
    else:
        _lower_first_input(spots)


def _lower_first_input(spots: list[Spot]) -> None:
    """Up to the first input's read. No late `#` can be about, so its list need not be kept in `P`."""
    script, lead, offered = spots[0].script, "", ""
    script.run("Answer")
    for spot in spots[:-1]:
        script.follow(spot.block.id)
        _lower_operations(spot, (one for one in spot.block.operations if isinstance(one, Assign)))
        for operation in spot.block.operations:
            match operation:
                case Lead(prompt):
                    lead += listed(spot, prompt)
                case Cue():
                    offered = first_cue(spot, operation, lead)
                case _:
                    pass
    script.follow(spots[-1].block.id)
    first_attempt(spots[-1], offered)


def _lower_operation(spot: Spot, operation: Operation) -> None:
    match operation:
        case Play(prompt):
            play(spot, prompt)
        case Lead(prompt):
            spot.script.set("LD", f"${{LD}}{listed(spot, prompt)}")
        case Cue():
            cue(spot, operation)
        case Flush():
            spot.script.run("WaitDigit", _FLUSH)
        case Assign():
            _assign(spot, operation)
        case Answer() | Clock() | Language() | Mark() | Remember() | Forget():
            _lower_frame(spot, operation)
        case Collect() | Invoke() | Enqueue() | Dial() | Record():
            _lower_ending(spot, operation)
        case _:
            assert_never(operation)


def _lower_frame(
    spot: Spot, operation: Answer | Clock | Language | Mark | Remember | Forget
) -> None:
    match operation:
        case Answer():
            spot.script.run("Answer")
        case Clock():
            calls.clock(spot, operation)
        case Language():
            calls.language(spot, operation)
        case Mark():
            calls.mark(spot, operation)
        case Remember():
            calls.remember(spot, operation)
        case Forget():
            calls.forget(spot, operation)
        case _:
            assert_never(operation)


def _lower_ending(spot: Spot, operation: Ending) -> None:
    match operation:
        case Collect():
            collect(spot, operation)
        case Invoke():
            invoke(spot, operation)
        case Enqueue():
            people.enqueue(spot, operation)
        case Dial():
            people.dial(spot, operation)
        case Record():
            record(spot, operation)
        case _:
            assert_never(operation)


def _count(spot: Spot, assigns: list[Assign]) -> None:
    """Set several counters; the others stay. No value here is of a counter that is set beside it."""
    counts = {name: quote.held(name) for name in quote.COUNTERS}
    for one in assigns:
        assert one.value is not None
        assert not set(reads(one.value)) & {each.variable for each in assigns if each is not one}
        counts[one.variable] = spot.release.value(one.value, spot.script)
    spot.script.set(quote.COUNTS, "/".join(counts.values()))


def _assign(spot: Spot, operation: Assign) -> None:
    if operation.variable.startswith("call.") and operation.variable not in spot.release.uses.read:
        return
    name = quote.variable(operation.variable)
    if operation.value is None:
        spot.script.set(name, "")
        return
    value = spot.release.value(operation.value, spot.script)
    spot.script.set(name, value, alone=not (quote.is_word(value) or value.startswith("$[")))


def _lower_exit(spot: Spot) -> None:
    exit_ = spot.block.exit
    match exit_:
        case Jump(to):
            if not _follows(spot, to):
                spot.go(to)
        case Branch(condition, then, otherwise):
            test = spot.release.condition(condition, spot.script)
            here, way = spot.block.id, spot.release.way
            other = "" if _follows(spot, otherwise) else f":{way(here, otherwise)}"
            spot.script.run("GotoIf", f"{test}?{way(here, then)}{other}")
        case Switch():
            _switch(spot, exit_)
        case Call():
            calls.call(spot, exit_)
        case Return():
            calls.return_(spot, exit_)
        case Back():
            calls.back(spot, exit_)
        case Hangup():
            calls.hang_up(spot, exit_)
        case _:
            assert_never(exit_)


def _follows(spot: Spot, to: BlockId) -> bool:
    """Do the block's own steps come next anyway? Not in a number's extension."""
    return spot.is_home and spot.release.in_line.get(spot.block.id) == to


def _switch(spot: Spot, exit_: Switch) -> None:
    """By text, exactly, and never met raw."""
    for value, to in exit_.cases:
        target = spot.release.way(spot.block.id, to)
        spot.script.run("GotoIf", f"$[{_is_case(exit_.variable, value)}]?{target}")
    if exit_.otherwise is None:
        spot.script.run("Hangup", "41")  # every value has its case, so this is our mistake
    else:
        spot.go(exit_.otherwise)


def _is_case(variable: str, value: str) -> str:
    """Equal without the signs that could end the comparison, and as long with them."""
    word = quote.word(value)
    if variable in quote.REGISTERS or variable in quote.COUNTERS:
        return f'"{quote.held(variable)}"="{word}"'
    held = quote.inside(quote.variable(variable))
    return f'"${{FILTER(A-Za-z0-9_.()-,{held})}}"="{word}" & ${{LEN({held})}}={len(word)}'


def _list_contexts(release: Release) -> list[ContextDraft]:
    """`listed(x, name)`: an extension for each entry."""
    contexts = []
    for name, entries in release.graph.lists.items():
        try:
            context = ContextDraft(release.own("list", name))
            for entry in dict.fromkeys(entries):
                context.extension(f"e{quote.digits(entry)}").run("NoOp")
        except quote.QuoteError as reason:
            release.report(f"list `{name}`: {reason}", None)
            continue
        if entries:
            contexts.append(context)
    return contexts


def _sentinel(release: Release) -> Context:
    """The last context: a server that holds it has read the file to its end."""
    draft = ContextDraft(release.own("sentinel"))
    draft.extension("sentinel").run("NoOp", quote.word(release.request.release[:64]))
    return draft.finished()
