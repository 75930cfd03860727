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
from flowc.machine.formula import formula
from flowc.machine.prepared import Action, Prepared, PreparedBlock
from flowc.machine.walk import Walk


def leave_by(exit_: Exit, block: PreparedBlock, prepared: Prepared) -> Action:
    """Link `block` to where its exit leads, and say how it is left."""
    blocks = prepared.blocks
    match exit_:
        case Jump(to):
            return _jump(blocks[to])
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
            return _back(prepared, blocks[none_left])
        case Hangup(cause):
            return lambda walk: walk.finish("flow", cause)
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


def _jump(to: PreparedBlock) -> Action:
    return lambda walk: walk.go(to)


def _branch(condition: Expression, then: PreparedBlock, otherwise: PreparedBlock) -> Action:
    holds = formula(condition)
    return lambda walk: walk.go(then if holds(walk.values, walk.world) else otherwise)


def _switch(
    variable: str, ways: dict[str, PreparedBlock], otherwise: PreparedBlock | None
) -> Action:
    return lambda walk: walk.go(ways.get(str(walk.values.get(variable, "")), otherwise))


def _call(flow: str, site: int, entry: PreparedBlock) -> Action:
    register = return_register(flow)

    def call(walk: Walk) -> None:
        walk.values[register] = site
        walk.go(entry)

    return call


def _return(flow: str, result: str, prepared: Prepared, nowhere: PreparedBlock) -> Action:
    register = return_register(flow)

    def leave(walk: Walk) -> None:
        site = walk.values.pop(register, None)
        if site is None:
            walk.go(nowhere)
        else:
            walk.go(prepared.callers[flow, int(site)].ways.get(result))

    return leave


def _back(prepared: Prepared, none_left: PreparedBlock) -> Action:
    def leave(walk: Walk) -> None:
        remembered = walk.remembered
        walk.go(prepared.menus[remembered.pop()] if remembered else none_left)

    return leave
