"""A piece of a run: some seeds, each a project with its calls, on the stand-ins or on a real server."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from stand_ins.line import StandInError

from flowc.cli.test_on import line
from flowc.live.result import Result
from flowc.target import EmitError
from fuzz.keeping import Failure
from fuzz.ledger import Piece
from fuzz.making import Made, RefusedError, made
from fuzz.rendered import rendered
from fuzz.servers import play_on

STAND_IN = "stand-in of "


@dataclass(frozen=True, slots=True)
class Scope:
    """Which random projects: how large, and how many callers each."""

    size: int = 12
    callers: int = 5

    @property
    def words(self) -> str:
        return f"size {self.size}, {self.callers} callers"


@dataclass
class Tally:
    """A piece while it is played."""

    piece: Piece
    failures: list[Failure] = field(default_factory=list)
    allowed: Counter[str] = field(default_factory=Counter)

    def finished(self, seconds: float) -> Piece:
        names = tuple(failure.name for failure in self.failures)
        return replace(
            self.piece, failed=names, allowed=dict(self.allowed), seconds=round(seconds, 1)
        )


def projects(tally: Tally, scope: Scope) -> Iterator[Made]:
    """The piece's projects; those that the compiler refuses are told in the tally."""
    for seed in range(tally.piece.first, tally.piece.first + tally.piece.count):
        try:
            found = made(seed, scope.size, scope.callers)
        except RefusedError as refused:
            kept = (*tally.piece.refused, f"{seed}: {refused}")
            tally.piece = replace(tally.piece, refused=kept)
            continue
        dropped = tally.piece.dropped + found.dropped
        tally.piece = replace(tally.piece, dropped=dropped)
        yield found


# --- on the stand-ins


def on_stand_ins(
    targets: Iterable[str], first: int, count: int, scope: Scope
) -> list[tuple[Piece, list[Failure]]]:
    """The same projects on each target's stand-in."""
    begun = time.monotonic()
    source = Tally(Piece("", scope.words, first, count))
    tallies = {name: Tally(Piece(STAND_IN + name, scope.words, first, count)) for name in targets}
    for found in projects(source, scope):
        for name, tally in tallies.items():
            _on_stand_in(name, tally, found)
    seconds = (time.monotonic() - begun) / max(len(tallies), 1)
    for tally in tallies.values():
        shared = {"refused": source.piece.refused, "dropped": source.piece.dropped}
        tally.piece = replace(tally.piece, **shared)
    return [(tally.finished(seconds), tally.failures) for tally in tallies.values()]


def _on_stand_in(name: str, tally: Tally, found: Made) -> None:
    try:
        server = rendered(name, found.called)
    except EmitError:
        tally.piece = replace(tally.piece, too_large=tally.piece.too_large + 1)
        return
    for run in found.runs:
        tally.piece = replace(tally.piece, calls=tally.piece.calls + 1)
        try:
            difference = server.play(run)
        except StandInError as error:
            told = f"the stand-in gives up: {error}"
        else:
            told = "" if difference is None else _told(difference)
        if told:
            tally.failures.append(
                Failure(tally.piece.executor, found.seed, found.project, run.script, told)
            )


def _told(difference: object) -> str:
    block, meant, found = (getattr(difference, name) for name in ("block", "meant", "found"))
    return f"in {block}: the simulator {meant}; here it {found}"


# --- on a real server


def on_server(
    name: str, first: int, count: int, scope: Scope, at_once: int
) -> tuple[Piece, list[Failure]]:
    """The projects of some seeds on one booted server."""
    begun = time.monotonic()
    tally = Tally(Piece(name, scope.words, first, count))
    found = list(_that_fit(name, tally, projects(tally, scope)))
    with tempfile.TemporaryDirectory(prefix="fz-") as work:
        results = play_on(name, found, Path(work), at_once)
    by_script = {id(script): one for one in found for script in one.scripts}
    for result in results:
        _count(tally, by_script[id(result.script)], result)
    return tally.finished(time.monotonic() - begun), tally.failures


def _that_fit(name: str, tally: Tally, found: Iterable[Made]) -> Iterator[Made]:
    """A project that a target can't hold says so before anything is built."""
    for one in found:
        try:
            rendered(name, one.called)
        except EmitError:
            tally.piece = replace(tally.piece, too_large=tally.piece.too_large + 1)
        else:
            yield one


def _count(tally: Tally, found: Made, result: Result) -> None:
    if result.skipped:
        return
    tally.piece = replace(tally.piece, calls=tally.piece.calls + 1)
    if result.failed:
        tally.failures.append(
            Failure(tally.piece.executor, found.seed, found.project, result.script, line(result))
        )
    elif result.first is not None:
        tally.piece = replace(tally.piece, again=tally.piece.again + 1)
