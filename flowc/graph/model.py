"""The graph of one project: every flow's blocks together, since jumps between flows make proofs global."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowc.expression.types import Type
from flowc.graph.exits import Exit
from flowc.graph.ids import BlockId
from flowc.graph.operations import Operation
from flowc.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Origin:
    """The words of the source that made a block, and what people call the node."""

    node: str  # `flow.node`
    kind: str  # the author's word: menu, collect ...
    span: Span = NOWHERE
    title: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Operations in order, then one exit. Nothing before an ending operation waits for the caller's keys."""

    id: BlockId
    operations: tuple[Operation, ...]
    exit: Exit
    origin: Origin


# Flow time that is left where a call's limit has led out; then the call is hung up.
WAY_OUT_S = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may use up: seconds of flow time (it stands still in queue, dial and transfer), and
    nodes that take time, counted by a pass. The way out has `WAY_OUT_S` of its own.
    """

    length_s: int = 1200
    to: BlockId | None = None  # where a call goes that uses up either; None hangs up
    nodes: int = 1000


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """One project.

    `numbers`: each number that may be dialled (aliases too) and the block where its call starts;
    that block begins with `Answer`. `blocks` is in the source's order. `on_hangup` runs once, at
    every end of the call; its exits end in `Hangup`. `variables` types every flat variable that
    the graph names, registers aside. `menus`: the part to enter a remembered menu by, by `flow.node`.
    `lists` are part of the release: `listed(x, "vip")` asks whether x is in `lists["vip"]`.
    """

    name: str
    languages: tuple[str, ...]
    timezone: str
    numbers: tuple[tuple[str, BlockId], ...]
    blocks: Mapping[BlockId, Block]
    on_hangup: BlockId | None = None
    variables: Mapping[str, Type] = field(default_factory=dict)
    menus: Mapping[str, BlockId] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    limits: Limits = Limits()

    @property
    def entries(self) -> tuple[BlockId, ...]:
        """Blocks that the world outside enters: numbers, the limit's way out, the hang-up handler."""
        found = [entry for _, entry in self.numbers]
        found.extend(way for way in (self.limits.to, self.on_hangup) if way is not None)
        return tuple(dict.fromkeys(found))
