"""Boxes in layers (after Sugiyama): break cycles, give ranks, order each layer, straighten.

Works on sizes and edges only. Boxes stand on even ranks; every edge has a place on each rank between,
and the first of them is as wide as its label, so that labels and boxes never lie on each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flowc.diagram.layout.model import Point, Route
from flowc.diagram.measure import Size

_SWEEPS, _SETTLINGS = 12, 16
_ASIDE, _BETWEEN = 26.0, 16.0  # between neighbours on a rank, and between ranks


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow by its number in the drawing."""

    number: int
    tail: str
    head: str
    label: Size
    weight: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Middles of boxes and curves of edges (by number), from the upper left corner."""

    width: float
    height: float
    boxes: Mapping[str, Point]
    routes: Mapping[int, Route]

    def shifted(self, right: float, down: float, width: float) -> Placed:
        """The same further in, in a frame of another width."""

        def move(point: Point) -> Point:
            return (point[0] + right, point[1] + down)

        routes = {
            at: Route(
                tuple(map(move, route.points)), None if route.label is None else move(route.label)
            )
            for at, route in self.routes.items()
        }
        boxes = {id_: move(point) for id_, point in self.boxes.items()}
        return Placed(width, self.height + down, boxes, routes)


@dataclass(frozen=True, slots=True)
class _Band:
    """Where a rank lies, and half its height."""

    middle: float
    half: float


@dataclass(slots=True)
class _Item:
    """A box, or the place of an edge on a rank between its boxes."""

    rank: int
    size: Size
    above: list[tuple[int, float]] = field(default_factory=list)  # neighbours and weights
    below: list[tuple[int, float]] = field(default_factory=list)
    x: float = 0.0


def place_layers(sizes: Mapping[str, Size], edges: Sequence[Edge]) -> Placed:
    """Places for the boxes and curves for the edges, all within a rectangle."""
    if not sizes:
        return Placed(0.0, 0.0, {}, {})
    loops = [edge for edge in edges if edge.tail == edge.head]
    straight = [edge for edge in edges if edge.tail != edge.head]
    turned = _turned(list(sizes), straight)
    ranks = _ranks(list(sizes), [_down(edge, turned) for edge in straight])
    items, chains, index = _items(sizes, straight, turned, ranks)
    layers = _layers(items)
    _order(items, layers)
    _straighten(items, layers)
    bands = _bands(items, layers)
    leftmost = min(item.x - item.size.width / 2 for item in items)
    for item in items:
        item.x -= leftmost
    boxes = {id_: (items[at].x, bands[items[at].rank].middle) for id_, at in index.items()}
    routes = {
        edge.number: _curve(edge, chain, items, bands, turned)
        for edge, chain in zip(straight, chains, strict=True)
    }
    routes |= {edge.number: _loop(boxes[edge.tail], sizes[edge.tail]) for edge in loops}
    width = max(item.x + item.size.width / 2 for item in items)
    height = bands[-1].middle + bands[-1].half
    return Placed(width, height, boxes, routes)


def _down(edge: Edge, turned: set[int]) -> tuple[str, str]:
    return (edge.head, edge.tail) if edge.number in turned else (edge.tail, edge.head)


def _turned(ids: Sequence[str], edges: Sequence[Edge]) -> set[int]:
    """Edges that lead back to where a walk (loud ways first) is still busy: they break every cycle."""
    ways: dict[str, list[Edge]] = {id_: [] for id_ in ids}
    for edge in sorted(edges, key=lambda each: -each.weight):
        ways[edge.tail].append(edge)
    busy: set[str] = set()
    done: set[str] = set()
    turned: set[int] = set()
    for start in ids:
        if start in done:
            continue
        busy.add(start)
        stack = [(start, iter(ways[start]))]
        while stack:
            at, onward = stack[-1]
            for edge in onward:
                if edge.head in busy:
                    turned.add(edge.number)
                elif edge.head not in done:
                    busy.add(edge.head)
                    stack.append((edge.head, iter(ways[edge.head])))
                    break
            else:
                stack.pop()
                busy.discard(at)
                done.add(at)
    return turned


def _ranks(ids: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest way down to each box; boxes on even ranks."""
    onward: dict[str, list[str]] = {id_: [] for id_ in ids}
    waiting = dict.fromkeys(ids, 0)
    for tail, head in pairs:
        onward[tail].append(head)
        waiting[head] += 1
    ranks = dict.fromkeys(ids, 0)
    ready = [id_ for id_ in ids if not waiting[id_]]
    for at in ready:
        for head in onward[at]:
            ranks[head] = max(ranks[head], ranks[at] + 2)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return ranks


def _items(
    sizes: Mapping[str, Size], edges: Sequence[Edge], turned: set[int], ranks: Mapping[str, int]
) -> tuple[list[_Item], list[list[int]], dict[str, int]]:
    items = [_Item(ranks[id_], size) for id_, size in sizes.items()]
    index = {id_: at for at, id_ in enumerate(sizes)}
    chains: list[list[int]] = []
    for edge in edges:
        upper, lower = _down(edge, turned)
        chain = [index[upper]]
        for rank in range(ranks[upper] + 1, ranks[lower]):
            first = rank == ranks[upper] + 1
            items.append(_Item(rank, edge.label if first else Size(4.0, 0.0)))
            chain.append(len(items) - 1)
        chain.append(index[lower])
        for above, below in pairwise(chain):
            items[above].below.append((below, edge.weight))
            items[below].above.append((above, edge.weight))
        chains.append(chain)
    return items, chains, index


def _layers(items: Sequence[_Item]) -> list[list[int]]:
    layers: list[list[int]] = [[] for _ in range(max(item.rank for item in items) + 1)]
    for at, item in enumerate(items):
        layers[item.rank].append(at)
    return layers


def _order(items: Sequence[_Item], layers: list[list[int]]) -> None:
    """Sweeps down and up: each item as near as may be to the middle of its neighbours."""
    position = {at: float(n) for layer in layers for n, at in enumerate(layer)}

    def middle(at: int, neighbours: Iterable[tuple[int, float]]) -> float:
        found = [(position[near], weight) for near, weight in neighbours]
        total = sum(weight for _, weight in found)
        return sum(p * weight for p, weight in found) / total if total else position[at]

    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            wanted = {at: middle(at, items[at].above if down else items[at].below) for at in layer}
            layer.sort(key=lambda at: (wanted[at], position[at]))
            position.update((at, float(n)) for n, at in enumerate(layer))


def _straighten(items: Sequence[_Item], layers: Sequence[Sequence[int]]) -> None:
    """Packs each layer from the left, then lets it drift towards its neighbours."""
    for layer in layers:
        _settle(items, layer, [0.0] * len(layer))
    for turn in range(_SETTLINGS):
        for layer in layers if turn % 2 == 0 else reversed(layers):
            _settle(items, layer, [_pull(items, at) for at in layer])


def _pull(items: Sequence[_Item], at: int) -> float:
    near = [*items[at].above, *items[at].below]
    total = sum(weight for _, weight in near)
    return sum(items[n].x * weight for n, weight in near) / total if total else items[at].x


def _settle(items: Sequence[_Item], layer: Sequence[int], wanted: Sequence[float]) -> None:
    """The wished places, pushed apart: the mean of pushing from the left and from the right."""
    right: list[float] = []
    for n, at in enumerate(layer):
        least = right[-1] + _apart(items, layer[n - 1], at) if n else wanted[n]
        right.append(max(wanted[n], least))
    left = [0.0] * len(layer)
    for n in reversed(range(len(layer))):
        last = n == len(layer) - 1
        most = wanted[n] if last else left[n + 1] - _apart(items, layer[n], layer[n + 1])
        left[n] = min(wanted[n], most)
    for n, at in enumerate(layer):
        items[at].x = (left[n] + right[n]) / 2


def _apart(items: Sequence[_Item], one: int, other: int) -> float:
    return (items[one].size.width + items[other].size.width) / 2 + _ASIDE


def _bands(items: Sequence[_Item], layers: Sequence[Sequence[int]]) -> list[_Band]:
    bands: list[_Band] = []
    bottom = -_BETWEEN
    for layer in layers:
        tallest = max((items[at].size.height for at in layer), default=0.0)
        bands.append(_Band(bottom + _BETWEEN + tallest / 2, tallest / 2))
        bottom = bands[-1].middle + tallest / 2
    return bands


def _curve(
    edge: Edge,
    chain: Sequence[int],
    items: Sequence[_Item],
    bands: Sequence[_Band],
    turned: set[int],
) -> Route:
    """Through the edge's places on the ranks between: upright beside boxes, bent between ranks."""
    top, bottom = items[chain[0]], items[chain[-1]]
    start = _foothold(items, top.below, top, chain[1])
    end = _foothold(items, bottom.above, bottom, chain[-2])
    first, last = bands[top.rank], bands[bottom.rank]
    points = [(start, first.middle + top.size.height / 2), (start, first.middle + first.half)]
    for at in chain[1:-1]:
        band = bands[items[at].rank]
        points.append((items[at].x, band.middle - band.half))
        points.append((items[at].x, band.middle + band.half))
    points.extend([(end, last.middle - last.half), (end, last.middle - bottom.size.height / 2)])
    curve = [points[0]]
    for (x1, y1), (x2, y2) in pairwise(points):
        bend = (y2 - y1) / 2
        if bend or x1 != x2:
            curve.extend([(x1, y1 + bend), (x2, y2 - bend), (x2, y2)])
    if edge.number in turned:
        curve.reverse()
    named = items[chain[1]]
    label = (round(named.x, 2), round(bands[named.rank].middle, 2)) if edge.label.height else None
    return Route(tuple((round(x, 2), round(y, 2)) for x, y in curve), label)


def _foothold(
    items: Sequence[_Item], neighbours: Sequence[tuple[int, float]], box: _Item, near: int
) -> float:
    """Where on a box's side an edge stands: side by side, in the order of where they lead."""
    order = sorted((at for at, _ in neighbours), key=lambda at: (items[at].x, at))
    share = (order.index(near) + 1) / (len(order) + 1) - 0.5
    return box.x + share * box.size.width * 0.8


def _loop(middle: Point, size: Size) -> Route:
    x, y = middle[0] + size.width / 2, middle[1]
    points = ((x, y - 8), (x + 22, y - 18), (x + 22, y + 18), (x, y + 8))
    return Route(points, (x + 24, y))
