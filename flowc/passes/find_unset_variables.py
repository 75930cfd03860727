"""Variables that some caller could meet before they have a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Note, Reporter
from flowc.expression.evaluate import MAY_BE_EMPTY
from flowc.expression.operators import children, reads
from flowc.expression.tree import Binary, Conditional, Expression, IsSet, Not, Read
from flowc.expression.tree import Call as Asked
from flowc.graph.exits import Back, Branch, Call, Exit, Return
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    Assign,
    Collect,
    Enqueue,
    Forget,
    Invoke,
    Operation,
    Record,
    Remember,
)
from flowc.graph.reads import evaluated_by, phrases_in, spoken_in, written_by
from flowc.kinds.builder import CALLED, ENTER
from flowc.passes.edges import Edge, edges_of
from flowc.passes.example_call import example
from flowc.passes.shortest_way import shortest_way

PROJECT = "project."
WAITED = "call.waited"  # the one of the call's own that is not there from its beginning
REGISTERS = ("call", "clock", "input", "way", "outcome", "cause", "hangup")
Known = frozenset[str]
Ways = Mapping[BlockId, tuple[Edge, ...]]
Lost = Mapping[str, Known]  # by called flow
# What each condition on text was decided by: with its fields known, it is known itself.
Decisions = Mapping[str, Known]


def find_unset_variables(graph: FlowGraph, report: Reporter) -> None:
    """Report each read that a call can come to without the value, once a node and variable.

    What stands behind a result that a called flow never ends with is come to by no call.
    """
    known = _known_at(graph)
    decisions = _decisions(graph)
    told: set[tuple[str, str]] = set()
    for id_, before in known.items():
        block = graph.blocks[id_]
        for variable in _read_unset(block, before, decisions):
            # One finding for a whole answer, in the author's words: no index, no length.
            own = variable if variable.startswith("call.") else variable.partition(".")[2]
            name = re.split(r"\.(?:[0-9]+|len|is[0-9]+)(?:\.|$)", own)[0]
            key = id_.node_name, name.partition(".")[0]
            if key not in told:
                told.add(key)
                shown = _example(graph, id_, variable)
                report.report(
                    proofs.UNSET_VARIABLE, block.origin.span, *shown, name=name, node=id_.node
                )


def _example(graph: FlowGraph, there: BlockId, variable: str) -> tuple[Note, ...]:
    """A call that comes there without the value; none where only the way *back* shows it."""
    own = {variable, f"{variable}!"}

    def carry(edge: Edge, held: Known) -> Known:
        return _entered(edge.to, _after(graph.blocks[edge.source], edge, held)) & own

    def is_there(at: BlockId, held: Known) -> bool:
        return at == there and variable not in held

    return example(graph, shortest_way(graph, Known(), carry, is_there))


def _decisions(graph: FlowGraph) -> Decisions:
    return {
        decided.variable: reads(decided.expression)
        for block in graph.blocks.values()
        for operation in block.operations
        if isinstance(operation, Invoke)
        for decided in operation.decided
    }


def _known_at(graph: FlowGraph) -> dict[BlockId, Known]:
    """What is surely set on entering each block that is reached; a meet over all ways in."""
    known: dict[BlockId, Known] = dict.fromkeys(graph.entries, frozenset())
    returned: dict[tuple[str, str], Known] = {}
    sites = {id_: block.exit for id_, block in graph.blocks.items() if isinstance(block.exit, Call)}
    lost_in = _lost_in_calls(graph)
    lost = _lost_on_the_way_back(graph, lost_in)
    waiting = list(known)
    while waiting:
        at = waiting.pop()
        block = graph.blocks[at]
        before = known[at] = known[at] - lost.get(at, frozenset())
        if isinstance(block.exit, Return) and _note_return(block, before, returned):
            waiting.extend(
                id_ for id_, call in sites.items() if call.flow == block.exit.flow and id_ in known
            )
        for edge in edges_of(block):
            filled = _filled_by_call(block.exit, edge, returned)
            if filled is None:
                continue
            kept = _after(block, edge, before) - _lost_by(block.exit, edge, lost_in)
            there = _entered(edge.to, kept | filled)
            seen = known.get(edge.to)
            met = there if seen is None else seen & there
            if edge.to in graph.blocks and met != seen:
                known[edge.to] = met
                waiting.append(edge.to)
    return known


def _note_return(block: Block, before: Known, returned: dict[tuple[str, str], Known]) -> bool:
    """Keep which variables of the project every such return comes with; whether that is news."""
    assert isinstance(block.exit, Return)
    key = block.exit.flow, block.exit.result
    own = frozenset(v for v in _with_operations(block, before) if v.startswith(PROJECT))
    met = returned[key] & own if key in returned else own
    news = returned.get(key) != met
    returned[key] = met
    return news


def _filled_by_call(
    exit_: Exit, edge: Edge, returned: Mapping[tuple[str, str], Known]
) -> Known | None:
    """What a called flow has surely filled by the result that leads here; None where it never ends so."""
    if not isinstance(exit_, Call) or edge.to == exit_.entry:
        return frozenset()
    ways = [returned.get((exit_.flow, result)) for result, to in exit_.results if to == edge.to]
    came = [way for way in ways if way is not None]
    return frozenset.intersection(*came) if came else None


def _lost_in_calls(graph: FlowGraph) -> Lost:
    """By called flow: the variables of the project that may have lost their value when it returns."""
    fills = (each for block in graph.blocks.values() for each in block.operations)
    if not any(v.startswith(PROJECT) for each in fills for v in _may_lose(each)):
        return {}
    calls = (block.exit for block in graph.blocks.values())
    entries = {call.flow: call.entry for call in calls if isinstance(call, Call)}
    lost: dict[str, Known] = dict.fromkeys(entries, frozenset())
    news = True
    while news:
        found = {flow: _lost_till_return(graph, flow, at, lost) for flow, at in entries.items()}
        news, lost = found != lost, found
    return lost


def _lost_till_return(graph: FlowGraph, flow: str, entry: BlockId, lost: Lost) -> Known:
    def past_calls(at: BlockId) -> Iterator[Edge]:
        exit_ = graph.blocks[at].exit
        entered = exit_.entry if isinstance(exit_, Call) else None
        return (e for e in edges_of(graph.blocks[at]) if e.to in graph.blocks and e.to != entered)

    failed: dict[BlockId, Known] = {entry: frozenset()}
    _spread(graph, failed, [entry], past_calls, lost)
    ends = (at for at in failed if _returns(graph.blocks[at], flow))
    found = (_failed_after(graph.blocks[at], Edge(at, at), failed[at]) for at in ends)
    return frozenset(v for each in found for v in each if v.startswith(PROJECT))


def _returns(block: Block, flow: str) -> bool:
    return isinstance(block.exit, Return) and block.exit.flow == flow


def _spread(
    graph: FlowGraph,
    failed: dict[BlockId, Known],
    waiting: list[BlockId],
    onward: Callable[[BlockId], Iterable[Edge]],
    lost: Lost,
) -> None:
    """Fill in, from the blocks that wait, what may have lost its value on coming to each block."""
    while waiting:
        at = waiting.pop()
        block = graph.blocks[at]
        for edge in onward(at):
            there = _failed_after(block, edge, failed[at]) | _lost_by(block.exit, edge, lost)
            known = failed.get(edge.to)
            if known is None or not there <= known:
                failed[edge.to] = there | (known or frozenset())
                waiting.append(edge.to)


def _lost_by(exit_: Exit, edge: Edge, lost: Lost) -> Known:
    """What a called flow may have unset that leads on here."""
    if not isinstance(exit_, Call) or edge.to == exit_.entry:
        return frozenset()
    return lost.get(exit_.flow, frozenset())


def _may_lose(operation: Operation) -> tuple[str, ...]:
    """What may have no value behind it that had one before. A question unsets what it would fill
    where it fails."""
    match operation:
        case Assign(variable, None):
            return (variable,)
        case Invoke() | Record():
            return written_by(operation)
        case _:
            return ()


def _lost_on_the_way_back(graph: FlowGraph, lost_in: Lost) -> dict[BlockId, Known]:
    """What *back* may find without a value, by menu: a failed question unsets what it would fill."""
    asking: dict[str, list[BlockId]] = {}
    for id_, block in graph.blocks.items():
        lost = (variable for each in block.operations for variable in _may_lose(each))
        for flow in {variable.partition(".")[0] for variable in lost}:
            asking.setdefault(flow, []).append(id_)
    if not any(isinstance(block.exit, Back) for block in graph.blocks.values()):
        return {}
    by_everybody = asking.get(PROJECT.rstrip("."), [])
    asked = ((menu, [*asking.get(menu.flow, ()), *by_everybody]) for menu in graph.menus.values())
    ways = {id_: edges_of(block) for id_, block in graph.blocks.items()}
    return {
        menu: _lost_since_left(graph, ways, menu, blocks, lost_in)
        for menu, blocks in asked
        if blocks
    }


def _lost_since_left(
    graph: FlowGraph, ways: Ways, menu: BlockId, asking: list[BlockId], lost_in: Lost
) -> Known:
    """The variables that may have lost their value between a choice in a menu and a *back* to it."""
    left = _still_remembered(graph, ways, menu)
    failed: dict[BlockId, Known] = dict.fromkeys(left, frozenset())
    losing = (id_ for id_ in left if isinstance(graph.blocks[id_].exit, Call) and lost_in)
    waiting = [*(id_ for id_ in asking if id_ in left), *losing]
    _spread(graph, failed, waiting, lambda at: (e for e in ways[at] if e.to in left), lost_in)
    backs = [failed[id_] for id_ in left if isinstance(graph.blocks[id_].exit, Back)]
    lost: Known = frozenset().union(*backs)
    return frozenset(v for v in lost if v.startswith((f"{menu.flow}.", PROJECT)))


def _still_remembered(graph: FlowGraph, ways: Ways, menu: BlockId) -> dict[BlockId, None]:
    """The blocks that a call comes to with a menu on its back list."""
    left = Remember(menu.node_name)
    seen: dict[BlockId, None] = {}
    waiting = [id_ for id_, block in graph.blocks.items() if left in block.operations]
    while waiting:
        at = waiting.pop()
        if at in seen or at not in graph.blocks or _forgets(graph.blocks[at], menu.flow):
            continue
        seen[at] = None
        waiting.extend(edge.to for edge in ways[at])
    return seen


def _forgets(block: Block, flow: str) -> bool:
    return any(isinstance(each, Forget) and flow in each.flows for each in block.operations)


def _failed_after(block: Block, edge: Edge, before: Known) -> Known:
    failed = set(before)
    for operation in block.operations:
        match operation:
            case Assign(variable, None):
                failed.add(variable)
            case Invoke() | Record() if edge.outcome != "done":
                failed.update(written_by(operation))
            case Collect() if edge.outcome != "done":
                pass
            case _:
                failed.difference_update(written_by(operation))
    return frozenset(failed)


def _entered(to: BlockId, known: Known) -> Known:
    """A flow that is entered afresh keeps nothing of before but its parameters, set just now."""
    return (
        known
        if to.part not in (ENTER, CALLED)
        else frozenset(v for v in known if not v.startswith(f"{to.flow}.") or v.endswith("!"))
    )


def _with_operations(block: Block, before: Known, outcome: str = "") -> set[str]:
    """What is set behind the block's operations, where the last one ended so."""
    known = set(before)
    for operation in block.operations:
        match operation:
            case Assign(variable, None):
                known.discard(variable)
            case Collect() | Invoke() | Record():
                if outcome == "done":
                    known.update(written_by(operation))
                elif isinstance(operation, Invoke | Record):
                    known.difference_update(written_by(operation))
            case Enqueue():
                known.add(WAITED)
            case _:
                known.update(written_by(operation))
    return known


def _after(block: Block, edge: Edge, before: Known) -> Known:
    known = _with_operations(block, before, edge.outcome)
    match block.exit:
        case Branch(condition, then, otherwise) if then != otherwise:
            known.update(_implied(condition, edge.to == then))
        case Call(flow=flow) if edge.to.part == CALLED:
            # Its parameters outlive the entry; the mark is taken off again behind it.
            given = {op.variable for op in block.operations if isinstance(op, Assign)}
            known.update(f"{variable}!" for variable in given if variable.startswith(f"{flow}."))
    if block.id.part == CALLED:
        known = {variable.removesuffix("!") for variable in known}
    return frozenset(known)


def _implied(condition: Expression, holds: bool = True) -> Iterator[str]:
    """What must be set where the condition holds, or where it does not."""
    match condition:
        case IsSet(Read(variable=variable)) if holds:
            yield variable
        case Not(operand):
            yield from _implied(operand, not holds)
        case Binary("and", left, right) if holds:
            yield from _implied(left)
            yield from _implied(right)
        case Binary("or", left, right) if not holds:
            yield from _implied(left, False)
            yield from _implied(right, False)


def _read_unset(block: Block, before: Known, decisions: Decisions) -> Iterator[str]:
    known = set(before)
    for operation in block.operations:
        yield from _unset_in(operation, known, decisions)
        if isinstance(operation, Assign) and operation.value is not None:
            known.add(operation.variable)
    match block.exit:
        case Branch(condition):
            yield from _missing((condition,), known, decisions)


def _unset_in(operation: Operation, known: set[str], decisions: Decisions) -> Iterator[str]:
    yield from _missing(tuple(evaluated_by(operation)), known, decisions)
    for phrase in phrases_in(operation):
        guards = set(_implied(phrase.when)) if phrase.when else set()
        if phrase.when:
            yield from _missing((phrase.when,), known, decisions)
        for spoken in spoken_in(phrase):
            if spoken.variable not in known | guards and _is_author(spoken.variable):
                yield spoken.variable


def _missing(
    expressions: tuple[Expression, ...], known: set[str], decisions: Decisions
) -> Iterator[str]:
    for expression in expressions:
        unset = set(_unguarded(expression, frozenset(known), decisions))
        yield from sorted(variable for variable in unset if _is_author(variable))


def _unguarded(expression: Expression, known: Known, decisions: Decisions) -> Iterator[str]:
    """What is read and neither known nor asked for before it: `x is set and x > 3`."""
    match expression:
        case Read(variable=variable) if variable not in known:
            if variable not in decisions and variable not in MAY_BE_EMPTY:
                yield variable
            yield from decisions.get(variable, known) - known
        case IsSet():
            return
        case Asked("number", (Read(variable=variable),)) if variable in MAY_BE_EMPTY - known:
            yield variable  # compared it may be empty, but that is no number
        case Binary("and" | "or" as operator, left, right):
            yield from _unguarded(left, known, decisions)
            beside = known | set(_implied(left, operator == "and"))
            yield from _unguarded(right, beside, decisions)
        case Conditional(condition, then, otherwise):
            yield from _unguarded(condition, known, decisions)
            yield from _unguarded(then, known | set(_implied(condition)), decisions)
            otherwise_known = known | set(_implied(condition, False))
            yield from _unguarded(otherwise, otherwise_known, decisions)
        case _:
            for part in children(expression):
                yield from _unguarded(part, known, decisions)


def _is_author(variable: str) -> bool:
    return variable in (WAITED, *MAY_BE_EMPTY) or variable.partition(".")[0] not in REGISTERS
