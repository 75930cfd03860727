"""A project's own SQL as SQLAlchemy's `text()` reads it: parameters bound, all else as it was written.

`text()` finds `:name` within quotes and comments, too, where it is no parameter but a piece of JSON or
the format of a date. Knows no data base.
"""

from __future__ import annotations

from functools import lru_cache

from flowc.graph.statements import Part, pieces


@lru_cache(maxsize=1024)
def bindable(statement: str, parameters: frozenset[str]) -> tuple[str, frozenset[str]]:
    """The statement for `text()`, and those of the parameters that stand in it."""
    words, names = [], set()
    for piece in pieces(statement):
        name = piece.text[1:]
        if piece.part is Part.PARAMETER and name in parameters:
            names.add(name)
            words.append(piece.text)
        else:
            words.append(piece.text.replace(":", "\\:"))
    return "".join(words), frozenset(names)
