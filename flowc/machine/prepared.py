"""A graph made ready to run: blocks linked to each other, each with what it does as plain functions.

Holds what `prepare` made and nothing of any call; any number of calls run on it at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flowc.expression.types import WHOLE_NUMBERS, Type
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Dial, Ending, Enqueue, Invoke, Record, outcomes
from flowc.machine.trace import Ended, Entered

if TYPE_CHECKING:
    from flowc.machine.walk import Walk

Action = Callable[["Walk"], None]
"""One thing that a block does to a call: an operation, or its exit."""


class PreparedBlock:
    """A block, its ways resolved.

    `ending`: the operation that the outside ends; `ended`: the step of each of its outcomes.
    `typed`: the variable that digits fill, "" for none; with their number where `types_number`.
    `ways`: a Switch's cases, or a Call's results. `otherwise`: where a Switch goes in any other
    case, or the entry of a Call.
    """

    __slots__ = (
        "actions",
        "ended",
        "ending",
        "entered",
        "id",
        "otherwise",
        "typed",
        "types_number",
        "ways",
    )

    def __init__(self, block: Block, variables: Mapping[str, Type]) -> None:
        self.id: BlockId = block.id
        self.entered = Entered(block.id)
        self.ending: Ending | None = _ending(block)
        self.typed = self.ending.into if isinstance(self.ending, Collect) else ""
        self.types_number = variables.get(self.typed) in WHOLE_NUMBERS
        self.ended = _ended(block.id, self.ending)
        self.actions: tuple[Action, ...] = ()
        self.ways: dict[str, PreparedBlock] = {}
        self.otherwise: PreparedBlock | None = None

    def enter(self, walk: Walk) -> None:
        """Go on here: the action of every exit that leads to this block."""
        walk.block = self
        walk.todo = iter(self.actions)
        walk.steps.append(self.entered)
        walk.times.append(walk.now - walk.started)


class Prepared:
    """What machines share: nothing in it changes while calls run."""

    __slots__ = ("blocks", "callers", "graph", "menus", "numbers", "told")

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.blocks = {
            name: PreparedBlock(block, graph.variables) for name, block in graph.blocks.items()
        }
        self.numbers = {number: self.blocks[entry] for number, entry in graph.numbers}
        self.menus = {node: self.blocks[part] for node, part in graph.menus.items()}
        self.callers: dict[tuple[str, int], PreparedBlock] = {}
        self.told = frozenset(name for name in graph.variables if not name.startswith("call."))


def _ending(block: Block) -> Ending | None:
    last = block.operations[-1] if block.operations else None
    return last if isinstance(last, Collect | Invoke | Enqueue | Dial | Record) else None


def _ended(block: BlockId, ending: Ending | None) -> dict[str, Ended]:
    ways = () if ending is None else outcomes(ending)
    return {outcome: Ended(block, outcome) for outcome in ways}
