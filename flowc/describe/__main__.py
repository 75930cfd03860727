"""`python -m flowc.describe [FOLDER]` writes schemas/ and docs/reference/ anew."""

from __future__ import annotations

import sys
from pathlib import Path

from flowc.describe.pages import generated


def write(folder: Path) -> None:
    """Write every generated file under `folder`, in the order of their names."""
    for name, text in sorted(generated().items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
