"""What every part of the lowering shares: the request, the problems found, what the graph uses.

Knows the graph; writes no data itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from flowc.graph.exits import Exit, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Enqueue, Invoke, Operation
from flowc.passes.edges import reachable
from flowc.target import EmitRequest, Problem
from flowc_freeswitch import quote


@dataclass
class Release:
    """One graph on its way to data; problems are gathered, not raised one by one."""

    request: EmitRequest
    problems: list[Problem] = field(default_factory=list)

    @property
    def graph(self) -> FlowGraph:
        return self.request.graph

    @property
    def id(self) -> str:
        return quote.release8(self.request.release8)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation of the graph, in its order."""
        return tuple(one for block in self.graph.blocks.values() for one in block.operations)

    @cached_property
    def readings(self) -> frozenset[str]:
        """Variables whose sound keys the runtime gives."""
        invokes = (one for one in self.operations if isinstance(one, Invoke))
        return frozenset(reading.variable for one in invokes for reading in one.readings)

    @cached_property
    def queues(self) -> tuple[str, ...]:
        """The queues that calls wait in, sorted."""
        return tuple(sorted({one.queue for one in self.operations if isinstance(one, Enqueue)}))

    @cached_property
    def may_talk_again(self) -> bool:
        """Whether a call can come to a queue after it has talked with an agent."""
        asked = {
            block.id: block.exit
            for block in self.graph.blocks.values()
            if any(isinstance(one, Enqueue) for one in block.operations)
        }
        after = [to for exit_ in asked.values() if (to := _after_a_talk(exit_)) is not None]
        way_out = self.graph.limits.to  # may be taken at any time
        roots = (*after, *([] if way_out is None else [way_out]))
        return not reachable(self.graph, roots).isdisjoint(asked)

    def report(self, problem: str, block: BlockId | None) -> None:
        """Keep a problem, once."""
        found = Problem(problem, block)
        if found not in self.problems:
            self.problems.append(found)


def _after_a_talk(exit_: Exit) -> BlockId | None:
    return exit_.case("after_agent") if isinstance(exit_, Switch) else None
