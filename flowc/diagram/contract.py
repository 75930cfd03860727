"""From a flow graph to its drawing: blocks become their nodes, and what stays inside a node vanishes.

Chooses boxes, frames and arrows; knows no place and no format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Literal

from flowc.diagram import words
from flowc.diagram.errors import DrawUnavailable
from flowc.diagram.labels import Labels
from flowc.diagram.model import Arrow, Box, Cluster, Drawing, Look, Tone
from flowc.diagram.overview import overview
from flowc.diagram.ports import part_of
from flowc.diagram.trim import authored, only_called, without_hubs, without_plumbing
from flowc.graph.exits import Back, Hangup, Return, successors
from flowc.graph.ids import START, BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.passes.leaving import Manner, Way, block_ways, doors, ways_out

Level = Literal["best", "overview", "node", "block"]
_Name = Callable[[BlockId], str]

_WEIGHTS = {Tone.PLAIN: 4, Tone.PERSON: 2, Tone.CALL: 1, Tone.QUIET: 0}
# More nodes than this are no picture that anybody can read at one sight.
MOST_AT_ONE_SIGHT = 40
# Parts that are outcomes by themselves, wherever the lowering of a kind names one so.
_HINTS = frozenset(
    {"gave_up", "open", "closed", "holiday", "accepted", "refused", "locked", "yes", "no", "else"}
    | {"at_most"}
)


def flows_of(graph: FlowGraph) -> tuple[str, ...]:
    """The flows that authors wrote, in the graph's order."""
    nodes = authored(_nodes(without_plumbing(graph)))
    return tuple(dict.fromkeys(blocks[0].id.flow for blocks in nodes.values()))


def drawing_of(
    graph: FlowGraph, labels: Labels, level: Level = "best", flow: str | None = None
) -> Drawing:
    """What to draw of a graph: all of it, or one flow with ports to the others.

    `best` is every node, but the overview of a project with more than 40 nodes. Raises
    DrawUnavailable where there is no such flow, and for the overview of one flow.
    """
    if level == "block":
        flows = tuple(dict.fromkeys(id_.flow for id_ in graph.blocks))
        return part_of(
            _whole_by_block(graph, labels), _asked(flow, flows), labels, _title(graph, labels, flow)
        )
    plain = without_plumbing(graph)
    nodes = authored(_nodes(plain))
    large = flow is None and len(nodes) > MOST_AT_ONE_SIGHT
    if level == "overview" or (level == "best" and large):
        if flow is not None:
            raise DrawUnavailable("an overview is of the whole project", "leave the flow out")
        return overview(plain, nodes, _ways(plain, nodes), labels)
    whole = _whole_by_node(plain, nodes, labels)
    shown = part_of(whole, _asked(flow, flows_of(graph)), labels, _title(graph, labels, flow))
    return without_hubs(shown) if large or flow is not None else shown


def _asked(flow: str | None, flows: tuple[str, ...]) -> tuple[str, ...]:
    if flow is None:
        return flows
    if flow not in flows:
        raise DrawUnavailable(f"no flow named {flow!r}", f"the flows are: {', '.join(flows)}")
    return (flow,)


def _title(graph: FlowGraph, labels: Labels, flow: str | None) -> str:
    return graph.name if flow is None else labels.flow(flow)


def _ways(graph: FlowGraph, nodes: Mapping[str, tuple[Block, ...]]) -> tuple[Way, ...]:
    """Every way from a node to another, but for those of flows that return where nobody called."""
    entered, called = doors(graph), only_called(graph)
    return tuple(
        way
        for blocks in nodes.values()
        for way in ways_out(graph, blocks, entered, _HINTS)
        if way.head.node_name in nodes
        if way.manner is not Manner.RETURN or way.tail.flow not in called
    )


def _whole_by_node(
    graph: FlowGraph, nodes: Mapping[str, tuple[Block, ...]], labels: Labels
) -> Drawing:
    ways = _ways(graph, nodes)
    again: dict[str, list[str]] = {}
    for way in ways:
        if way.manner is Manner.ROUND:
            again.setdefault(way.head.node_name, []).append(way.reason)
    boxes = [_node_box(blocks, labels, again.get(node, ())) for node, blocks in nodes.items()]
    onward = tuple(way for way in ways if way.manner is not Manner.ROUND)
    arrows = tuple(_arrows(onward, graph, labels, _node_of))
    clusters = [
        Cluster(each, labels.flow(each)) for each in dict.fromkeys(b.cluster for b in boxes)
    ]
    inner = Drawing(graph.name, labels.language, tuple(clusters), tuple(boxes), arrows)
    return _with_entries(inner, graph, labels, _node_of)


def _whole_by_block(graph: FlowGraph, labels: Labels) -> Drawing:
    boxes = [_block_box(block, labels) for block in graph.blocks.values()]
    arrows: list[Arrow] = []
    for block in graph.blocks.values():
        arrows.extend(_arrows(block_ways(block), graph, labels, str))
    clusters = [
        Cluster(node, labels.title(blocks[0].origin)) for node, blocks in _nodes(graph).items()
    ]
    inner = Drawing(graph.name, labels.language, tuple(clusters), tuple(boxes), tuple(arrows))
    return _with_entries(inner, graph, labels, str)


def _nodes(graph: FlowGraph) -> Mapping[str, tuple[Block, ...]]:
    found: dict[str, list[Block]] = {}
    for block in graph.blocks.values():
        found.setdefault(block.id.node_name, []).append(block)
    return {node: tuple(blocks) for node, blocks in found.items()}


def _node_of(id_: BlockId) -> str:
    return id_.node_name


def _node_box(blocks: tuple[Block, ...], labels: Labels, again: Iterable[str]) -> Box:
    """`again`: why a call comes back to the node itself."""
    first = next((each for each in blocks if each.id.part == START), blocks[0])
    kind = first.origin.kind
    title, word = labels.title(first.origin), words.kind_word(kind, labels.language)
    return Box(
        id=first.id.node_name,
        look=words.kind_look(kind),
        title=title,
        # A node without a title is called by its name already.
        caption=word if title == first.id.node else f"{word} · {first.id.node}",
        cluster=first.id.flow,
        marks=(*_marks(blocks, labels), *_again(first.id.node_name, again, labels)),
    )


def _again(node: str, reasons: Iterable[str], labels: Labels) -> Iterable[str]:
    told = (labels.reason(node, reason) for reason in reasons)
    return tuple(labels.phrase("again").format(each) for each in dict.fromkeys(told) if each)


def _block_box(block: Block, labels: Labels) -> Box:
    does = " ".join(type(operation).__name__.lower() for operation in block.operations)
    return Box(
        id=str(block.id),
        look=words.kind_look(block.origin.kind),
        title=block.id.part,
        caption=does,
        cluster=block.id.node_name,
        marks=_marks((block,), labels),
    )


def _marks(blocks: Iterable[Block], labels: Labels) -> tuple[str, ...]:
    """What a node does that no arrow shows. A node made to hang up needs no mark."""
    found = [name for block in blocks if (name := _mark(block))]
    return tuple(labels.phrase(name) for name in dict.fromkeys(found))


def _mark(block: Block) -> str:
    match block.exit:
        case Back():
            return "back"
        case Return():
            return "return" if block.origin.kind != "return" else ""
        case Hangup():
            return "hangup" if block.origin.kind != "hangup" else ""
        case _:
            return ""


def _arrows(
    ways: tuple[Way, ...], graph: FlowGraph, labels: Labels, name: _Name
) -> Iterable[Arrow]:
    """One arrow for all the ways that lead from one box to another, calls apart."""
    ends: dict[tuple[str, str, Manner], list[Way]] = {}
    for way in ways:
        if way.head in graph.blocks:
            ends.setdefault((name(way.tail), name(way.head), way.manner), []).append(way)
    for (tail, head, manner), joined in ends.items():
        node = joined[0].tail.node_name
        reasons = tuple(way.reason for way in joined)
        label = labels.phrase("call") if manner is Manner.CALL else labels.join(node, reasons)
        tone = _tone(manner, reasons, graph.blocks[joined[0].head])
        yield Arrow(tail, head, label, tone, _WEIGHTS[tone])


def _tone(manner: Manner, reasons: tuple[str, ...], head: Block) -> Tone:
    if manner is Manner.CALL:
        return Tone.CALL
    if manner is Manner.RETURN or all(words.is_quiet(reason) for reason in reasons):
        return Tone.QUIET
    return Tone.PERSON if words.kind_look(head.origin.kind) is Look.PERSON else Tone.PLAIN


def _with_entries(inner: Drawing, graph: FlowGraph, labels: Labels, name: _Name) -> Drawing:
    """Puts the world outside before the rest: numbers, the call's limit, what follows hanging up."""
    numbers = groupby(sorted(graph.numbers, key=lambda pair: str(pair[1])), key=lambda p: p[1])
    world = [(entry, "\n".join(n for n, _ in pairs), "number") for entry, pairs in numbers]
    ends = ((graph.limits.to, "length"), (graph.on_hangup, "on_hangup"))
    world.extend((entry, labels.phrase(why), "") for entry, why in ends if entry is not None)
    shown = {box.id for box in inner.boxes}
    outside: list[Box] = []
    first: list[Arrow] = []
    for entry, title, caption in world:
        said = labels.phrase(caption) if caption else ""
        box = Box(f"entry/{len(outside)}", Look.NUMBER, title, said)
        tone = Tone.PLAIN if caption else Tone.QUIET
        outside.append(box)
        # Where the flows have their own ends of a call, a block that is not drawn finds the flow's.
        heads = (entry,) if name(entry) in shown else successors(graph.blocks[entry].exit)
        into = dict.fromkeys(name(head) for head in heads if name(head) in shown)
        first.extend(Arrow(box.id, head, "", tone, _WEIGHTS[tone]) for head in into)
    return replace(inner, boxes=(*outside, *inner.boxes), arrows=(*first, *inner.arrows))
