"""A node that does not say where it leads by one of its outcomes: how that is told."""

from __future__ import annotations

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter
from flowc.kinds.parts import Word


def report_missing_outcome(node: Word, outcome: str, report: Reporter) -> None:
    """Report it, in the words of somebody who reads the flow."""
    is_then = outcome == "then"
    report.report(
        codes.MISSING_OUTCOME,
        node.span,
        node=node.text,
        outcome=outcome,
        when="next" if is_then else f"when the outcome is `{outcome}`",
        when_zh="之后" if is_then else f"结果为 `{outcome}` 时",
    )
