"""From a flow graph to its drawing: blocks become their nodes, and what stays inside a node vanishes.

Chooses boxes, frames and arrows; knows no place and no format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Literal

from flowc.diagram import words
from flowc.diagram.errors import DrawUnavailable
from flowc.diagram.labels import Labels
from flowc.diagram.leaving import Manner, Way, block_ways, doors, ways_out
from flowc.diagram.model import Arrow, Box, Cluster, Drawing, Look, Tone
from flowc.graph.exits import Back, Branch, Exit, Hangup, Jump, Return, retargeted
from flowc.graph.ids import START, BlockId
from flowc.graph.model import Block, FlowGraph

Level = Literal["node", "block"]
_Name = Callable[[BlockId], str]

_WEIGHTS = {Tone.PLAIN: 4, Tone.PERSON: 2, Tone.CALL: 1, Tone.QUIET: 0}
# Kinds of blocks that no author wrote.
_PLUMBING = frozenset({"number", "limit", "main_menu"})
_BUDGET = "call.budget"
# More arrows than this from other frames to one box are a tangle.
_MOST_FROM_AFAR = 4
# Parts that are outcomes by themselves, wherever the lowering of a kind names one so.
_HINTS = frozenset(
    {"gave_up", "open", "closed", "holiday", "accepted", "refused", "locked", "yes", "no", "else"}
    | {"at_most"}
)


def drawing_of(
    graph: FlowGraph, labels: Labels, level: Level = "node", flow: str | None = None
) -> Drawing:
    """What to draw of a graph: all of it, or one flow with ports to the others.

    Raises DrawUnavailable where there is no such flow.
    """
    flows = tuple(dict.fromkeys(id_.flow for id_ in graph.blocks))
    if flow is not None and flow not in flows:
        raise DrawUnavailable(f"no flow named {flow!r}", f"the flows are: {', '.join(flows)}")
    shown = flows if flow is None else (flow,)
    by_node = level == "node"
    whole = (
        _whole_by_node(_without_plumbing(graph), labels)
        if by_node
        else _whole_by_block(graph, labels)
    )
    title = graph.name if flow is None else labels.flow(flow)
    return _only(whole, shown, labels, title)


def _without_plumbing(graph: FlowGraph) -> FlowGraph:
    """The graph without blocks that authors did not write and that only lead on."""
    onward = {
        id_: block.exit.to
        for id_, block in graph.blocks.items()
        if block.origin.kind in _PLUMBING and isinstance(block.exit, Jump)
    }
    spent = {id_ for id_ in graph.blocks if id_.node_name == _BUDGET}

    def past(id_: BlockId) -> BlockId:
        return past(onward[id_]) if id_ in onward else id_

    blocks = {
        id_: replace(block, exit=retargeted(_unguarded(block.exit, spent), past))
        for id_, block in graph.blocks.items()
        if id_ not in onward and id_ not in spent
    }
    limit = graph.limits.to and past(graph.limits.to)
    numbers = tuple((number, past(entry)) for number, entry in graph.numbers)
    return replace(graph, numbers=numbers, blocks=blocks, limits=replace(graph.limits, to=limit))


def _unguarded(exit_: Exit, spent: set[BlockId]) -> Exit:
    """An input's way on, without the look at the call's budget."""
    match exit_:
        case Branch(then=then, otherwise=otherwise) if then in spent:
            return Jump(otherwise)
        case _:
            return exit_


def _without_hubs(drawing: Drawing) -> Drawing:
    """Where everybody goes (the person, goodbye), a small note on each box says it better than arrows."""
    frames = {box.id: box.cluster for box in drawing.boxes}
    titles = {box.id: box.title for box in drawing.boxes}
    far = [a for a in drawing.arrows if frames[a.tail] and frames[a.tail] != frames[a.head]]
    counts = Counter(arrow.head for arrow in far)
    gone = {(arrow.tail, arrow.head) for arrow in far if counts[arrow.head] > _MOST_FROM_AFAR}
    notes: dict[str, list[str]] = {}
    for tail, head in sorted(gone):
        notes.setdefault(tail, []).append(f"→ {titles[head]}")
    boxes = tuple(replace(b, marks=(*b.marks, *notes.get(b.id, ()))) for b in drawing.boxes)
    arrows = tuple(a for a in drawing.arrows if (a.tail, a.head) not in gone)
    return replace(drawing, boxes=boxes, arrows=arrows)


def _whole_by_node(graph: FlowGraph, labels: Labels) -> Drawing:
    nodes = _nodes(graph)
    entered = doors(graph)
    boxes = [_node_box(blocks, labels) for blocks in nodes.values()]
    arrows: list[Arrow] = []
    for blocks in nodes.values():
        ways = ways_out(graph, blocks, entered, _HINTS)
        arrows.extend(_arrows(ways, graph, labels, _node_of))
    clusters = [
        Cluster(each, labels.flow(each)) for each in dict.fromkeys(b.cluster for b in boxes)
    ]
    inner = Drawing(graph.name, labels.language, tuple(clusters), tuple(boxes), tuple(arrows))
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


def _node_box(blocks: tuple[Block, ...], labels: Labels) -> Box:
    first = next((each for each in blocks if each.id.part == START), blocks[0])
    kind = first.origin.kind
    return Box(
        id=first.id.node_name,
        look=words.kind_look(kind),
        title=labels.title(first.origin),
        caption=f"{words.kind_word(kind, labels.language)} · {first.id.node}",
        cluster=first.id.flow,
        marks=_marks(blocks, labels),
    )


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
    outside: list[Box] = []
    first: list[Arrow] = []
    for entry, title, caption in world:
        said = labels.phrase(caption) if caption else ""
        box = Box(f"entry/{len(outside)}", Look.NUMBER, title, said)
        tone = Tone.PLAIN if caption else Tone.QUIET
        outside.append(box)
        first.append(Arrow(box.id, name(entry), "", tone, _WEIGHTS[tone]))
    return replace(inner, boxes=(*outside, *inner.boxes), arrows=(*first, *inner.arrows))


def _only(whole: Drawing, flows: tuple[str, ...], labels: Labels, title: str) -> Drawing:
    """The boxes of some flows; an arrow from or to another flow ends in a port."""
    near = {box.id: box for box in whole.boxes if box.cluster.partition(".")[0] in flows}
    entered = {a.tail for a in whole.arrows if a.head in near}
    outside = {b.id: b for b in whole.boxes if b.look is Look.NUMBER and b.id in entered}
    names = {box.id: box for box in whole.boxes}
    kept = near | outside
    ports: dict[str, Box] = {}
    arrows: dict[tuple[str, str, str], Arrow] = {}
    for arrow in whole.arrows:
        if arrow.tail not in kept and arrow.head not in near:
            continue
        tail = _end(arrow.tail, kept, names, ports, labels, leaving=False)
        head = _end(arrow.head, kept, names, ports, labels, leaving=True)
        label = arrow.label if arrow.tail in kept else ""
        arrows.setdefault((tail, head, label), Arrow(tail, head, label, arrow.tone, arrow.weight))
    return Drawing(
        title,
        whole.language,
        tuple(c for c in whole.clusters if c.id.partition(".")[0] in flows),
        (*outside.values(), *near.values(), *ports.values()),
        tuple(arrows.values()),
    )


def _end(  # noqa: PLR0913 - one end of an arrow, and where new ports go
    id_: str,
    kept: Mapping[str, Box],
    names: Mapping[str, Box],
    ports: dict[str, Box],
    labels: Labels,
    *,
    leaving: bool,
) -> str:
    """The box where an arrow ends: itself, the port to its target, or the port of a whole flow."""
    if id_ in kept:
        return id_
    flow = id_.partition(".")[0]
    if leaving:
        far = Box(f"to/{id_}", Look.PORT, names[id_].title, f"{labels.flow(flow)} · {id_}")
    else:
        caption = labels.phrase("other_flow")
        far = Box(
            f"from/{flow}", Look.PORT, f"{labels.phrase('from')} {labels.flow(flow)}", caption
        )
    ports.setdefault(far.id, far)
    return far.id
