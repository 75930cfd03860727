"""A target without a telephone system: the flow as a card that an operator reads and follows.

It has the one port that every target has, `emit`. It serves no live calls, is deployed nowhere and
has no lab, so it offers none of the other three.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.target import Bundle, Capability, EmitRequest


@dataclass(frozen=True)
class CardTarget:
    """Plain text; an operator with eyes and a telephone can do all that a flow asks."""

    name: str = "card"
    versions: tuple[str, ...] = ("1",)
    seat: str = "{seat}"
    supports: frozenset[Capability] = frozenset(Capability)

    def emit(self, request: EmitRequest) -> Bundle:
        """One file, `card.txt`. Nothing that a graph holds is beyond a card."""
        from flowc_card.card import emit

        return emit(request)


TARGET = CardTarget()
