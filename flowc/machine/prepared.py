"""A graph made ready to run: blocks linked to each other, so that a step costs no look-up of names.

Says nothing that the graph does not say. Prepare once, run any number of calls at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowc.expression.tree import Expression
from flowc.graph.exits import Branch, Call, Exit, Switch, successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Operation
from flowc.graph.prompts import Prompt
from flowc.machine.formula import Formula, formula
from flowc.machine.speaking import fixed_sounds
from flowc.machine.trace import Ended, Entered

Action = tuple[Callable[..., None], Any]
"""What to do with the walk, and with what: a method of `walk.Walk` and its argument."""


class PreparedBlock:
    """A block with its ways resolved.

    `ways`: a Switch's cases, a Call's results, or a Branch's `1` and `0`. `otherwise`: the one
    block that is left: of a Jump, a Return, a Back or a Switch, or the entry of a Call.
    """

    __slots__ = ("actions", "ended", "entered", "exit", "id", "operations", "otherwise", "ways")

    def __init__(self, block: Block) -> None:
        self.id: BlockId = block.id
        self.operations: tuple[Operation, ...] = block.operations
        self.exit: Exit = block.exit
        self.entered = Entered(block.id)
        self.actions: tuple[Action, ...] = ()
        self.ended: dict[str, Ended] = {}
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

    __slots__ = ("_fixed", "_formulas", "blocks", "callers", "graph", "menus", "numbers", "told")

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.blocks = {name: PreparedBlock(block) for name, block in graph.blocks.items()}
        self.numbers = {number: self.blocks[entry] for number, entry in graph.numbers}
        self.menus = {node: self.blocks[part] for node, part in graph.menus.items()}
        self.callers: dict[tuple[str, int], PreparedBlock] = {}
        self.told = frozenset(name for name in graph.variables if not name.startswith("call."))
        # By identity: the graph keeps its prompts, and comparing one costs more than saying it.
        self._fixed: dict[tuple[int, str], tuple[str, ...] | None] = {}
        self._formulas: dict[int, Formula] = {}
        for block in self.blocks.values():
            self._link(block)

    def formula(self, expression: Expression) -> Formula:
        """An expression of the graph's as a function."""
        found = self._formulas.get(id(expression))
        if found is None:
            found = self._formulas[id(expression)] = formula(expression)
        return found

    def fixed_sounds(self, prompt: Prompt, language: str) -> tuple[str, ...] | None:
        """The sounds of a prompt of the graph's that are the same in every call; else None."""
        key = (id(prompt), language)
        if key not in self._fixed:
            self._fixed[key] = fixed_sounds(prompt, language)
        return self._fixed[key]

    def _link(self, block: PreparedBlock) -> None:
        match block.exit:
            case Switch(_, cases, otherwise):
                block.ways = {value: self.blocks[to] for value, to in cases}
                block.otherwise = None if otherwise is None else self.blocks[otherwise]
            case Branch(_, then, otherwise):
                block.ways = {"1": self.blocks[then], "0": self.blocks[otherwise]}
            case Call(flow, entry, site, results):
                block.ways = {result: self.blocks[to] for result, to in results}
                block.otherwise = self.blocks[entry]
                self.callers[flow, site] = block
            case other:
                block.otherwise = next((self.blocks[to] for to in successors(other)), None)


def prepare(graph: FlowGraph) -> Prepared:
    """Link a graph's blocks. Raises KeyError for a graph that names a block it has not (`verify`)."""
    return Prepared(graph)
