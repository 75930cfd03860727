"""How a block is left, as a function made once. Knows neither operations nor events."""

from __future__ import annotations

from typing import assert_never

from flowc.expression.tree import Expression
from flowc.graph.exits import (
    Back,
    Branch,
    Call,
    Exit,
    Hangup,
    Jump,
    Return,
    Switch,
    return_register,
)
from flowc.graph.ids import BlockId
from flowc.graph.operations import OUTCOME
from flowc.machine.commands import EndCall
from flowc.machine.formula import formula
from flowc.machine.phase import MachineError
from flowc.machine.prepared import Action, Prepared, PreparedBlock
from flowc.machine.trace import HungUp
from flowc.machine.walk import Walk


def leave_by(exit_: Exit, block: PreparedBlock, prepared: Prepared) -> Action:
    """Link `block` to where its exit leads, and say how it is left."""
    blocks = prepared.blocks
    match exit_:
        case Jump(to):
            return blocks[to].enter
        case Branch(condition, then, otherwise):
            return _branch(condition, blocks[then], blocks[otherwise])
        case Switch(variable, cases, other):
            _link(block, cases, other, prepared)
            return _switch(variable, block.ways, block.otherwise)
        case Call(flow, entry, site, results):
            _link(block, results, entry, prepared)
            prepared.callers[flow, site] = block
            return _call(flow, site, blocks[entry])
        case Return(flow, result, nowhere):
            return _return(flow, result, prepared, blocks[nowhere])
        case Back(none_left):
            return _back(prepared, None if none_left is None else blocks[none_left])
        case Hangup(cause):
            return _hang_up(HungUp("flow"), EndCall(cause))
        case _:
            assert_never(exit_)


def _link(
    block: PreparedBlock,
    ways: tuple[tuple[str, BlockId], ...],
    otherwise: BlockId | None,
    prepared: Prepared,
) -> None:
    block.ways = {value: prepared.blocks[to] for value, to in ways}
    block.otherwise = None if otherwise is None else prepared.blocks[otherwise]


def _hang_up(how: HungUp, command: EndCall) -> Action:
    return lambda walk: walk.finish(how, command)


def _branch(condition: Expression, then: PreparedBlock, otherwise: PreparedBlock) -> Action:
    holds, one, other = formula(condition), then.enter, otherwise.enter
    return lambda walk: (one if holds(walk.values, walk.world) else other)(walk)


def _switch(
    variable: str, ways: dict[str, PreparedBlock], otherwise: PreparedBlock | None
) -> Action:
    def switch(walk: Walk) -> None:
        way = ways.get(str(walk.values.get(variable, "")), otherwise)
        if way is None:
            raise _no_way(walk)
        way.enter(walk)

    return switch


def _call(flow: str, site: int, entry: PreparedBlock) -> Action:
    register = return_register(flow)

    def call(walk: Walk) -> None:
        walk.values[register] = site
        entry.enter(walk)

    return call


def _return(flow: str, result: str, prepared: Prepared, nowhere: PreparedBlock) -> Action:
    register = return_register(flow)

    def leave(walk: Walk) -> None:
        site = walk.values.pop(register, None)
        caller = None if site is None else prepared.callers[flow, int(site)]
        way = nowhere if caller is None else caller.ways.get(result)
        if way is None:
            raise _no_way(walk)
        way.enter(walk)

    return leave


def _back(prepared: Prepared, none_left: PreparedBlock | None) -> Action:
    def leave(walk: Walk) -> None:
        remembered = walk.remembered
        menu = prepared.menus[remembered.pop()] if remembered else none_left
        if menu is None:
            raise _no_way(walk)
        menu.enter(walk)

    return leave


def _no_way(walk: Walk) -> MachineError:
    return MachineError(f"{walk.block.id} has no way for {walk.values.get(OUTCOME)!r}")
