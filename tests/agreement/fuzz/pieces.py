"""A piece of a run: some seeds, each a project with its calls, on the stand-ins or on a real server."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from stand_ins.line import StandInError

import flowc
from flowc.cli.test_on import line
from flowc.live.allowances import Allowance
from flowc.live.compare import Difference
from flowc.live.result import Result
from flowc.simulate.simulator import Run
from flowc.target import EmitError
from fuzz.keeping import Failure
from fuzz.ledger import Piece
from fuzz.making import Made, RefusedError, made
from fuzz.rendered import Rendered, fits, rendered
from fuzz.servers import play_on

STAND_IN = "stand-in of "
ROOT = Path(__file__).parents[3]
Done = list[tuple[Piece, list[Failure]]]
"""Pieces that are over, and the calls in them that differ."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which random projects: how large, and how many callers each."""

    size: int = 12
    callers: int = 5

    @property
    def words(self) -> str:
        """With the generator's digest: another one makes other projects of the same seeds."""
        return (
            f"size {self.size}, {self.callers} callers, generator {digest(Path(__file__).parent)}"
        )


@cache
def digest(*folders: Path) -> str:
    """Of all Python in the folders."""
    hashed = sha256()
    for file in sorted(one for folder in folders for one in folder.rglob("*.py")):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:8]


def code() -> str:
    """Which state of flowc is being tried, and of the stand-ins."""
    folders = (Path(flowc.__file__).parent, ROOT / "targets", ROOT / "tests/agreement/stand_ins")
    return digest(*folders)


@dataclass
class Tally:
    """A piece while it is played."""

    piece: Piece
    failures: list[Failure] = field(default_factory=list)
    allowed: Counter[str] = field(default_factory=Counter)

    def finished(self, seconds: float) -> Piece:
        names = tuple(failure.name for failure in self.failures)
        piece = replace(self.piece, failed=names, allowed=dict(self.allowed), code=code())
        return replace(piece, seconds=round(seconds, 1))

    def played(self, allowed: Iterable[Allowance], *, replayed: bool = False) -> None:
        """One more call, and the rows of the table without which it would differ."""
        rows = [row.name for row in allowed]
        self.allowed.update(rows)
        self.piece = replace(
            self.piece,
            calls=self.piece.calls + 1,
            excused=self.piece.excused + bool(rows),
            replayed=self.piece.replayed + replayed,
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


def on_stand_ins(targets: Iterable[str], first: int, count: int, scope: Scope) -> Done:
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
        told = _on_line(server, tally, run)
        if told:
            tally.failures.append(
                Failure(tally.piece.executor, found.seed, found.project, run.script, told)
            )


def _on_line(server: Rendered, tally: Tally, run: Run) -> str:
    """What differs in a call, in words; "" where nothing does."""
    try:
        found = server.play(run)
    except StandInError as error:
        tally.played(())
        return f"the stand-in gives up: {error}"
    tally.played(found.allowed)
    return "" if found.difference is None else _told(found.difference)


def _told(difference: Difference) -> str:
    where, meant, found = difference.block, difference.meant, difference.found
    return f"in {where}: the simulator {meant}; here it {found}"


# --- on a real server


def on_server(name: str, first: int, count: int, scope: Scope, at_once: int) -> Done:
    """The projects of some seeds on one booted server."""
    begun = time.monotonic()
    tally = Tally(Piece(name, scope.words, first, count))
    found = list(_that_fit(name, tally, projects(tally, scope)))
    with tempfile.TemporaryDirectory(prefix="fz-") as work:
        results = play_on(name, found, Path(work), at_once)
    by_script = {id(script): one for one in found for script in one.scripts}
    for result in results:
        _count(tally, by_script[id(result.script)], result)
    return [(tally.finished(time.monotonic() - begun), tally.failures)]


def _that_fit(name: str, tally: Tally, found: Iterable[Made]) -> Iterator[Made]:
    for one in found:
        if fits(name, one.called):
            yield one
        else:
            tally.piece = replace(tally.piece, too_large=tally.piece.too_large + 1)


def _count(tally: Tally, found: Made, result: Result) -> None:
    if result.skipped:
        tally.piece = replace(tally.piece, too_long=tally.piece.too_long + 1)
        return
    tally.played(result.allowed, replayed=result.first is not None)
    if result.failed:
        tally.failures.append(
            Failure(tally.piece.executor, found.seed, found.project, result.script, line(result))
        )
