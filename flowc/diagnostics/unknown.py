"""A name that nothing has, with what it may have been meant for: one wording for every kind of thing."""

from __future__ import annotations

from collections.abc import Iterable

from flowc.diagnostics.codes import flows
from flowc.diagnostics.model import Reporter, Words, closest
from flowc.source import Span


def report_unknown(
    report: Reporter, span: Span, what: Words, name: str, known: Iterable[str]
) -> None:
    """Report `name` at `span`: no `what` is called so. `known`: the names that there are."""
    report.report(
        flows.UNKNOWN_THING,
        span,
        what=what.en,
        what_zh=what.zh,
        name=name,
        **closest(name, known),
    )
