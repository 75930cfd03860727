"""A seeded source of choices. The same seed chooses the same, on any machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Choices by a seed; `branch` gives another source that this one's later choices don't move."""

    def __init__(self, *seed: object) -> None:
        """Seeds are told apart by their text."""
        self._seed = "/".join(map(str, seed))
        self._random = Random(self._seed)

    def branch(self, name: object) -> Chance:
        return Chance(self._seed, name)

    def odds(self, share: float) -> bool:
        """True in that share of cases."""
        return self._random.random() < share

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def pick(self, items: Sequence[T]) -> T:
        return items[self._random.randrange(len(items))]

    def weighed(self, weights: Mapping[T, float]) -> T:
        """One of the keys, as often as its weight says."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def some(self, items: Sequence[T], most: int, least: int = 0) -> list[T]:
        """Different ones of the items, in their order."""
        count = self.number(least, min(most, len(items))) if least <= len(items) else len(items)
        places = sorted(self._random.sample(range(len(items)), count))
        return [items[place] for place in places]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self._random.sample(list(items), len(items))

    def sample_order(self, count: int) -> list[int]:
        """The numbers below `count`, in some order."""
        return self.shuffled(range(count))

    def digits(self, count: int) -> str:
        return "".join(self.pick("0123456789") for _ in range(count))
