"""Where each step of a release came from, for `flowc where`: how a target writes it down.

A row a line, which is what `grep` and `diff` want. Knows no target's names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

FILE = "source_map.json"


def source_map(rows: Iterable[Mapping[str, object]], file: str = "") -> str:
    """JSON of `rows`: each with `context`, `extension`, `priority`, `line`, `block`, `source`; and with
    `file` where that is not the same for all, given once."""
    steps = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    head = f'"file": {json.dumps(file)}, ' if file else ""
    return f'{{{head}"steps": [\n{steps}\n]}}\n'
