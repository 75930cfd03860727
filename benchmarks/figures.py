"""The figures of a benchmark: CPU time of a process, medians and their intervals. Knows no calls."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Median:
    """The median of a sample, and an interval that holds the true one with `sure` confidence."""

    value: float
    low: float
    high: float
    sure: float

    def rounded(self) -> dict[str, float]:
        """As it is reported."""
        return {
            "median": round(self.value, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "confidence": round(self.sure, 4),
        }


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its threads, also those that have ended.

    The kernel's clock of that process: utime + stime of /proc/<pid>/stat, but in nanoseconds
    where that file counts in ticks of 10 ms. Raises OSError where the process is gone.
    """
    return time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3), CPUCLOCK_SCHED


def median(sample: Sequence[float]) -> Median:
    """By order statistics: no assumption on how the sample is spread."""
    ordered = sorted(sample)
    depth, sure = _depth(len(ordered))
    low, high = ordered[depth], ordered[len(ordered) - 1 - depth]
    return Median(statistics.median(ordered), low, high, sure)


def _depth(size: int) -> tuple[int, float]:
    """How many values may be left out at each end, and the confidence that is left."""
    depth, outside, below = 0, 0.0, 0.0
    while depth < (size - 1) // 2:
        below += comb(size, depth) / 2**size
        if 1 - 2 * below < CONFIDENCE:
            break
        depth, outside = depth + 1, below
    if depth == 0:  # too few for the confidence asked for: the whole range, and what it is worth
        return 0, 1 - 2 ** (1 - size)
    return depth, 1 - 2 * outside
