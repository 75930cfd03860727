"""What a run left out, in a line a reason: hundreds of tests can want the same server. What is random
is not held to a time, since a busy machine is no fault of the code.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(map(_reason, skipped))
    if not reasons:
        return
    terminalreporter.section("left out")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:5} x {reason}")


def _reason(report: pytest.TestReport) -> str:
    """Without the place and pytest's own word before it."""
    where = report.longrepr
    told = str(where[2]) if isinstance(where, tuple) else str(where)
    return told.removeprefix("Skipped: ").removeprefix("not played on FreeSWITCH: ")
