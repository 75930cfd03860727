"""What a script expects of the whole call, compared with what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flowc.simulate import failures as words
from flowc.simulate.failures import Failure, failure
from flowc.simulate.hearing import letters
from flowc.source import Span

if TYPE_CHECKING:
    from flowc.simulate.simulator import Run


def check(run: Run) -> Iterator[Failure]:
    """Each expectation that did not hold."""
    expected = run.script.expected
    if expected.marks is not None and set(expected.marks) != set(run.marks):
        yield failure(
            words.WRONG_MARKS,
            expected.span("marks"),
            expected=_listed(expected.marks),
            found=_listed(run.marks),
        )
    if expected.tickets is not None and expected.tickets != run.tickets:
        yield _count(expected.span("tickets"), "tickets", expected.tickets, run.tickets)
    if expected.abandoned is not None and expected.abandoned != run.abandoned:
        yield _count(expected.span("abandoned"), "abandoned", expected.abandoned, run.abandoned)
    yield from _counts(run, "requests", expected.requests, run.requests)
    yield from _counts(run, "lookups", expected.lookups, run.lookups)
    yield from _values(run)
    yield from _unwanted(run)
    yield from _end(run)


def _counts(
    run: Run, field: str, expected: tuple[tuple[str, int], ...], found: Mapping[str, int]
) -> Iterator[Failure]:
    for name, count in expected:
        if found.get(name, 0) != count:
            yield _count(run.script.expected.span(field), name, count, found.get(name, 0))


def _count(span: Span, what: str, expected: int, found: int) -> Failure:
    return failure(words.WRONG_COUNT, span, what=what, expected=expected, found=found)


def _values(run: Run) -> Iterator[Failure]:
    for name, expected in run.script.expected.variables:
        found = str(run.values.get(name, ""))
        if found != expected:
            span = run.script.expected.span("variables")
            yield failure(
                words.WRONG_VALUE, span, name=name, expected=repr(expected), found=repr(found)
            )


def _unwanted(run: Run) -> Iterator[Failure]:
    whole = letters(" ".join(one.text for one in run.heard))
    for text in run.script.expected.hears_not:
        if letters(text) in whole:
            yield failure(words.HEARD_UNWANTED, run.script.expected.span("hears_not"), text=text)


def _end(run: Run) -> Iterator[Failure]:
    expected = run.script.expected
    if expected.ends and expected.ends != run.by:
        span = expected.span("ends")
        yield failure(words.WRONG_END, span, expected=expected.ends, found=run.by or "?")
    if expected.at and run.at != expected.at:
        yield failure(
            words.WRONG_PLACE, expected.span("at"), expected=expected.at, found=run.at or "?"
        )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or "-"
