"""Nodes that stand too far to the right are put where they belong, and each is told once.

A line that is indented too far is sound YAML of another meaning: a node becomes a field of the node
above it, or its fields become those of the node above. Knows no kind but by its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter
from flowc.kinds.base import fields_of
from flowc.kinds.table import BY_KEYWORD
from flowc.language.reserved import COMMON
from flowc.source import Span
from flowc.syntax.tree import Entry, Mapping, Scalar, Tree

_FIELDS = frozenset(info.key for kind in BY_KEYWORD.values() for info in fields_of(kind))
_WORDS = _FIELDS | BY_KEYWORD.keys() | set(COMMON)


def levelled(nodes: Tree | None, report: Reporter) -> Tree | None:
    """The nodes of a flow, each on its level, in the order in which they are written."""
    if not isinstance(nodes, Mapping):
        return nodes
    entries = tuple(each for entry in nodes for each in _apart(entry, report))
    return replace(nodes, entries=entries)


def _apart(node: Entry, report: Reporter) -> Iterator[Entry]:
    """The node, and behind it those that stand inside of it."""
    while isinstance(node.value, Mapping):
        body = node.value
        at = _first_inside(body)
        if at is None:
            break
        inside = body.entries[at]
        before, behind = body.entries[:at], body.entries[at + 1 :]
        again = _after(inside, body.repeated)
        if not again:  # else the reader has told it
            name = inside.key
            report.report(codes.NODE_INDENTED, name.span, node=name.text, above=node.key.text)
        if isinstance(inside.value, Mapping):
            outside = replace(body, entries=(*before, *behind))
            yield from _apart(Entry(node.key, outside), report)
        else:
            yield Entry(node.key, replace(body, entries=before))
            inside = Entry(inside.key, _together((*behind, *again)))
        node = inside
    yield node


def _first_inside(body: Mapping) -> int | None:
    """Where the first node stands in the fields of another."""
    has_kind = False
    for at, entry in enumerate(body):
        has_kind = has_kind or entry.key.text in BY_KEYWORD
        if entry.key.text in _WORDS:
            continue
        if _is_node(entry.value) or (has_kind and _is_heading(entry, body, at)):
            return at
    return None


def _is_node(value: Tree) -> bool:
    """A mapping with a kind, over more than one line. `{say: ..., to: ...}` is a way, and no node."""
    if not isinstance(value, Mapping) or value.span.text.startswith("{"):
        return False
    kinds = {entry.key.text for entry in value} & BY_KEYWORD.keys()
    return bool(kinds - {"say"}) or (bool(kinds) and value.key("then") is not None)


def _is_heading(entry: Entry, body: Mapping, at: int) -> bool:
    """A name with nothing under it, and a node's fields on its own level."""
    behind = (*body.entries[at + 1 :], *_after(entry, body.repeated))
    is_empty = isinstance(entry.value, Scalar) and entry.value.is_empty
    return is_empty and any(each.key.text in BY_KEYWORD for each in behind)


def _after(entry: Entry, repeated: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(each for each in repeated if each.key.span.start > entry.key.span.start)


def _together(entries: tuple[Entry, ...]) -> Mapping:
    """The fields in the order in which they are written, each once."""
    ordered = sorted(entries, key=lambda entry: entry.key.span.start)
    kept: dict[str, Entry] = {}
    for entry in ordered:
        kept.setdefault(entry.key.text, entry)
    first, last = ordered[0].key.span, ordered[-1].value.span
    return Mapping(tuple(kept.values()), Span(first.source, first.start, last.end))
