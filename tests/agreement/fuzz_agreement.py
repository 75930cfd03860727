"""Random flows and random callers on every executor; what differs is kept and told.

    python tests/agreement/fuzz_agreement.py 2000 --on asterisk --on freeswitch --on stand-ins
    python tests/agreement/fuzz_agreement.py --shrink FOLDER --on asterisk

A run is made of pieces of some seeds each; what is done stands in the folder of `--state`, and the
same command goes on where it was stopped. All servers are played on at the same time. A call that
differs among many others is played again alone (`replayed`), and is a difference where it still does.
What differs is kept as a project with one call; `--shrink` makes the smallest of it. Prints one JSON
object last; ends with 1 where anything differs, where the compiler refuses a project, or where too
many calls need a row of the table of allowances (`flowc/live/allowances.py`).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fuzz import questions
from fuzz.keeping import Failure, case_of, keep
from fuzz.ledger import Ledger, Piece, summed, total
from fuzz.pieces import STAND_IN, Done, Scope, on_server, on_stand_ins
from fuzz.questions import on_stand_in
from fuzz.servers import must_be_there
from fuzz.shrink import shrunk
from stand_ins.making import TARGETS

from flowc.live.allowances import ALLOWANCES
from flowc.target import LabUnavailableError

STAND_INS = "stand-ins"
SEEDS_A_PIECE = {STAND_INS: 50}
SEEDS_ON_A_SERVER = 100
# Of a server's: while one piece is played, the other is made ready or listened to.
PIECES_AT_ONCE = 2
TOLD = 20


def main() -> int:
    options = _options()
    if options.shrink is not None:
        return _shrink(options)
    run = _Run(options)
    # The stand-ins take all of the machine, and servers need it at the right moment.
    servers = [executor for executor in options.on if executor != STAND_INS]
    for together in ([STAND_INS] if STAND_INS in options.on else [], run.there_are(servers)):
        run.play(together)
    return run.report()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("flows", type=int, nargs="?", default=0, help="how many random projects")
    parser.add_argument("--shrink", type=Path, help="a folder that was kept")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--size", type=int, default=12, help="about how many nodes a project has")
    parser.add_argument("--callers", type=int, default=5, help="calls to each project")
    parser.add_argument("--on", action="append", default=[], help=f"{STAND_INS}, or a target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="for the stand-ins")
    parser.add_argument("--at-once", type=int, default=60, help="of a piece on a server")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no piece after so long")
    parser.add_argument("--state", type=Path, default=Path(".fuzz-agreement"))
    options = parser.parse_args()
    options.on = options.on or [STAND_INS]
    return options


class _Run:
    """The pieces that are not done yet, played by as many processes as their executors need."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._scope = Scope(options.size, options.callers)
        self._ledger = Ledger(options.state / "pieces.jsonl")
        self._began = time.monotonic()
        self._left_out: dict[str, str] = {}

    def there_are(self, executors: list[str]) -> list[str]:
        """Those whose servers can be had; the others are left out, with the reason."""
        for executor in executors:
            try:
                if any(self._left(executor)):
                    must_be_there(executor)
            except LabUnavailableError as error:
                print(f"{executor} is left out: {error}", flush=True)
                self._left_out[executor] = str(error)
        return [executor for executor in executors if executor not in self._left_out]

    def play(self, executors: list[str]) -> None:
        """All at the same time."""
        with ExitStack() as stack:
            pools = [
                (executor, stack.enter_context(_pool(self._processes(executor))))
                for executor in executors
            ]
            waiting = [
                self._begun(executor, pool, *piece)
                for executor, pool in pools
                for piece in self._left(executor)
            ]
            for _, pool in pools:  # also where a piece fails
                stack.callback(pool.shutdown, wait=False, cancel_futures=True)
            for done in as_completed(waiting):
                if not done.cancelled():
                    self._keep(done.result())
                if self._is_late:
                    for _, pool in pools:
                        pool.shutdown(wait=False, cancel_futures=True)

    def _processes(self, executor: str) -> int:
        return int(self._options.jobs) if executor == STAND_INS else PIECES_AT_ONCE

    def _begun(
        self, executor: str, pool: ProcessPoolExecutor, first: int, count: int
    ) -> Future[Done]:
        if executor == STAND_INS:
            return pool.submit(_piece, on_stand_ins, TARGETS, first, count, self._scope)
        at_once = self._options.at_once
        return pool.submit(_piece, on_server, executor, first, count, self._scope, at_once)

    @property
    def _is_late(self) -> bool:
        return time.monotonic() - self._began > self._options.seconds

    def _left(self, executor: str) -> Iterator[tuple[int, int]]:
        known = STAND_IN + TARGETS[0] if executor == STAND_INS else executor
        return (
            (first, count)
            for first, count in pieces_of(self._options, executor)
            if not self._ledger.has(known, self._scope.words, first, count)
        )

    def _keep(self, done: Done) -> None:
        for piece, failures in done:
            self._ledger.add(piece)
            for refused in piece.refused:
                print(f"refused: {refused}", flush=True)
            for failure in failures[:TOLD]:
                place = keep(failure, self._options.state / "found", self._options.state / "tones")
                print(f"{failure.name}\n  {failure.told}\n  {place}", flush=True)
            print(_told(piece), flush=True)

    def report(self) -> int:
        """The sums of what is done, as JSON."""
        words, options = self._scope.words, self._options
        sums = {}
        for executor in options.on:
            firsts = [first for first, _ in pieces_of(options, executor)]
            names = [STAND_IN + one for one in TARGETS] if executor == STAND_INS else [executor]
            sums |= {name: total(self._ledger.of(name, words, firsts)) for name in names}
        told = summed(sums, self._left_out)
        for row in ALLOWANCES:
            count, words = (
                told["allowances"][row.name],
                (row.what.say("en", {}), row.why.say("en", {})),
            )
            print(f"allowed `{row.name}`: {count} of {told['calls']} calls: {'; '.join(words)}")
        print(json.dumps(told, ensure_ascii=False))
        return 1 if told["differences"] or told["refused"] or told["too_many_allowances"] else 0


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, initializer=_collect_rarely)


def _collect_rarely() -> None:
    """A project makes many thousand small things that go together: a sixth of the time was spent on
    looking through them for what goes sooner. What is left is collected after each piece."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 1_000)


def _piece(play: Callable[..., Done], *arguments: object) -> Done:
    done = play(*arguments)
    gc.collect()
    return done


def _told(piece: Piece) -> str:
    return (
        f"{piece.executor}: seeds {piece.first} to {piece.first + piece.count - 1}, "
        f"{piece.calls} calls, {len(piece.failed)} differ, {piece.replayed} were played again, "
        f"{piece.seconds:.0f} s"
    )


def _shrink(options: argparse.Namespace) -> int:
    """Print where the smallest case stands."""
    case = case_of(options.shrink)
    name = options.on[0]
    is_stand_in = name.startswith(STAND_IN)
    asked = on_stand_in(name.removeprefix(STAND_IN)) if is_stand_in else questions.on_server(name)
    if not asked([case])[0]:
        print(f"{options.shrink} does not differ on {name}")
        return 1
    small = shrunk(case, asked, at_once=1 if is_stand_in else 30)
    failure = Failure(f"smallest {name}", 0, small.project, small.script, "made smaller")
    print(keep(failure, options.state / "found", options.state / "tones"))
    return 0


def pieces_of(options: argparse.Namespace, executor: str) -> list[tuple[int, int]]:
    """The seeds of a run in pieces: the first of each, and how many."""
    most = SEEDS_A_PIECE.get(executor, SEEDS_ON_A_SERVER)
    ends = range(options.first, options.first + options.flows, most)
    return [(first, min(most, options.first + options.flows - first)) for first in ends]


if __name__ == "__main__":
    sys.exit(main())
