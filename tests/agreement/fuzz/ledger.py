"""What a long run has done already, a line of JSON a piece, so that it goes on where it was stopped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Piece:
    """Some seeds on one executor. `settings` says of what size; `failed` names the calls that differ."""

    executor: str
    settings: str
    first: int
    count: int
    calls: int = 0
    dropped: int = 0  # calls whose callers pressed too near to something, and which were made anew
    refused: tuple[str, ...] = ()  # projects that the compiler refuses
    too_large: int = 0  # projects that a target can't hold, and says so
    failed: tuple[str, ...] = ()
    allowed: dict[str, int] = field(default_factory=dict)
    again: int = 0  # calls that were equal at the second try only, this machine having been late
    seconds: float = 0.0


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
    for line in path.read_text(encoding="utf-8").splitlines():
        held = json.loads(line)
        yield Piece(**{**held, "refused": tuple(held["refused"]), "failed": tuple(held["failed"])})


def total(pieces: Iterable[Piece]) -> dict[str, object]:
    """The sums of pieces of one executor."""
    found = list(pieces)
    allowed: Counter[str] = Counter()
    for piece in found:
        allowed.update(piece.allowed)
    return {
        "flows": sum(piece.count for piece in found),
        "calls": sum(piece.calls for piece in found),
        "differences": sum(len(piece.failed) for piece in found),
        "refused": sum(len(piece.refused) for piece in found),
        "too_large": sum(piece.too_large for piece in found),
        "again": sum(piece.again for piece in found),
        "allowed": dict(allowed),
        "seconds": round(sum(piece.seconds for piece in found)),
    }
