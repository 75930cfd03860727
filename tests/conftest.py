"""Where the tests of a run ran, and what it left out in a line a reason: hundreds can want one server."""

from __future__ import annotations

from collections import Counter

import pytest

NOWHERE = "without a telephone system"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    places = Counter(_place(report.nodeid) for report in ran)
    if set(places) - {NOWHERE}:
        terminalreporter.section("where they ran")
        for place, count in places.most_common():
            terminalreporter.write_line(f"{count:5} {place}")
    reasons = Counter(map(_reason, terminalreporter.stats.get("skipped", [])))
    if reasons:
        terminalreporter.section("left out")
        for reason, count in reasons.most_common():
            terminalreporter.write_line(f"{count:5} x {reason}")


def _place(test: str) -> str:
    if test.startswith("tests/agreement/"):
        return "on the simulator and the servers' stand-ins"
    if not test.startswith("tests/pbx/"):
        return NOWHERE
    return "on a real FreeSWITCH" if "freeswitch" in test else "on a real Asterisk"


def _reason(report: pytest.TestReport) -> str:
    """Without the place and pytest's own word before it."""
    where = report.longrepr
    told = str(where[2]) if isinstance(where, tuple) else str(where)
    return told.removeprefix("Skipped: ")
