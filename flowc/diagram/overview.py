"""The overview of a project: a box for each flow, an arrow where choices lead from one flow to another.

What everybody leads to (a person, the main menu) is a note on each box, but for one arrow that shows
how to get there first. Knows no place and no format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flowc.diagram import words
from flowc.diagram.labels import Labels, is_key
from flowc.diagram.model import Arrow, Badge, Box, Drawing, Look, Tone
from flowc.diagram.trim import MOST_FROM_AFAR
from flowc.graph.model import Block, FlowGraph
from flowc.passes.leaving import Manner, Way

_SHOWN = (Look.PERSON, Look.REQUEST, Look.LOOKUP)


@dataclass(frozen=True, slots=True)
class _Link:
    """All the ways from one flow to another, calls apart."""

    tail: str
    head: str
    called: bool
    ways: tuple[Way, ...]


def overview(
    graph: FlowGraph,
    nodes: Mapping[str, tuple[Block, ...]],
    ways: Iterable[Way],
    labels: Labels,
) -> Drawing:
    """The drawing. `nodes`: blocks by `flow.node`; `ways`: every way from a node to another."""
    by_flow: dict[str, list[Block]] = {}
    for blocks in nodes.values():
        by_flow.setdefault(blocks[0].id.flow, []).append(blocks[0])
    links = _links(graph, ways)
    roots = dict.fromkeys(entry.flow for _, entry in graph.numbers)
    noted = _noted(links, list(roots))
    boxes = [
        _box(flow, firsts, [link for link in links if link.head == flow], labels)
        for flow, firsts in by_flow.items()
    ]
    notes = {flow: _notes(flow, noted, graph, by_flow, set(roots), labels) for flow in by_flow}
    boxes = [_with(box, notes[box.id]) for box in boxes]
    arrows = [_arrow(link, graph, labels) for link in links if link not in noted]
    numbers, first = _numbers(graph, labels)
    return Drawing(graph.name, labels.language, (), (*numbers, *boxes), (*first, *arrows))


def _links(graph: FlowGraph, ways: Iterable[Way]) -> list[_Link]:
    """Ways between flows, joined. That a call ends in another flow's goodbye is no way between them."""
    joined: dict[tuple[str, str, bool], list[Way]] = {}
    for way in ways:
        if way.head.flow == way.tail.flow or way.manner is Manner.RETURN:
            continue
        if words.kind_look(graph.blocks[way.head].origin.kind) is not Look.END:
            called = way.manner is Manner.CALL
            joined.setdefault((way.tail.flow, way.head.flow, called), []).append(way)
    return [_Link(*ends, tuple(found)) for ends, found in joined.items()]


def _noted(links: Sequence[_Link], roots: Sequence[str]) -> list[_Link]:
    """The links to say in notes: those to a flow that many lead to, but for the one that is met first."""
    counts = Counter(link.head for link in links)
    depths = _depths(links, roots)
    noted: list[_Link] = []
    for head, count in counts.items():
        if count > MOST_FROM_AFAR:
            to = [link for link in links if link.head == head]
            first = min(to, key=lambda link: (depths.get(link.tail, len(depths)), -len(link.ways)))
            noted.extend(link for link in to if link is not first or head in roots)
    return noted


def _depths(links: Sequence[_Link], roots: Sequence[str]) -> dict[str, int]:
    depths = dict.fromkeys(roots, 0)
    ready = list(roots)
    for at in ready:
        for link in links:
            if link.tail == at and link.head not in depths:
                depths[link.head] = depths[at] + 1
                ready.append(link.head)
    return depths


def _box(flow: str, firsts: Sequence[Block], to: Sequence[_Link], labels: Labels) -> Box:
    told = [labels.phrase("nodes").format(len(firsts))]
    if len(to) > MOST_FROM_AFAR:
        told.append(labels.phrase("from_flows").format(len(to)))
    return Box(
        flow, Look.FLOW, labels.flow(flow), " · ".join(told), badges=(*_inside(firsts, labels),)
    )


def _inside(firsts: Sequence[Block], labels: Labels) -> Iterator[Badge]:
    """What a flow does for its callers: people, requests and look-ups, each kind counted."""
    counts = Counter(block.origin.kind for block in firsts)
    for look in _SHOWN:
        for kind, count in counts.items():
            if words.kind_look(kind) is look:
                word = words.kind_word(kind, labels.language)
                yield Badge(look, word if count == 1 else f"{word} {count}")


def _with(box: Box, notes: Iterable[Badge]) -> Box:
    return Box(box.id, box.look, box.title, box.caption, badges=(*box.badges, *notes))


def _notes(
    flow: str,
    noted: Iterable[_Link],
    graph: FlowGraph,
    by_flow: Mapping[str, Sequence[Block]],
    roots: set[str],
    labels: Labels,
) -> Iterator[Badge]:
    """`→ 主菜单`: into a number's own flow the node is named, into another the flow."""
    told: dict[str, Look] = {}
    for link in noted:
        if link.tail != flow:
            continue
        people = any(
            words.kind_look(block.origin.kind) is Look.PERSON for block in by_flow[link.head]
        )
        heads = dict.fromkeys(way.head.node_name for way in link.ways)
        names = (
            [labels.title(graph.blocks[way.head].origin) for way in link.ways]
            if link.head in roots and len(heads) == 1
            else [labels.flow(link.head)]
        )
        told.setdefault(names[0], Look.PERSON if people else Look.PORT)
    return (Badge(look, f"→ {name}") for name, look in told.items())


def _arrow(link: _Link, graph: FlowGraph, labels: Labels) -> Arrow:
    if link.called:
        return Arrow(link.tail, link.head, labels.phrase("call"), Tone.CALL, 1)
    told = _telling(link.ways, labels)
    quiet = all(words.is_quiet(way.reason) for way in told)
    heads = (words.kind_look(graph.blocks[way.head].origin.kind) for way in told)
    tone = Tone.QUIET if quiet else Tone.PERSON if Look.PERSON in heads else Tone.PLAIN
    label = labels.join_all((way.tail.node_name, way.reason) for way in told)
    return Arrow(link.tail, link.head, label, tone, 0 if quiet else 4)


def _telling(ways: Sequence[Way], labels: Labels) -> Sequence[Way]:
    """The ways that say most: choices with a name, else any key, else any way that is meant."""
    keys = [way for way in ways if is_key(way.reason)]
    named = [way for way in keys if labels.has_name(way.tail.node_name, way.reason)]
    loud = [way for way in ways if not words.is_quiet(way.reason)]
    return named or keys or loud or ways


def _numbers(graph: FlowGraph, labels: Labels) -> tuple[list[Box], list[Arrow]]:
    """The numbers dialled, those with one flow in one box."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    pairs = sorted(((entry.flow, number) for number, entry in graph.numbers), key=lambda p: p[0])
    for flow, group in groupby(pairs, key=lambda pair: pair[0]):
        title = "\n".join(number for _, number in group)
        boxes.append(Box(f"entry/{len(boxes)}", Look.NUMBER, title, labels.phrase("number")))
        arrows.append(Arrow(boxes[-1].id, flow, "", Tone.PLAIN, 4))
    return boxes, arrows
