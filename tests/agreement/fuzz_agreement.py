"""Random flows and random callers on every executor; what differs is kept and told.

    python tests/agreement/fuzz_agreement.py 2000 --on asterisk --on freeswitch --on stand-ins
    python tests/agreement/fuzz_agreement.py --shrink FOLDER --on asterisk

A run is made of pieces of some seeds each; what is done stands in the folder of `--state`, and the
same command goes on where it was stopped. What differs is kept there as a project with one call;
`--shrink` makes the smallest of it. Prints one JSON object last; ends with 1 where anything differs,
or where the compiler refuses a project.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fuzz import questions
from fuzz.keeping import Failure, case_of, keep
from fuzz.ledger import Ledger, Piece, total
from fuzz.pieces import STAND_IN, Scope, on_server, on_stand_ins
from fuzz.questions import on_stand_in
from fuzz.shrink import shrunk
from stand_ins.making import TARGETS

from flowc.target import LabUnavailableError

STAND_INS = "stand-ins"
SEEDS_A_PIECE = {STAND_INS: 50}
SEEDS_ON_A_SERVER = 100
TOLD = 20


def main() -> int:
    options = _options()
    if options.shrink is not None:
        return _shrink(options)
    began = time.monotonic()
    ledger = Ledger(options.state / "pieces.jsonl")
    scope = Scope(options.size, options.callers)
    left_out: dict[str, str] = {}
    for executor in options.on:
        run = _Run(options, scope, ledger, executor, began)
        try:
            (run.on_stand_ins if executor == STAND_INS else run.on_server)()
        except LabUnavailableError as error:
            print(f"{executor} is left out: {error}", flush=True)
            left_out[executor] = error.message
    return _report(options, scope, ledger, left_out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("flows", type=int, nargs="?", default=0, help="how many random projects")
    parser.add_argument("--shrink", type=Path, help="a folder that was kept")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--size", type=int, default=12, help="about how many nodes a project has")
    parser.add_argument("--callers", type=int, default=5, help="calls to each project")
    parser.add_argument("--on", action="append", default=[], help=f"{STAND_INS}, or a target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="for the stand-ins")
    parser.add_argument("--at-once", type=int, default=60, help="calls at once on a server")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no piece after so long")
    parser.add_argument("--state", type=Path, default=Path(".fuzz-agreement"))
    options = parser.parse_args()
    options.on = options.on or [STAND_INS]
    return options


class _Run:
    """The pieces of one executor that are not done yet."""

    def __init__(
        self,
        options: argparse.Namespace,
        scope: Scope,
        ledger: Ledger,
        executor: str,
        began: float,
    ) -> None:
        self._options, self._scope, self._ledger = options, scope, ledger
        self._executor, self._began = executor, began

    def on_stand_ins(self) -> None:
        with ProcessPoolExecutor(self._options.jobs) as pool:
            waiting = {}
            for first, count in self._left(STAND_IN + TARGETS[0]):
                work = pool.submit(on_stand_ins, TARGETS, first, count, self._scope)
                waiting[work] = first
            for done in as_completed(waiting):
                if done.cancelled():
                    continue
                for piece, failures in done.result():
                    self._keep(piece, failures)
                if self._is_late:
                    pool.shutdown(wait=True, cancel_futures=True)

    def on_server(self) -> None:
        for first, count in self._left(self._executor):
            if self._is_late:
                return
            at_once = self._options.at_once
            self._keep(*on_server(self._executor, first, count, self._scope, at_once))

    @property
    def _is_late(self) -> bool:
        return time.monotonic() - self._began > self._options.seconds

    def _left(self, executor: str) -> Iterator[tuple[int, int]]:
        return (
            (first, count)
            for first, count in pieces_of(self._options, self._executor)
            if not self._ledger.has(executor, self._scope.words, first, count)
        )

    def _keep(self, piece: Piece, failures: list[Failure]) -> None:
        self._ledger.add(piece)
        for refused in piece.refused:
            print(f"refused: {refused}", flush=True)
        for failure in failures[:TOLD]:
            place = keep(failure, self._options.state / "found", self._options.state / "tones")
            print(f"{failure.name}\n  {failure.told}\n  {place}", flush=True)
        print(
            f"{piece.executor}: seeds {piece.first} to {piece.first + piece.count - 1}, "
            f"{piece.calls} calls, {len(piece.failed)} differ, {piece.seconds:.0f} s",
            flush=True,
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


def _report(
    options: argparse.Namespace, scope: Scope, ledger: Ledger, left_out: dict[str, str]
) -> int:
    """The sums of what is done, as JSON."""
    names = [
        name
        for executor in options.on
        for name in ([STAND_IN + one for one in TARGETS] if executor == STAND_INS else [executor])
    ]
    sums = {}
    for name in names:
        kind = STAND_INS if name.startswith(STAND_IN) else name
        firsts = [first for first, _ in pieces_of(options, kind)]
        sums[name] = total(ledger.of(name, scope.words, firsts))
    told = {
        "flows": max(int(str(one["flows"])) for one in sums.values()),
        "calls": sum(int(str(one["calls"])) for one in sums.values()),
        "differences": sum(int(str(one["differences"])) for one in sums.values()),
        "refused": max(int(str(one["refused"])) for one in sums.values()),
        "executors": sums,
        "left_out": left_out,
    }
    print(json.dumps(told, ensure_ascii=False))
    return 1 if told["differences"] or told["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
