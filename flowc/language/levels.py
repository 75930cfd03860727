"""Lines of a flow that stand on the wrong level are put where they belong, and each slip is told once.

What is indented too far or too little is often sound YAML of another meaning: a node becomes a field of
the node above it or of the flow, its fields become those of the node above, a field's lines become
fields. Knows no kind but by its words.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import fields, replace

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Reporter, Words, nearest
from flowc.kinds.base import fields_of
from flowc.kinds.table import BY_KEYWORD
from flowc.language.reserved import COMMON
from flowc.source import Span
from flowc.syntax.tree import Entry, Mapping, Scalar, Tree

_FIELDS = frozenset(info.key for kind in BY_KEYWORD.values() for info in fields_of(kind))
_WORDS = _FIELDS | BY_KEYWORD.keys() | set(COMMON)
# Of these any word may be an outcome: a service or a flow declares its own.
_WITH_RESULTS = frozenset(
    word for word, kind in BY_KEYWORD.items() if any(one.name == "declared" for one in fields(kind))
)
NEAR = 0.7  # as near as `lenght` is to `length`, and nearer than `en` is to `then`
_OUTCOMES = frozenset(i.key for kind in BY_KEYWORD.values() for i in fields_of(kind) if i.outcome)


def levelled(flow: Tree, known: Container[str], report: Reporter) -> Tree:
    """The flow with each of its nodes, and their fields, on their level. `known`: a flow's own fields."""
    nodes = flow.get("nodes") if isinstance(flow, Mapping) else None
    if not isinstance(flow, Mapping) or not isinstance(nodes, Mapping) or not nodes.entries:
        return flow
    like = nodes.entries[0].key
    outside = [each for each in flow if each.key.text not in known and _is_node(each.value)]
    for each in outside:
        _report(each.key, Words("the flow", "流程本身"), like, report)
    apart = (one for each in (*nodes, *outside) for one in _apart(each, like, report))
    found = replace(nodes, entries=_once((_whole(one, report) for one in apart), report))
    return replace(
        flow,
        entries=tuple(
            Entry(each.key, found) if each.value is nodes else each
            for each in flow
            if each not in outside
        ),
    )


# --- nodes


def _apart(node: Entry, like: Scalar, report: Reporter) -> Iterator[Entry]:
    """The node, and behind it those that stand inside of it. `like`: a name of a node on its level."""
    while isinstance(node.value, Mapping):
        body = node.value
        at = _first_inside(body)
        if at is None:
            break
        inside = body.entries[at]
        before, behind = body.entries[:at], body.entries[at + 1 :]
        again = _after(inside, body.repeated)
        # Else the reader has told it, or it follows from a slip above it.
        if not again and _column(inside.key) != _column(like):
            name = node.key.text
            _report(inside.key, Words(f"node `{name}`", f"节点 `{name}`"), like, report)
        if isinstance(inside.value, Mapping):
            rest = replace(body, entries=(*before, *behind))
            yield from _apart(Entry(node.key, rest), like, report)
        else:
            yield Entry(node.key, replace(body, entries=before))
            inside = Entry(inside.key, _together((*behind, *again)))
        node = inside
    yield node


def _report(name: Scalar, above: Words, like: Scalar, report: Reporter) -> None:
    report.report(
        codes.NODE_INDENTED,
        name.span,
        node=name.text,
        above=above.en,
        above_zh=above.zh,
        like=like.text,
    )


def _column(name: Scalar) -> int:
    return name.span.position.column


def _once(entries: Iterable[Entry], report: Reporter) -> tuple[Entry, ...]:
    kept: dict[str, Entry] = {}
    for entry in entries:
        name = entry.key
        if kept.setdefault(name.text, entry) is not entry:
            report.report(reading.DUPLICATE_KEY, name.span, key=name.text)
    return tuple(kept.values())


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
    return _is_open(entry) and any(each.key.text in BY_KEYWORD for each in behind)


def _is_open(entry: Entry) -> bool:
    return isinstance(entry.value, Scalar) and entry.value.is_empty


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


# --- fields


def _whole(node: Entry, report: Reporter) -> Entry:
    """The node, where lines that belong to a field and stand on its level are put under it."""
    body = node.value
    if not isinstance(body, Mapping) or any(each.key.text in _WITH_RESULTS for each in body):
        return node
    kept: list[Entry] = []
    under: list[list[Entry]] = []
    for entry in body:
        strange = entry.key.text not in _WORDS
        if strange and kept and _holds(kept[-1]) and (under[-1] or _is_no_slip(entry.key.text)):
            under[-1].append(entry)
        else:
            kept.append(entry)
            under.append([])
    if not any(under):
        return node
    for field, lines in zip(kept, under, strict=True):
        if lines:
            report.report(
                codes.FIELD_LEVEL, field.key.span, field=field.key.text, line=lines[0].key.text
            )
    whole = (
        Entry(field.key, _together(tuple(lines))) if lines else field
        for field, lines in zip(kept, under, strict=True)
    )
    return Entry(node.key, replace(body, entries=tuple(whole)))


def _holds(entry: Entry) -> bool:
    """A field that can have lines of its own, and has none."""
    word = entry.key.text
    return word in _WORDS and word not in _OUTCOMES and _is_open(entry)


def _is_no_slip(word: str) -> bool:
    return not nearest(word, _WORDS, NEAR)
