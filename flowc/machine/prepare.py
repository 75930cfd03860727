"""From a graph to what machines run: every question that a block alone can answer is answered here.

Says nothing that the graph does not say.
"""

from __future__ import annotations

from flowc.graph.model import FlowGraph
from flowc.machine.doing import action_of
from flowc.machine.leaving import leave_by
from flowc.machine.prepared import Prepared


def prepare(graph: FlowGraph) -> Prepared:
    """Link a graph's blocks. Raises KeyError for a graph that names a block it has not (`verify`)."""
    prepared = Prepared(graph)
    for name, block in graph.blocks.items():
        operations = [action_of(operation, prepared) for operation in block.operations]
        leave = leave_by(block.exit, prepared.blocks[name], prepared)
        prepared.blocks[name].actions = (*operations, leave)
    return prepared
