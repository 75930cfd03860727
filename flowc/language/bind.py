"""A flow file's tree into a bound flow: its nodes, what it declares, the types of its variables.

Follows no names: that is the lowering's work.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words, closest
from flowc.expression.types import Record, Type
from flowc.expression.types import Scalar as ScalarType
from flowc.graph.surroundings import Keys, Surroundings
from flowc.kinds.parts import Way, Word
from flowc.kinds.program import BoundFlow, BoundNode
from flowc.kinds.shapes import (
    FLOW_NAME,
    KEY,
    LISTED_NAME,
    WAY,
    ListShape,
    Place,
    id_step,
    one_of,
)
from flowc.language import reserved
from flowc.language.after_call import after_call
from flowc.language.forms import PLACED, PLAIN, RAW, Form, MappingShape, RawMapping, entries
from flowc.language.levels import levelled
from flowc.language.nodes import NodeBinder, titles
from flowc.language.not_yet import type_of
from flowc.language.variables import variables
from flowc.syntax.tree import Scalar, Tree

MEANINGS = one_of("person", "back", "repeat", "skip", "main_menu")
LONGEST_PAIR = 60
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
        "parameters": MappingShape(PLACED, example="{account: digits}"),
        "results": ListShape(LISTED_NAME),
        "vars": MappingShape(PLACED, example="{account: digits}"),
        "defaults": MappingShape(WAY),
        "on_hangup": RAW,
    },
    ("flow", "nodes"),
)


A_NODE = Words("a node and nothing besides", "只有节点名")
FILLING = ("as", "collect")  # fields that name the variable which a node fills


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
        form = FLOW.read(levelled(tree, FLOW.fields, self.report), place)
        if form is None or "flow" not in form:
            return None
        name: Word = form["flow"]
        reserved.check_flow(name, self.report)
        defaults = {
            **self.defaults,
            **{key.text: way for key, way in form.get("defaults", {}).items()},
        }
        binder = NodeBinder(self.around, defaults, self.report)
        person: Way | None = form.get("person")
        if person is not None and (person.say or person.at_most is not None):
            place.under("person").wrong(Scalar(person.to.text, person.span), A_NODE, person.to.text)
        nodes = self._nodes(form.get("nodes"), place, binder)
        written = tuple(key.text for key, _ in entries(form.get("nodes")))
        self._check_lengths(name, nodes)
        parameters = self._parameters(form.get("parameters", {}))
        on_hangup = after_call(form.get("on_hangup"), place, binder)
        flow = BoundFlow(
            name=name,
            nodes=(*nodes, *on_hangup),
            title=titles(form.get("title"), place),
            entries=self._entries(form.get("entries", ()), name.text, written),
            broken=frozenset(written) - {node.name.text for node in nodes},
            keys=read_keys(form.get("keys"), place),
            person=person,
            parameters=parameters,
            results=self._flow_results(form.get("results", ())),
            on_hangup=on_hangup,
        )
        declared = {**parameters, **self._types(form.get("vars", {}))}
        types = variables(name.text, flow.nodes, declared, self.around, self.report)
        untold = _filled_by(form.get("nodes"), flow.broken) | {
            fill.name.text
            for node in flow.nodes
            for fill in node.kind.fills(self.around)
            if fill.type is None and fill.formula is None
        }
        # And those that are declared with a type that there is not.
        for field in ("parameters", "vars"):
            untold |= {key.text for key in form.get(field, {})}
        return replace(flow, variables=types, untold=frozenset(untold - types.keys()))

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
            reserved.check_result(word, self.report)
        return tuple(dict.fromkeys(word.text for word in words))

    def _types(self, declared: MappingOf[Scalar, Word]) -> dict[str, Type]:
        found = (
            (key, type_of(text.text, text.span, self.records, self.report))
            for key, text in declared.items()
        )
        types = {key.text: type_ for key, type_ in found if type_}
        for key in declared:
            reserved.check_variable(Word(key.text, key.span), self.report)
        return types

    def _parameters(self, declared: MappingOf[Scalar, Word]) -> dict[str, Type]:
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

    def _nodes(self, tree: Tree | None, place: Place, binder: NodeBinder) -> tuple[BoundNode, ...]:
        found = []
        for key, body in entries(tree):
            word = Word(key.text, key.span)
            reserved.check_node(word, self.report)
            node = binder.node(word, body, place.under(key.text))
            found.extend([node] if node else [])
        return tuple(found)


def _filled_by(tree: Tree | None, nodes: Collection[str]) -> set[str]:
    """The variables that these nodes would fill, as their fields say."""
    found: set[str] = set()
    for name, body in entries(tree):
        for key, value in entries(body) if name.text in nodes else ():
            if key.text in FILLING and isinstance(value, Scalar):
                found.add(value.text)
            elif key.text == "set":
                found.update(each.text for each, _ in entries(value))
    return found


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
