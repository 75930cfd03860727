"""Where each block of a release came from, for `flowc where`: by the name that its log lines bear.

Knows how the blocks of a flow stand in its file: one a line, after two lines.
"""

from __future__ import annotations

from flowc.graph.ids import BlockId
from flowc.target.source_map import source_map as written
from flowc_freeswitch.lowering import Release

_FIRST_LINE = 3


def source_map(release: Release) -> str:
    """JSON: each block, its line in its flow's file, and its place in the source."""
    lines: dict[str, int] = {}
    rows = []
    for id_, block in release.graph.blocks.items():
        line = lines[id_.flow] = lines.get(id_.flow, _FIRST_LINE - 1) + 1
        rows.append(
            {
                **_place(release, id_),
                "file": f"scripts/flow_{id_.flow}.lua",
                "line": line,
                "block": str(id_),
                "source": str(block.origin.span),
            }
        )
    return written(rows)


def _place(release: Release, id_: BlockId) -> dict[str, str | int]:
    context = f"fl-{release.id}.{id_.flow}.{id_.node}"
    return {"context": context, "extension": id_.part, "priority": 1}
