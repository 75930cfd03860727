"""Plays every row on the simulator and on each server that there is, and writes the table of the reference.

    python tests/agreement/every_exit/write_table.py docs/reference/agreement.md

Ends with 1 where an executor disagrees, and with 3 where a server is not there: then nothing is written,
since the table says what was seen on all of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from every_exit.playing import results, runs
from every_exit.rows import ROWS, Row
from flowc.cli.test_on import line
from flowc.kinds.table import BY_KEYWORD
from flowc.target import LabUnavailableError

SERVERS = ("asterisk", "freeswitch")
HEAD = """\
# Every exit of every kind

<!-- Written by `make exits` from what was played. Change tests/agreement/every_exit/rows.py, not this page. -->

Each row is a call that was played on the simulator and on the real servers of the labs, and whose traces were
equal step by step: blocks, outcomes, prompts, variables, marks, end.

"""


def table() -> str:
    """The whole page, once all have agreed."""
    names = ("kind", "exit", "cause", "how", "simulator", *SERVERS)
    kinds = [*BY_KEYWORD, "any"]
    rows = sorted(ROWS, key=lambda row: kinds.index(row.kind))
    return HEAD + "".join(map(_line, (names, ("---",) * len(names), *map(_cells, rows))))


def _cells(row: Row) -> tuple[str, ...]:
    agreed = ("equal",) * (1 + len(SERVERS))
    return (f"`{row.kind}`", f"`{row.exit}`", row.cause, row.how, *agreed)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |\n"


def main(page: Path) -> int:
    """Play, compare, write. The exit code."""
    wrong = [f"simulator: {row.name}" for row, run in runs().items() if not run.passed]
    for server in SERVERS:
        try:
            played = results(server).values()
        except LabUnavailableError as reason:
            sys.stderr.write(f"{server}: {reason}\n")
            return 3
        wrong += [f"{server}: {line(each)}" for each in played if not each.passed or each.allowed]
    equal = f"{len(ROWS)} rows, equal on the simulator and {' and '.join(SERVERS)}"
    sys.stdout.write("\n".join(wrong or [equal]) + "\n")
    if wrong:
        return 1
    page.write_text(table(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
