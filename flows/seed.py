"""Make the billing data base of the hotline anew: `python flows/seed.py [file]`.

Reads billing.sql beside it; knows nothing of flows. The file is flows/billing.db where none is
given; one that exists is replaced whole or not at all.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent


def seed(file: Path) -> int:
    """Write the data base; the number of customers in it. Raises OSError, sqlite3.Error."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as data_base:
        data_base.executescript((HERE / "billing.sql").read_text(encoding="utf-8"))
        customers: int = data_base.execute("SELECT count(*) FROM customer").fetchone()[0]
    fresh.replace(file)
    return customers


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "billing.db"
    sys.stdout.write(f"{target.name}: {seed(target)} customers\n")
