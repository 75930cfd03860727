"""A node's tree into a bound node: it gets its kind, every field its value, every outcome its way.

Follows no names: that is the lowering's work. Knows nothing of the flow around it but the ways that
outcomes inherit.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, fields
from typing import Any

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words, closest, nearest
from flowc.graph.surroundings import Surroundings
from flowc.kinds.base import FieldInfo, NodeKind, fields_of, main_field
from flowc.kinds.calling import CallNode
from flowc.kinds.collect import CollectNode
from flowc.kinds.missing import report_missing_outcome
from flowc.kinds.parts import Way, Word
from flowc.kinds.program import BoundNode
from flowc.kinds.services import LookupNode, RequestNode, TicketNode, operation_results
from flowc.kinds.shapes import WAY, Place
from flowc.kinds.table import BY_KEYWORD
from flowc.language.forms import entries
from flowc.language.not_yet import SECRET, planned_field, planned_kind
from flowc.language.reserved import COMMON
from flowc.source import Span
from flowc.syntax.tree import Entry, Mapping, Scalar, Tree

FIELDS = frozenset(info.key for kind in BY_KEYWORD.values() for info in fields_of(kind))


@dataclass(frozen=True, slots=True)
class NodeBinder:
    """Binds nodes. `defaults` are the ways that outcomes inherit, by outcome."""

    around: Surroundings
    defaults: MappingOf[str, Way]
    report: Reporter

    def node(self, name: Word, body: Tree, place: Place) -> BoundNode | None:
        """A node, or None with findings."""
        if not isinstance(body, Mapping):
            place.wrong(body, Words("a node", "一个节点"), "{say: 您好。, then: bye}")
            return None
        kind = self._kind(name, body)
        if kind is None:
            return None
        values = self._values(kind, name, body, place)
        if values is None:
            return None
        note = body.get("note")
        text = note.text if isinstance(note, Scalar) else ""
        return BoundNode(
            name, kind(**values), name.span, titles(body.get("title"), place.under("title")), text
        )

    def _kind(self, name: Word, body: Mapping) -> type[NodeKind] | None:
        found = [entry.key for entry in body if entry.key.text in BY_KEYWORD]
        # `language: en` inside another kind can't be: no field bears a kind's name (a test holds it).
        if not found:
            self._no_kind(name, body)
            return None
        for second in found[1:]:
            self.report.report(
                codes.TWO_KINDS,
                second.span,
                node=name.text,
                first=found[0].text,
                second=second.text,
            )
        return BY_KEYWORD[found[0].text]

    def _no_kind(self, name: Word, body: Mapping) -> None:
        """A kind to come, a kind misspelt, or none."""
        keys = [entry.key for entry in body]
        planned = planned_kind(keys)
        if planned is not None:
            key, not_yet = planned
            not_yet.report(key.span, self.report)
            return
        meant = next(((key, near) for key in keys if (near := _near_kind(key))), None)
        self.report.report(
            codes.UNKNOWN_KIND,
            meant[0].span if meant else name.span,
            node=name.text,
            found=", ".join(f"`{key.text}`" for key in keys) or "-",
            kinds=meant[1] if meant else ", ".join(BY_KEYWORD),
        )

    def _values(
        self, kind: type[NodeKind], name: Word, body: Mapping, place: Place
    ) -> dict[str, Any] | None:
        """The arguments of the kind. None where a field that it can't do without is missing or wrong."""
        known = {info.key: info for info in fields_of(kind) if not info.main}
        main = main_field(kind)
        values: dict[str, Any] = {}
        declared: dict[str, Way] = {}
        for entry in body:
            here = place.under(entry.key.text)
            if entry.key.text == kind.keyword:
                self._keep(values, main, entry.value, here)
            elif entry.key.text in known:
                self._keep(values, known[entry.key.text], entry.value, here)
            elif entry.key.text not in COMMON and entry.key.text not in BY_KEYWORD:
                meant = self._declared(kind, entry, body, declared, known, here)
                if meant in known and body.key(meant) is None:
                    self._keep(values, known[meant], entry.value, place.under(meant))
        if any(each.name == "declared" for each in fields(kind)):
            values["declared"] = self._inherited_results(kind, body, declared)
        if (
            kind is CallNode
        ):  # the flow called may not be read yet: which results it has is seen later
            values["inherited"] = dict(self.defaults)
            values["named"] = {entry.key.text: entry.key.span for entry in body}
        return values if self._complete(kind, name, body, values) else None

    def _keep(self, values: dict[str, Any], info: FieldInfo, tree: Tree, place: Place) -> None:
        # `hangup:` with nothing after it is a node without its main value, where it can do without.
        if isinstance(tree, Scalar) and tree.is_empty and not info.required:
            return
        value = info.shape.read(tree, place)
        if value is not None:
            values[info.name] = value

    def _declared(
        self,
        kind: type[NodeKind],
        entry: Entry,
        body: Mapping,
        declared: dict[str, Way],
        known: MappingOf[str, FieldInfo],
        place: Place,
    ) -> str:
        """A result that a service or a flow declares is an outcome; anything else is a slip.

        The word that a slip stands for, else "": what was misspelt must not be missing, too.
        """
        word = entry.key.text
        results = self._results(kind, body)
        # Of an operation that is not known, nobody can tell the results.
        unknown = (
            not results and kind in (LookupNode, RequestNode) and not self._is_known(kind, body)
        )
        if kind is CallNode or word in results or unknown:
            way = WAY.read(entry.value, place)
            if way:
                declared[word] = way
            return ""
        if word == "secret" and kind is CollectNode:
            SECRET.report(entry.key.span, self.report)
            return ""
        if planned_field(kind.keyword, entry.key, self.report):
            return ""
        near = closest(word, [*known, *results, *COMMON])
        self.report.report(
            codes.UNKNOWN_FIELD, entry.key.span, kind=kind.keyword, name=word, **near
        )
        meant = near.get("closest", "")
        way = WAY.read(entry.value, place.under(meant)) if meant in results else None
        if way and body.key(meant) is None:
            declared[meant] = way
        return meant

    def _results(self, kind: type[NodeKind], body: Mapping) -> tuple[str, ...]:
        main = body.get(kind.keyword)
        text = main.text if isinstance(main, Scalar) else ""
        return operation_results(self.around, text, ticket=kind is TicketNode)

    def _is_known(self, kind: type[NodeKind], body: Mapping) -> bool:
        main = body.get(kind.keyword)
        service_name, _, operation = (
            main.text.partition(".") if isinstance(main, Scalar) else ("", "", "")
        )
        service = self.around.services.get(service_name)
        return service is not None and service.operation(operation) is not None

    def _inherited_results(
        self, kind: type[NodeKind], body: Mapping, declared: dict[str, Way]
    ) -> dict[str, Way]:
        results = self._results(kind, body)
        return {
            **{name: self.defaults[name] for name in results if name in self.defaults},
            **declared,
        }

    def _complete(
        self, kind: type[NodeKind], name: Word, body: Mapping, values: dict[str, Any]
    ) -> bool:
        complete = True
        for info in fields_of(kind):
            if info.name in values:
                continue
            if (
                info.outcome
                and info.required
                and body.key(info.key) is None
                and info.key in self.defaults
            ):
                values[info.name] = self.defaults[info.key]
            elif info.required and not self._stood_in_for(kind, info, body, values):
                self._missing(kind, info, name, body)
                # A node without a way out is still a node: what it fills and where else it leads count.
                complete = complete and info.outcome
                values[info.name] = way_to(name.text, name.span)
        return complete

    def _stood_in_for(
        self, kind: type[NodeKind], info: FieldInfo, body: Mapping, values: dict[str, Any]
    ) -> bool:
        """Give an outcome that can't come about the way of another, where there is one."""
        field, other = kind.only_with.get(info.key, ("", ""))
        way = values.get(other) or self.defaults.get(other)
        if not field or way is None or body.key(field) or body.key(info.key):
            return False
        values[info.name] = way
        return True

    def _missing(self, kind: type[NodeKind], info: FieldInfo, name: Word, body: Mapping) -> None:
        written = kind.keyword if info.main else info.key
        if body.key(written) is not None and not (info.main and _is_empty(body.get(written))):
            return  # written, and reported where it stands
        if info.outcome:
            report_missing_outcome(name, info.key, self.report)
            return
        self.report.report(
            codes.MISSING_FIELD,
            name.span,
            node=name.text,
            name=written,
            hint=f"{info.help.en} For example `{written}: {info.shape.example}`",
            hint_zh=f"{info.help.zh}例如 `{written}: {info.shape.example}`",
        )


def way_to(node: str, span: Span) -> Way:
    """The plain way to a node."""
    return Way(Word(node, span), span)


def _is_empty(tree: Tree | None) -> bool:
    return isinstance(tree, Scalar) and tree.is_empty


def titles(tree: Tree | None, place: Place) -> tuple[tuple[str, str], ...]:
    """A title by language; one that is plain is in the first language."""
    if isinstance(tree, Scalar) and tree.text:
        return ((place.languages[0], tree.text),)
    return tuple(
        (key.text, value.text) for key, value in entries(tree) if isinstance(value, Scalar)
    )


def _near_kind(key: Scalar) -> str | None:
    """The kind that a word of a node may stand for; fields and outcomes of others stand for themselves."""
    if key.text in COMMON or key.text in FIELDS:
        return None
    return nearest(key.text, BY_KEYWORD).get("closest")
