"""A flow file's tree into a bound flow: every node gets its kind, every field its value.

Follows no names: that is the lowering's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, fields, replace
from typing import Any

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words, closest
from flowc.expression.check import check, type_of
from flowc.expression.parse import parse_type
from flowc.expression.types import Record, Type
from flowc.expression.types import Scalar as ScalarType
from flowc.graph.surroundings import Keys, Surroundings
from flowc.kinds.base import FieldInfo, Fill, NodeKind, fields_of, main_field
from flowc.kinds.calling import CallNode
from flowc.kinds.parts import Case, Choice, Way, Word
from flowc.kinds.program import BoundFlow, BoundNode
from flowc.kinds.services import LookupNode, RequestNode, TicketNode, operation_results
from flowc.kinds.shapes import (
    FLOW_NAME,
    KEY,
    LISTED_NAME,
    LONGEST_NAME,
    NAME,
    WAY,
    ListShape,
    Place,
    id_step,
    one_of,
)
from flowc.kinds.speaking import HangupNode
from flowc.kinds.table import BY_KEYWORD
from flowc.language.forms import PLAIN, RAW, Form, MappingShape, RawMapping, entries, items
from flowc.language.scope import scope_of
from flowc.source import Span
from flowc.syntax.tree import Entry, Mapping, Scalar, Tree

MEANINGS = one_of("person", "back", "repeat", "skip", "main_menu")
COMMON = ("title", "note")
# What a result can't be called: the words of nodes, and the ways that every service has.
RESERVED_RESULTS = frozenset(
    {
        *BY_KEYWORD,
        *COMMON,
        "then",
        "done",
        "error",
        "unknown",
        "with",
        "as",
        "while_waiting",
        "class",
    }
)
RESERVED_FLOWS = frozenset(
    {
        "call",
        "project",
        "clock",
        "input",
        "way",
        "flags",
        "lists",
        "outcome",
        "cause",
        "hangup",
        "flowc",
    }
)
RESERVED_VARIABLES = frozenset(
    {"call", "flags", "lists", "true", "false", "and", "or", "not", "in", "is", "set", "if", "else"}
)
LONGEST_PAIR = 60
RESERVED_NODES = re.compile(r"hangup_([0-9]+|end)|person|back|repeat|main_menu|skip")
NODES = RawMapping(
    Words("nodes by their names", "节点名和节点"), "{welcome: {say: 您好。, then: bye}}"
)
KEYS = RawMapping(Words("keys and their meanings", "按键和含义"), '{0: person, "*": back}')
FLOW = Form(
    "flow",
    {
        "flow": FLOW_NAME,
        "title": RAW,
        "note": PLAIN,
        "nodes": NODES,
        "keys": KEYS,
        "person": WAY,
        "entries": ListShape(LISTED_NAME),
        "parameters": MappingShape(PLAIN),
        "results": ListShape(LISTED_NAME),
        "vars": MappingShape(PLAIN),
        "defaults": MappingShape(WAY),
        "on_hangup": RAW,
    },
    ("flow", "nodes"),
)


@dataclass(frozen=True, slots=True)
class FlowBinder:
    """Binds flow files. `defaults` are the ways that outcomes inherit, by outcome."""

    around: Surroundings
    records: MappingOf[str, Record]
    defaults: MappingOf[str, Way]
    report: Reporter

    def flow(self, tree: Tree) -> BoundFlow | None:
        # Texts of `defaults:` and `person:` carry the flow's name in their ids, too.
        named = {key.text: value for key, value in entries(tree)}.get("flow")
        id_ = id_step(named.text) if isinstance(named, Scalar) else ""
        place = Place(self.report, self.around.languages, id_, "flow")
        form = FLOW.read(tree, place)
        if form is None or "flow" not in form:
            return None
        name: Word = form["flow"]
        self._check_name(name, RESERVED_FLOWS)
        defaults = {
            **self.defaults,
            **{key.text: way for key, way in form.get("defaults", {}).items()},
        }
        binder = replace(self, defaults=defaults)
        nodes = binder._nodes(form.get("nodes"), place)
        written = tuple(key.text for key, _ in entries(form.get("nodes")))
        self._check_lengths(name, nodes)
        parameters = self._parameters(form.get("parameters", {}))
        on_hangup = binder.after_call(form.get("on_hangup"), place)
        flow = BoundFlow(
            name=name,
            nodes=(*nodes, *on_hangup),
            title=titles(form.get("title"), place),
            entries=self._entries(form.get("entries", ()), name.text, written),
            broken=frozenset(written) - {node.name.text for node in nodes},
            keys=read_keys(form.get("keys"), place),
            person=form.get("person"),
            parameters=parameters,
            results=self._flow_results(form.get("results", ())),
            on_hangup=on_hangup,
        )
        declared = {**parameters, **self._types(form.get("vars", {}))}
        return replace(flow, variables=self.variables(name.text, flow.nodes, declared))

    def _check_name(self, word: Word, reserved: frozenset[str] | None = None) -> None:
        taken = (
            word.text in reserved
            if reserved is not None
            else bool(RESERVED_NODES.fullmatch(word.text))
        )
        if taken or len(word.text) > LONGEST_NAME or not NAME.fullmatch(word.text):
            self.report.report(codes.WRONG_NAME, word.span, name=word.text, most=LONGEST_NAME)

    def _check_lengths(self, flow: Word, nodes: tuple[BoundNode, ...]) -> None:
        """Telephone systems cut longer names silently."""
        for node in nodes:
            length = len(flow.text) + len(node.name.text)
            if length > LONGEST_PAIR:
                self.report.report(
                    codes.NAMES_TOO_LONG,
                    node.name.span,
                    flow=flow.text,
                    node=node.name.text,
                    length=length,
                    most=LONGEST_PAIR,
                )

    def _entries(
        self, words: tuple[Word, ...], flow: str, nodes: tuple[str, ...]
    ) -> tuple[str, ...]:
        for word in words:
            if word.text not in nodes:
                self.report.report(
                    codes.UNKNOWN_NODE,
                    word.span,
                    name=word.text,
                    flow=flow,
                    **closest(word.text, nodes),
                )
        return tuple(word.text for word in words)

    def _flow_results(self, words: tuple[Word, ...]) -> tuple[str, ...]:
        for word in words:
            if word.text in RESERVED_RESULTS:
                self.report.report(codes.WRONG_NAME, word.span, name=word.text, most=LONGEST_NAME)
        return tuple(dict.fromkeys(word.text for word in words))

    def _types(self, declared: MappingOf[Scalar, str]) -> dict[str, Type]:
        found = (
            (key, parse_type(text, key.span, self.records, self.report))
            for key, text in declared.items()
        )
        types = {key.text: type_ for key, type_ in found if type_}
        for key in declared:
            self._check_variable(Word(key.text, key.span))
        return types

    def _parameters(self, declared: MappingOf[Scalar, str]) -> dict[str, Type]:
        types = self._types(declared)
        for key in declared:
            type_ = types.get(key.text)
            if type_ is not None and not isinstance(type_, ScalarType):
                fix = (
                    f"{type_.fields[0][0]}: {type_.fields[0][1]}"
                    if isinstance(type_, Record) and type_.fields
                    else f"{key.text}: text"
                )
                self.report.report(codes.HELD_WHOLE, key.span, name=key.text, type=type_, fix=fix)
        return types

    def _check_variable(self, word: Word) -> None:
        if (
            word.text in RESERVED_VARIABLES
            or len(word.text) > LONGEST_NAME
            or not NAME.fullmatch(word.text)
        ):
            self.report.report(codes.WRONG_NAME, word.span, name=word.text, most=LONGEST_NAME)

    def _nodes(self, tree: Tree | None, place: Place) -> tuple[BoundNode, ...]:
        found = []
        for key, body in entries(tree):
            word = Word(key.text, key.span)
            self._check_name(word)
            node = self.node(word, body, place.under(key.text))
            found.extend([node] if node else [])
        return tuple(found)

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
            written = ", ".join(f"`{entry.key.text}`" for entry in body) or "-"
            self.report.report(
                codes.UNKNOWN_KIND,
                name.span,
                node=name.text,
                found=written,
                kinds=", ".join(BY_KEYWORD),
            )
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
                self._declared(kind, entry, body, declared, known, here)
        if any(each.name == "declared" for each in fields(kind)):
            values["declared"] = self._inherited_results(kind, body, declared)
        if (
            kind is CallNode
        ):  # the flow called may not be read yet: which results it has is seen later
            values["inherited"] = dict(self.defaults)
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
    ) -> None:
        """A result that a service or a flow declares is an outcome; anything else is a slip."""
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
            return
        near = closest(word, [*known, *results, *COMMON])
        self.report.report(
            codes.UNKNOWN_FIELD, entry.key.span, kind=kind.keyword, name=word, **near
        )

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
            elif info.required:
                self._missing(kind, info, name, body)
                # A node without a way out is still a node: what it fills and where else it leads count.
                complete = complete and info.outcome
                values[info.name] = _way(name.text, name.span)
        return complete

    def _missing(self, kind: type[NodeKind], info: FieldInfo, name: Word, body: Mapping) -> None:
        written = kind.keyword if info.main else info.key
        if body.key(written) is not None and not (info.main and _is_empty(body.get(written))):
            return  # written, and reported where it stands
        if info.outcome:
            self.report.report(codes.MISSING_OUTCOME, name.span, node=name.text, outcome=info.key)
            return
        self.report.report(
            codes.MISSING_FIELD,
            name.span,
            node=name.text,
            name=written,
            hint=f"{info.help.en} For example `{written}: {info.shape.example}`",
            hint_zh=f"{info.help.zh}例如 `{written}: {info.shape.example}`",
        )

    def after_call(self, tree: Tree | None, place: Place) -> tuple[BoundNode, ...]:
        """The steps of `on_hangup:` as nodes that lead from one to the next, and an end."""
        steps = items(tree)
        found = []
        if isinstance(tree, Scalar) and tree.is_empty:
            return ()
        names = {f"hangup_{at}" for at in range(1, len(steps) + 1)} | {"hangup_end"}
        for at, body in enumerate(steps, 1):
            onward = _way(f"hangup_{at + 1}" if at < len(steps) else "hangup_end", body.span)
            binder = replace(self, defaults=_Everywhere(onward))
            first = body.span.source.span(body.span.start, body.span.start + 1)
            shown = (
                body.entries[0].key.span if isinstance(body, Mapping) and body.entries else first
            )
            node = binder.node(Word(f"hangup_{at}", shown), body, place.under(f"on_hangup.{at}"))
            if node:
                self._check_ways(node.kind, names)
            if node and not node.kind.after_call:
                self.report.report(codes.HANGUP_KIND, node.name.span, kind=node.kind.keyword)
            elif node:
                found.append(node)
        if not found or tree is None:
            return ()
        return (*found, BoundNode(Word("hangup_end", tree.span), HangupNode(), tree.span))

    def _check_ways(self, kind: NodeKind, names: set[str]) -> None:
        for way in ways_of(kind):
            if way.to.text not in names or way.say:
                self.report.report(codes.HANGUP_WAY, way.to.span, name=way.to.text)

    def variables(
        self, flow: str, nodes: tuple[BoundNode, ...], declared: MappingOf[str, Type]
    ) -> dict[str, Type]:
        """The types of a flow's variables, from what fills them."""
        types: dict[str, Type] = dict(declared)
        filled = [fill for node in nodes for fill in node.kind.fills(self.around)]
        # A variable of the project is filled where it is: the flow gets none of that name.
        waiting = [
            fill
            for fill in filled
            if fill.name.text in declared or fill.name.text not in self.around.variables
        ]
        for fill in filled:
            self._check_variable(fill.name)
            if fill not in waiting and fill.type is not None:
                self._settle(dict(self.around.variables), fill, fill.type)
        while waiting:
            known = [(fill, self._type_of(fill, types, flow)) for fill in waiting]
            settled = [(fill, type_) for fill, type_ in known if type_ is not None]
            if not settled:
                break
            for fill, type_ in settled:
                self._settle(types, fill, type_)
            waiting = [fill for fill, type_ in known if type_ is None]
        return types

    def _type_of(self, fill: Fill, types: MappingOf[str, Type], flow: str) -> Type | None:
        if fill.type is not None or fill.formula is None:
            return fill.type
        if fill.name.text in types:
            return types[fill.name.text]
        # Findings come when the node is lowered; here an expression only tells its type.
        checked = check(fill.formula.expression, scope_of(types, flow, self.around), Reporter())
        return type_of(checked) if checked else None

    def _settle(self, types: dict[str, Type], fill: Fill, type_: Type) -> None:
        first = types.setdefault(fill.name.text, type_)
        if first != type_:
            self.report.report(
                codes.VARIABLE_TYPES, fill.name.span, name=fill.name.text, first=first, second=type_
            )


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


def _way(node: str, span: Span) -> Way:
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


def read_keys(tree: Tree | None, place: Place) -> Keys:
    """`{0: person, "*": back}`."""
    bound: dict[str, str] = {}
    for key, value in entries(tree):
        pressed, meaning = (
            KEY.read(key, place.under("keys")),
            MEANINGS.read(value, place.under(key.text)),
        )
        first = next((k for k, known in bound.items() if known == meaning), None)
        if first is not None and meaning:
            place.report.report(codes.MEANING_TWICE, value.span, meaning=meaning, first=first)
        elif pressed and meaning:
            bound[pressed] = meaning
    return Keys(tuple(bound.items()))
