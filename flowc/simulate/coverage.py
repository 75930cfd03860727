"""What a set of calls went through: nodes, edges and causes, and what none of them did.

Reads traces and the graph; knows no script. An edge is a block's outcome, or one of a block's ways.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flowc.graph.exits import Branch, Switch, successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import OUTCOME, Collect
from flowc.machine.trace import Ended, Entered, Trace

# A server that cannot play or read is nothing that a caller can bring about.
_NOT_A_CALLERS = frozenset({"error"})


@dataclass(frozen=True, slots=True)
class Edge:
    """A way out of a block: an outcome of its operation, or the block that its exit leads to."""

    block: BlockId
    way: str

    def __str__(self) -> str:
        return f"{self.block} -> {self.way}"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, and which are missing."""

    hit: int
    of: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> float:
        return 100.0 if self.of == 0 else 100.0 * self.hit / self.of


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts by node, edge and cause (`flow.node: wrong(key)` ways are outcomes of inputs)."""

    nodes: Mapping[str, int]
    edges: Mapping[Edge, int]
    causes: Mapping[str, int]
    all_nodes: tuple[str, ...]
    all_edges: tuple[Edge, ...]
    all_causes: tuple[str, ...]

    @property
    def by_node(self) -> Share:
        return _share(self.nodes, self.all_nodes)

    @property
    def by_edge(self) -> Share:
        return _share(self.edges, self.all_edges)

    @property
    def by_cause(self) -> Share:
        return _share(self.causes, self.all_causes)

    def merged(self, other: Coverage) -> Coverage:
        """Two sets of calls on the same graph as one."""
        return Coverage(
            Counter(self.nodes) + Counter(other.nodes),
            Counter(self.edges) + Counter(other.edges),
            Counter(self.causes) + Counter(other.causes),
            self.all_nodes,
            self.all_edges,
            self.all_causes,
        )

    def text(self, language: str = "en") -> str:
        """A few lines for people: shares, then nodes that no call came to, a line a flow, and of
        those that one did the ways that none took, a line a node."""
        zh = language == "zh"
        lines = self._shares(zh)
        nodes = _by_flow(self.by_node.missing)
        if nodes:
            lines.append("没有经过的节点：" if zh else "nodes that no call came to:")
            lines.extend(f"  {flow}: {', '.join(names)}" for flow, names in nodes.items())
        ways = self._ways_not_taken()
        if ways:
            lines.append(
                "到过的节点里，没有走过的去处："
                if zh
                else "ways that no call took from the others:"
            )
            lines.extend(f"  {node}: {', '.join(found)}" for node, found in ways.items())
        if self.by_edge.missing:
            lines.append("（加 -v 列出每个块）" if zh else "(-v lists each block)")
        return "\n".join(lines) + "\n"

    def _ways_not_taken(self) -> dict[str, list[str]]:
        """By node: outcomes, and other nodes, of what a call came to; not from block to block within."""
        taken = {(edge.block.node_name, _told(edge)) for edge, count in self.edges.items() if count}
        found: dict[str, list[str]] = {}
        for edge in self.all_edges:
            node, told = edge.block.node_name, _told(edge)
            known = found.get(node, ())
            if told and self.nodes.get(node) and (node, told) not in taken and told not in known:
                found.setdefault(node, []).append(told)
        return found

    def _named(self, zh: bool) -> tuple[tuple[str, Share], ...]:
        return (
            ("节点" if zh else "nodes", self.by_node),
            ("路径" if zh else "edges", self.by_edge),
            ("输入结果" if zh else "causes", self.by_cause),
        )

    def _shares(self, zh: bool) -> list[str]:
        return [
            f"{name}: {share.hit}/{share.of} ({share.percent:.0f} %)"
            for name, share in self._named(zh)
        ]

    def whole_text(self, language: str = "en") -> str:
        """The same with every block: shares, then all that no call did."""
        zh = language == "zh"
        lines = self._shares(zh)
        for name, share in self._named(zh):
            head = f"没有经过的{name}：" if zh else f"{name} that no call took:"
            lines.extend([head, *(f"  {one}" for one in share.missing)] if share.missing else [])
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """The same as one JSON object, with the counts."""
        return json.dumps(
            {
                "nodes": {name: self.nodes.get(name, 0) for name in self.all_nodes},
                "edges": {str(edge): self.edges.get(edge, 0) for edge in self.all_edges},
                "causes": {name: self.causes.get(name, 0) for name in self.all_causes},
            },
            ensure_ascii=False,
            indent=1,
        )


def _told(edge: Edge) -> str:
    """A way as the author wrote it: an outcome, or the node that a condition leads to; "" within a node."""
    if "." not in edge.way:
        return edge.way
    node = BlockId.parse(edge.way).node_name
    return "" if node == edge.block.node_name else f"-> {node}"


def _by_flow(nodes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for flow, _, node in (name.partition(".") for name in nodes):
        found.setdefault(flow, []).append(node)
    return found


def cover(graph: FlowGraph, traces: Iterable[Trace]) -> Coverage:
    """What these calls went through."""
    nodes: Counter[str] = Counter()
    edges: Counter[Edge] = Counter()
    causes: Counter[str] = Counter()
    for trace in traces:
        for edge, cause in _ways(graph, trace):
            edges[edge] += 1
            causes.update((cause,) if cause else ())
        nodes.update({s.block.node_name for s in trace.steps if isinstance(s, Entered)})
    # Blocks of the call itself (`call.main_menu`) are no author's.
    all_nodes = tuple(dict.fromkeys(id_.node_name for id_ in graph.blocks if id_.flow != "call"))
    all_edges = tuple(edge for block in graph.blocks.values() for edge in _edges(block))
    all_causes = tuple(cause for block in graph.blocks.values() for cause in _causes(block))
    return Coverage(nodes, edges, causes, all_nodes, all_edges, all_causes)


def _ways(graph: FlowGraph, trace: Trace) -> Iterator[tuple[Edge, str]]:
    """Each way that a call took out of a block that has several, with the input's cause."""
    before: Block | None = None
    for step in trace.steps:
        if isinstance(step, Ended):
            block = graph.blocks[step.block]
            yield Edge(step.block, step.outcome), _cause(block, step.outcome)
        elif isinstance(step, Entered):
            if before is not None and _has_ways(before):
                yield Edge(before.id, str(step.block)), ""
            before = graph.blocks[step.block]


def _edges(block: Block) -> Iterator[Edge]:
    if _is_by_outcome(block):
        assert isinstance(block.exit, Switch)
        yield from (Edge(block.id, way) for way in _outcomes(block))
    elif _has_ways(block):
        yield from (Edge(block.id, str(to)) for to in dict.fromkeys(successors(block.exit)))


def _outcomes(block: Block) -> Iterator[str]:
    """The outcomes of a block that something outside the server can bring about."""
    assert isinstance(block.exit, Switch)
    asks = isinstance(block.operations[-1], Collect)
    yield from (value for value, _ in block.exit.cases if not asks or value not in _NOT_A_CALLERS)


def _has_ways(block: Block) -> bool:
    """Ways by a value; the guard of the call's budget is the compiler's own and no way of a flow."""
    match block.exit:
        case Branch(then=BlockId("call", "budget")):
            return False
        case Switch() | Branch():
            return not _is_by_outcome(block) and block.id.node_name != "call.budget"
        case _:
            return False


def _is_by_outcome(block: Block) -> bool:
    return isinstance(block.exit, Switch) and block.exit.variable == OUTCOME


def _causes(block: Block) -> Iterator[str]:
    if isinstance(block.exit, Switch) and block.operations:
        yield from filter(None, (_cause(block, outcome) for outcome in _outcomes(block)))


def _cause(block: Block, outcome: str) -> str:
    """`flow.node: outcome` where an input ended so."""
    is_input = bool(block.operations) and isinstance(block.operations[-1], Collect)
    return f"{block.id.node_name}: {outcome}" if is_input else ""


def _share(hit: Mapping[str, int] | Mapping[Edge, int], known: Iterable[object]) -> Share:
    names = tuple(dict.fromkeys(known))
    taken = {name for name, count in hit.items() if count}
    missing = tuple(str(name) for name in names if name not in taken)
    return Share(len(names) - len(missing), len(names), missing)
