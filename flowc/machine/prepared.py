"""A graph made ready to run: blocks linked to each other, each with what it does as plain functions.

Holds what `prepare` made and nothing of any call; any number of calls run on it at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Dial, Ending, Enqueue, Invoke, Record
from flowc.machine.trace import Ended, Entered

if TYPE_CHECKING:
    from flowc.machine.walk import Walk

Action = Callable[["Walk"], None]
"""One thing that a block does to a call: an operation, or its exit."""


class PreparedBlock:
    """A block, its ways resolved.

    `ending`: the operation that the outside ends, the last one. `ways`: a Switch's cases, or a
    Call's results. `otherwise`: the one block that is left: of a Jump, a Return, a Back or a
    Switch, or the entry of a Call.
    """

    __slots__ = ("actions", "ended", "ending", "entered", "id", "otherwise", "ways")

    def __init__(self, block: Block) -> None:
        self.id: BlockId = block.id
        self.entered = Entered(block.id)
        self.ending: Ending | None = _ending(block)
        self.ended: dict[str, Ended] = {}
        self.actions: tuple[Action, ...] = ()
        self.ways: dict[str, PreparedBlock] = {}
        self.otherwise: PreparedBlock | None = None

    def ended_by(self, outcome: str) -> Ended:
        """The step of an outcome, made once."""
        found = self.ended.get(outcome)
        if found is None:
            found = self.ended[outcome] = Ended(self.id, outcome)
        return found


class Prepared:
    """What machines share: nothing in it changes while calls run."""

    __slots__ = ("blocks", "callers", "graph", "menus", "numbers", "told")

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.blocks = {name: PreparedBlock(block) for name, block in graph.blocks.items()}
        self.numbers = {number: self.blocks[entry] for number, entry in graph.numbers}
        self.menus = {node: self.blocks[part] for node, part in graph.menus.items()}
        self.callers: dict[tuple[str, int], PreparedBlock] = {}
        self.told = frozenset(name for name in graph.variables if not name.startswith("call."))


def _ending(block: Block) -> Ending | None:
    last = block.operations[-1] if block.operations else None
    return last if isinstance(last, Collect | Invoke | Enqueue | Dial | Record) else None
