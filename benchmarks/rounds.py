"""Rounds of calls to every variant of the measured path, and the figures that they give.

A round calls every variant; ratios are of one round, and their median is told with its interval by
order statistics. On one field the variants take turns, each round in another order. On several,
which are alike, they are called at the same time, each on a field of its own and each round on
another one: what slows the machine down for a second then slows all of them. Knows no server: a
field does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from figures import cpu_seconds, median
from path_scripts import SAME

RIGHT = "told"
NULL = "null"  # the variant that only answers, if there is one


class Field(Protocol):
    """A booted server that holds the variants."""

    @property
    def variants(self) -> tuple[str, ...]:
        """Every variant that can be called."""

    def pids(self, variant: str) -> tuple[int, ...]:
        """The processes that work for a variant's calls."""

    async def measured(self, variant: str, calls: int) -> Counter[str]:
        """Place so many measured calls; the marks they left, once all have ended."""

    async def played(self, variant: str, names: Sequence[str]) -> Counter[str]:
        """Place the calls of these names, all at once; the marks they left."""


async def same_ends(field: Field, variants: Sequence[str]) -> None:
    """Play every script on the variants of one meaning. SystemExit names what ended otherwise."""
    wanted = Counter(end for _, end in SAME.values())
    wrong = []
    for variant in variants:
        found = await field.played(variant, tuple(SAME))
        if found != wanted:
            wrong.append(f"{variant}: {dict(found)} instead of {dict(wanted)}")
    if wrong:
        raise SystemExit("the variants do not mean the same: " + "; ".join(wrong))
    print(f"{len(SAME)} calls end alike on {', '.join(variants)}", flush=True)


async def idle_share(field: Field, variant: str, seconds: float) -> float:
    """The CPU time a second that a variant's processes take with no call up."""
    pids = field.pids(variant)
    before = sum(map(cpu_seconds, pids))
    await asyncio.sleep(seconds)
    return (sum(map(cpu_seconds, pids)) - before) / seconds


class Rounds:
    """The measurements so far: milliseconds a call and right calls, by variant.

    `idle`: the share of a CPU that is taken off for the time that a measurement lasts.
    """

    def __init__(self, fields: Sequence[Field], calls: int, idle: float = 0.0) -> None:
        self._fields, self._calls, self._idle = fields, calls, idle
        self._count = 0
        self.ms: dict[str, list[float]] = {name: [] for name in fields[0].variants}
        self.right: Counter[str] = Counter()

    async def play(self, count: int) -> None:
        """That many rounds, each told."""
        for _ in range(count):
            await self._one(self._count)
            self._count += 1
            row = "  ".join(f"{name} {ms[-1]:.2f}" for name, ms in self.ms.items())
            print(f"round {self._count:2}, ms a call: {row}", flush=True)

    async def _one(self, number: int) -> None:
        """Call every variant; each round begins with another, and every other one runs backwards."""
        names = tuple(self.ms)
        start = number % len(names)
        order = names[start:] + names[:start]
        turns = order if number % 2 else order[::-1]
        if len(self._fields) == 1:
            for name in turns:
                await self._measure(self._fields[0], name)
        else:
            pairs = zip(self._fields, turns, strict=True)
            await asyncio.gather(*(self._measure(field, name) for field, name in pairs))

    async def _measure(self, field: Field, name: str) -> None:
        loop = asyncio.get_running_loop()
        pids = field.pids(name)
        before, begun = sum(map(cpu_seconds, pids)), loop.time()
        ends = await field.measured(name, self._calls)
        taken = sum(map(cpu_seconds, pids)) - before - self._idle * (loop.time() - begun)
        self.ms[name].append(1000 * taken / self._calls)
        self.right[name] += ends[RIGHT]

    def middle(self, name: str) -> float:
        """The median of a variant's milliseconds a call."""
        return median(self.ms[name]).value

    def ratios(self, over: str, under: str, less: str = "") -> list[float]:
        """A round each; `less` names a variant whose cost is taken off both."""
        floor = self.ms[less] if less else [0.0] * len(self.ms[over])
        rows = zip(self.ms[over], self.ms[under], floor, strict=True)
        return [(one - off) / (other - off) for one, other, off in rows]

    @property
    def all_right(self) -> bool:
        """Whether every call of every variant ended as it must."""
        return all(self.right[name] == self._count * self._calls for name in self.ms)

    def report(self, ratios: Mapping[str, tuple[str, str]]) -> dict[str, object]:
        """The named ratios, where both their variants were called, and all they were made from."""
        known = {name: pair for name, pair in ratios.items() if set(pair) <= set(self.ms)}
        net = {
            name: median(self.ratios(*pair, less=NULL)).rounded()
            for name, pair in known.items()
            if NULL in self.ms and NULL not in pair
        }
        return {
            "rounds": self._count,
            "calls_a_round": self._calls,
            **{name: median(self.ratios(*pair)).rounded() for name, pair in known.items()},
            "net_of_null": net,
            "ms_per_call": {name: round(self.middle(name), 3) for name in self.ms},
            "right_calls": {
                name: [self.right[name], self._count * self._calls] for name in self.ms
            },
        }
