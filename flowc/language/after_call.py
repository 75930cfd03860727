"""The steps of `on_hangup:` as nodes that lead from one to the next, and an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter
from flowc.kinds.base import NodeKind
from flowc.kinds.parts import Case, Choice, Way, Word
from flowc.kinds.program import BoundNode
from flowc.kinds.shapes import Place
from flowc.kinds.speaking import HangupNode
from flowc.language.forms import items
from flowc.language.nodes import NodeBinder, way_to
from flowc.source import Span
from flowc.syntax.tree import Mapping, Scalar, Tree


def after_call(tree: Tree | None, place: Place, binder: NodeBinder) -> tuple[BoundNode, ...]:
    """The nodes, or none where there is nothing to do."""
    if tree is None or (isinstance(tree, Scalar) and tree.is_empty):
        return ()
    steps = items(tree)
    names = {f"hangup_{at}" for at in range(1, len(steps) + 1)} | {"hangup_end"}
    found: list[BoundNode] = []
    after = "hangup_end"
    # From the last: a step that is none must not make the one before it lead nowhere, too.
    for at, body in reversed(list(enumerate(steps, 1))):
        name = Word(f"hangup_{at}", _shown(body))
        onwards = replace(binder, defaults=_Everywhere(way_to(after, body.span)))
        node = onwards.node(name, body, place.under(f"on_hangup.{at}"))
        if node is not None and _may_stand(node, names, binder.report):
            found.append(node)
            after = name.text
    if not found:
        return ()
    return (*reversed(found), BoundNode(Word("hangup_end", tree.span), HangupNode(), tree.span))


def _shown(body: Tree) -> Span:
    """Where a finding about a step points: its keyword, since it has no name."""
    if isinstance(body, Mapping) and body.entries:
        return body.entries[0].key.span
    return body.span.source.span(body.span.start, body.span.start + 1)


def _may_stand(node: BoundNode, names: set[str], report: Reporter) -> bool:
    for way in ways_of(node.kind):
        if way.to.text not in names or way.say:
            report.report(codes.HANGUP_WAY, way.to.span, name=way.to.text)
    if not node.kind.after_call:
        report.report(codes.HANGUP_KIND, node.name.span, kind=node.kind.keyword)
    return node.kind.after_call


class _Everywhere(dict[str, Way]):
    """Every outcome leads onward."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way

    def __contains__(self, _name: object) -> bool:
        return True

    def __getitem__(self, _name: str) -> Way:
        return self.way


def ways_of(kind: NodeKind) -> Iterator[Way]:
    """Every way out of a node, those on the way of a way too."""
    for each in fields(kind):
        value = getattr(kind, each.name)
        found = (
            value.values()
            if isinstance(value, dict)
            else value
            if isinstance(value, tuple)
            else (value,)
        )
        for one in found:
            way = one.way if isinstance(one, Case | Choice) else one
            while isinstance(way, Way):
                yield way
                way = way.otherwise
