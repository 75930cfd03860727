"""What is surely wrong with a `kind: sql` service, told without its data base.

A slip here would show when the first caller comes: every question would end in `error`.
"""

from __future__ import annotations

import re

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words, closest
from flowc.graph.operations import InvokeKind
from flowc.graph.services import DATA_BASES, FromEnvironment, Template
from flowc.graph.services import Words as Written
from flowc.graph.statements import first_word, in_braces, parameters_in
from flowc.kinds.shapes import Place
from flowc.language.forms import entries, items
from flowc.source import Span
from flowc.syntax.tree import Scalar, Tree

_ONLY_LOOKS = ("SELECT", "WITH", "VALUES", "TABLE")
_DATA_BASE = Words("a SQLite file or a PostgreSQL data base", "SQLite 文件或 PostgreSQL 数据库")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)?[^:/]*:")
_SQLITE_FILE = re.compile(r"[^:]+:///(?!:memory:).")


def check_url(tree: Tree, url: Template, place: Place) -> None:
    """The address is of a data base that the runtime can ask, as far as the environment leaves it open."""
    text = _text_at_rest(url)
    scheme = _SCHEME.match(text)
    is_open = any(isinstance(part, FromEnvironment) and part.default is None for part in url)
    if scheme is None and is_open:
        return
    kind = (scheme[1] or "").lower() if scheme else ""
    if kind not in DATA_BASES:
        meant = "postgresql://user@host/billing" if kind.startswith("p") else "sqlite:///billing.db"
        place.wrong(tree, _DATA_BASE, meant)
    elif kind == "sqlite" and not is_open and not _SQLITE_FILE.match(text):
        place.wrong(tree, Words("a SQLite file", "SQLite 文件"), "sqlite:///billing.db")


def _text_at_rest(url: Template) -> str:
    """The address up to what only the environment says; a default stands where nothing else is set."""
    text = ""
    for part in url:
        match part:
            case Written(written):
                text += written
            case FromEnvironment(default=str(default)):
                text += default
            case _:
                break
    return text


def check_statements(
    body: Tree, given: tuple[tuple[Scalar, Tree], ...], kind: InvokeKind, report: Reporter
) -> None:
    """Parameters are those `given` under `with:`, and what looks up only looks."""
    fields = {key.text: tree for key, tree in entries(body)}
    parameters = frozenset(key.text for key, _ in given)
    written = [*items(fields.get("query")), *(tree for _, tree in entries(fields.get("lists")))]
    for statement in written:
        if not isinstance(statement, Scalar):
            continue
        for name in parameters_in(statement.text):
            if name not in parameters:
                report.report(
                    codes.UNKNOWN_PARAMETER,
                    _place(statement, rf"(?<![\w:\\]):{name}(?!\w)"),
                    name=name,
                    **closest(name, parameters),
                )
        for name in in_braces(statement.text, parameters):
            at = _place(statement, rf"\{{\s*{name}\s*\}}")
            report.report(codes.PARAMETER_IN_BRACES, at, name=name)
        word = first_word(statement.text)
        if kind is InvokeKind.LOOKUP and word and word not in _ONLY_LOOKS:
            at = _place(statement, rf"(?i:{re.escape(word)})")
            report.report(codes.LOOKUP_CHANGES, at, word=word)


def _place(statement: Scalar, pattern: str) -> Span:
    """Where a piece of a statement stands; the statement where it is written there otherwise."""
    whole = statement.span
    found = re.compile(pattern).search(whole.source.text, whole.start, whole.end)
    return whole.source.span(found.start(), found.end()) if found else whole
