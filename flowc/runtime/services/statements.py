"""A project's own SQL as SQLAlchemy's `text()` reads it: parameters bound, all else as it was written.

`text()` finds `:name` within quotes and comments, too, where it is no parameter but a piece of JSON or
the format of a date. Knows no data base; what is quoted is so in SQLite and PostgreSQL.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PIECES = re.compile(
    r"""
      (?P<other>
        \b[eE]'(?:[^'\\]|''|\\.)*'             # E'...', in which a backslash keeps a quote
      | '(?:[^']|'')*'
      | "[^"]*"
      | \$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$  # $tag$ ... $tag$
      | --[^\n]*
      | /\*.*?\*/
      | ::
      )
    | (?<![\w$]):(?P<name>[a-z][a-z0-9_]*)(?![\w$])
    | :
    """,
    re.DOTALL | re.VERBOSE,
)


@lru_cache(maxsize=1024)
def bindable(statement: str, parameters: frozenset[str]) -> tuple[str, frozenset[str]]:
    """The statement for `text()`, and those of the parameters that stand in it."""
    names: set[str] = set()

    def piece(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None or name not in parameters:
            return found[0].replace(":", "\\:")
        names.add(name)
        return found[0]

    return _PIECES.sub(piece, statement), frozenset(names)
