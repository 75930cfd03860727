"""All input vectors in one table, and the flows that they are played on. `model` says what each field means."""

from __future__ import annotations

from .entries import EXACT, RANGED, STAR, ZERO_AND_LETTERS
from .flows import FLOWS
from .menus import BOUNDS, COUNTERS, JOINED, MENU
from .model import Acts, Press, Vector
from .timing import BARGE_IN, SWALLOWED, TYPED_AHEAD

__all__ = ["FLOWS", "VECTORS", "Acts", "Press", "Vector"]

VECTORS: tuple[Vector, ...] = (
    *EXACT,
    *RANGED,
    *STAR,
    *ZERO_AND_LETTERS,
    *SWALLOWED,
    *TYPED_AHEAD,
    *BARGE_IN,
    *COUNTERS,
    *MENU,
    *JOINED,
    *BOUNDS,
)
