"""Every code of every area, by number: for `flowc explain`, the pages and their tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from flowc.diagnostics.codes import calendars, calls, expressions, flows, proofs, reading
from flowc.diagnostics.model import Code

AREAS = (reading, flows, calendars, expressions, proofs, calls)


@cache
def catalogue() -> Mapping[str, Code]:
    """All codes by number."""
    found = {code.number: code for area in AREAS for code in area.CODES}
    if len(found) != sum(len(area.CODES) for area in AREAS):
        raise AssertionError("two codes share a number")
    return found


def page(number: str) -> str | None:
    """The page of a code in Markdown, else None."""
    path = resources.files("flowc.diagnostics") / "pages" / f"{number}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else None
