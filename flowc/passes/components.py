"""The strongly connected parts of a relation: what lies on ways round. Knows no blocks."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def on_ways_round(onward: Mapping[Item, Collection[Item]]) -> list[frozenset[Item]]:
    """Each largest set of items that all lead to each other; a single one where it leads to itself."""
    parts = components(onward)
    return [part for part in parts if len(part) > 1 or any(one in onward[one] for one in part)]


def leads_nowhere_twice(
    onward: Mapping[Item, Collection[Item]], starts: Collection[Item]
) -> Mapping[Item, Collection[Item]]:
    """Without ways that nobody takes from the starts who comes to no item twice.

    Whoever is in a part that is entered by one item has been at that item. The ways to it from within
    are left out, and then the same of the smaller parts that are left.
    """
    left = onward
    while True:
        part_of = {one: part for part in on_ways_round(left) for one in part}
        entered: dict[frozenset[Item], set[Item]] = {part: set() for part in part_of.values()}
        for one in starts:
            if one in part_of:
                entered[part_of[one]].add(one)
        for one, ways in left.items():
            for to in ways:
                if to in part_of and part_of.get(one) is not part_of[to]:
                    entered[part_of[to]].add(to)
        first = {one for heads in entered.values() if len(heads) == 1 for one in heads}
        if not first:
            return left
        left = {
            one: [to for to in ways if to not in first or part_of.get(one) is not part_of[to]]
            for one, ways in left.items()
        }


def components(onward: Mapping[Item, Collection[Item]]) -> Iterator[frozenset[Item]]:
    """Each part, those that it leads to before it.

    Tarjan's, without recursion: flows may be thousands of blocks long.
    """
    index: dict[Item, int] = {}
    low: dict[Item, int] = {}
    held: dict[Item, None] = {}  # in order
    for root in onward:
        work = [] if root in index else [(root, iter(onward[root]))]
        while work:
            at, rest = work[-1]
            if at not in index:
                index[at] = low[at] = len(index)
                held[at] = None
            step = next(
                (to for to in rest if to in onward and (to not in index or to in held)), None
            )
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == index[at]:
                    yield _taken_from(held, at)
            elif step in index:
                low[at] = min(low[at], index[step])
            else:
                work.append((step, iter(onward[step])))


def _taken_from(held: dict[Item, None], first: Item) -> frozenset[Item]:
    """The last items held, from `first` on."""
    part: set[Item] = set()
    while first not in part:
        part.add(held.popitem()[0])
    return frozenset(part)
