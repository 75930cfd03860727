"""Which block follows which in one extension, so that no step only leads from one to the next.

The same for whoever writes steps and whoever reads them back as a trace. Knows the graph alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.expression.tree import Literal
from flowc.graph.exits import Branch, Jump, Switch
from flowc.graph.ids import START, BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import OUTCOME, Answer, Assign, Collect, Cue, Ending, Lead, Options


def attempts_in_line(graph: FlowGraph) -> dict[BlockId, BlockId]:
    """By the block before it: an input's attempt that stands behind it in that block's extension.

    Not where a prompt without barge-in is heard first: that is a step before the attempt's own.
    """
    deaf = {
        block.id.node_name
        for block in graph.blocks.values()
        if any(isinstance(one, Cue) and one.deaf for one in block.operations)
    }
    found: dict[BlockId, BlockId] = {}
    taken: set[BlockId] = set()  # on either side
    hosts = sorted(graph.blocks.values(), key=lambda block: block.id.part != START)
    for block in hosts:
        to = _onward(block)
        if to is None or to in taken or block.id in taken or to.node_name in deaf:
            continue
        if to.node_name == block.id.node_name and _is_attempt(graph.blocks.get(to)):
            found[block.id] = to
            taken.update((block.id, to))
    return found


def _onward(block: Block) -> BlockId | None:
    """Where a block leads on, unless a test or an outcome leads elsewhere."""
    if block.operations and isinstance(block.operations[-1], Ending):
        return None
    match block.exit:
        case Jump(to) | Branch(otherwise=to):
            return to
        case _:
            return None


def _is_attempt(block: Block | None) -> bool:
    return (
        block is not None
        and len(block.operations) == 1
        and isinstance(block.operations[0], Collect)
    )


def led_into(graph: FlowGraph, number_block: BlockId) -> tuple[BlockId, ...]:
    """The blocks that a call enters in the same extension as the number's own, in order.

    Nothing of the number's block may be told after it answered. Then come the first node's block,
    if it waits for nobody, or a whole way to the first input: says that join it, its cue and its
    first attempt. They are laid out once more for each number.
    """
    match graph.blocks[number_block]:
        case Block(operations=(Answer(), *noted), exit=Jump(to)) if to in graph.blocks:
            if not all(_is_untold(one, graph) for one in noted):
                return ()
            waits = any(isinstance(one, Ending) for one in graph.blocks[to].operations)
            return _to_first_input(graph, to) or (() if waits else (to,))
        case _:
            return ()


def _to_first_input(graph: FlowGraph, start: BlockId) -> tuple[BlockId, ...]:
    way: list[BlockId] = []
    at: BlockId | None = start
    while at is not None and at in graph.blocks and at not in way:
        way.append(at)
        block = graph.blocks[at]
        if block.operations and isinstance(block.operations[-1], Cue):
            attempt = attempts_in_line(graph).get(at)
            noted = all(isinstance(one, Assign | Lead) for one in block.operations[:-1])
            return (*way, attempt) if attempt and noted and isinstance(block.exit, Jump) else ()
        joins = block.operations and all(isinstance(one, Lead) for one in block.operations)
        at = block.exit.to if joins and isinstance(block.exit, Jump) else None
    return ()


def _is_untold(operation: object, graph: FlowGraph) -> bool:
    match operation:
        case Assign(variable, Literal()):
            return variable.startswith("call.") or variable not in graph.variables
        case _:
            return False


def named_by_key(block: Block) -> dict[str, BlockId]:
    """Keys of a menu whose blocks are called by the key itself (`choice_1`), by that key.

    Empty unless all their names begin alike, or where a key may go on to another.
    """
    match block:
        case Block(operations=(Collect(Options(keys=keys)),), exit=Switch(variable, cases)) if (
            variable == OUTCOME and all(len(key) == 1 for key in keys)
        ):
            named = {key: to for key, to in cases if key in keys and _is_named(block, key, to)}
            return named if len({_prefix(key, to) for key, to in named.items()}) == 1 else {}
        case _:
            return {}


def key_prefix(named: dict[str, BlockId]) -> str:
    """What the names of `named_by_key` begin with."""
    return next(_prefix(key, to) for key, to in named.items())


def _is_named(block: Block, key: str, to: BlockId) -> bool:
    alike = to.node_name == block.id.node_name and key.isdecimal() and to.part.endswith(f"_{key}")
    # A pattern of the server's reads x, z and n as any digit of some.
    return alike and not set(_prefix(key, to)) & set("xzn")


def _prefix(key: str, to: BlockId) -> str:
    return to.part.removesuffix(key)


def blocks_named(graph: FlowGraph, node: str, prefix: str) -> Iterator[BlockId]:
    """A node's blocks that are called so and by one more sign."""
    for id_ in graph.blocks:
        rest = id_.part.removeprefix(prefix)
        if id_.node_name == node and id_.part.startswith(prefix) and len(rest) == 1:
            yield id_
