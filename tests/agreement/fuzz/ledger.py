"""What a long run has done already, a line of JSON a piece, so that it goes on where it was stopped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from flowc.live.allowances import ALLOWANCES, too_many


@dataclass(frozen=True, slots=True)
class Piece:
    """Some seeds on one executor. `settings` says of what size and generator, `code` of which state of
    flowc; `failed` names the calls that differ.
    """

    executor: str
    settings: str
    first: int
    count: int
    calls: int = 0
    dropped: int = 0  # calls whose callers pressed too near to something, and which were made anew
    refused: tuple[str, ...] = ()  # projects that the compiler refuses
    too_large: int = 0  # projects that a target can't hold, and says so
    too_long: int = 0  # calls that would take minutes of real time, and are not played
    failed: tuple[str, ...] = ()
    allowed: dict[str, int] = field(default_factory=dict)  # calls by the row that they needed
    excused: int = 0  # calls that needed any row
    replayed: int = 0  # calls that differed among many others, and were played once more alone
    seconds: float = 0.0
    code: str = ""


class Ledger:
    """The pieces in a file."""

    def __init__(self, path: Path) -> None:
        """It need not exist."""
        self._path = path
        self._pieces = list(_read(path)) if path.is_file() else []

    def has(self, executor: str, settings: str, first: int, count: int) -> bool:
        wanted = (executor, settings, first, count)
        return any((p.executor, p.settings, p.first, p.count) == wanted for p in self._pieces)

    def add(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(piece), ensure_ascii=False) + "\n")

    def of(self, executor: str, settings: str, firsts: Iterable[int]) -> list[Piece]:
        """The pieces of a run."""
        wanted = set(firsts)
        same = (p for p in self._pieces if (p.executor, p.settings) == (executor, settings))
        return [piece for piece in same if piece.first in wanted]


def _read(path: Path) -> Iterator[Piece]:
    known = {one.name for one in fields(Piece)}
    for line in path.read_text(encoding="utf-8").splitlines():
        held = {name: one for name, one in json.loads(line).items() if name in known}
        yield Piece(**{**held, "refused": tuple(held["refused"]), "failed": tuple(held["failed"])})


def total(pieces: Iterable[Piece]) -> dict[str, Any]:
    """The sums of pieces of one executor."""
    found = list(pieces)
    allowed: Counter[str] = Counter()
    for piece in found:
        allowed.update(piece.allowed)
    return {
        "flows": sum(piece.count - piece.too_large - len(piece.refused) for piece in found),
        "calls": sum(piece.calls for piece in found),
        "differences": sum(len(piece.failed) for piece in found),
        "refused": sum(len(piece.refused) for piece in found),
        "too_large": sum(piece.too_large for piece in found),
        "too_long": sum(piece.too_long for piece in found),
        "replayed": sum(piece.replayed for piece in found),
        "allowed": dict(allowed),
        "excused": sum(piece.excused for piece in found),
        "codes": sorted({piece.code for piece in found}),
    }


def summed(sums: Mapping[str, Mapping[str, Any]], left_out: Mapping[str, str]) -> dict[str, Any]:
    """What a run prints last. `flows`: that were played on every executor that was not left out."""
    played = {name: one for name, one in sums.items() if name not in left_out}
    allowances = {
        row.name: sum(one["allowed"].get(row.name, 0) for one in played.values())
        for row in ALLOWANCES
    }
    return {
        "flows": min((one["flows"] for one in played.values()), default=0),
        **{
            name: sum(one[name] for one in played.values())
            for name in ("calls", "differences", "replayed")
        },
        "refused": max((one["refused"] for one in played.values()), default=0),
        "allowances": allowances,
        "too_many_allowances": [
            name for name, one in played.items() if too_many(one["excused"], one["calls"])
        ],
        "left_out": dict(left_out),
        "executors": played,
    }
