"""What came of a call that was played on a real server. Knows neither server nor how it was played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowc.live.allowances import Allowance
from flowc.live.compare import Difference
from flowc.live.lag import BUSY_MS
from flowc.machine.trace import Trace
from flowc.simulate.script import CallScript


@dataclass(frozen=True, slots=True)
class Result:
    """`skipped`: why the call was not played; `problems`: what was not as meant.

    `lag_ms`: how late this machine woke us, or told us of the call, at worst while it went on. `heard`: how many sounds
    had to be found in what the caller heard. `allowed`: what of it differs and may. `trace`: the live
    one, None where nothing was played. `first`: the call had failed so before and was played again, since the machine had been too busy.
    """

    script: CallScript
    seconds: float = 0.0
    skipped: str = ""
    difference: Difference | None = None
    problems: tuple[str, ...] = ()
    lag_ms: float = 0.0
    heard: int = 0
    allowed: tuple[Allowance, ...] = ()
    trace: Trace | None = None
    first: Result | None = None

    @property
    def passed(self) -> bool:
        """Played, and as meant."""
        return not (self.skipped or self.difference or self.problems)

    @property
    def failed(self) -> bool:
        """Played, and not as meant."""
        return not (self.passed or self.skipped)

    @property
    def may_be_lags_fault(self) -> bool:
        """Did it fail while the machine was too busy to press keys in time?"""
        return self.failed and self.lag_ms >= BUSY_MS


Told = Callable[[Result], None]
