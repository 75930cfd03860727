"""Names of blocks. A block keeps its name all the way: graph, trace, diagram, server, log."""

from __future__ import annotations

from dataclasses import dataclass

START = "start"
# A part that no call enters: it leads where a holiday would, and names the calendar that has none.
NO_HOLIDAYS = "no_holidays_in_"


@dataclass(frozen=True, slots=True, order=True)
class BlockId:
    """`flow.node.part`; each is `[a-z][a-z0-9_]*`. The entry of a node is its part `start`."""

    flow: str
    node: str
    part: str = START

    @property
    def node_name(self) -> str:
        return f"{self.flow}.{self.node}"

    def __str__(self) -> str:
        return f"{self.flow}.{self.node}.{self.part}"

    @classmethod
    def parse(cls, text: str) -> BlockId:
        """The reverse of `str`. Raises ValueError for anything else."""
        flow, node, part = text.split(".")
        return cls(flow, node, part)
