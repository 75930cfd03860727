"""A project's flows while they grow: nodes that wait to be written, and what is known in each.

Ways lead forward, to nodes that are written later, so that no way goes round by itself; back only
where something bounds it. So every node is reached, and what is surely set at a node is known when
it is written: what every way to it brings. Knows no kinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from flowc.syntax.write_yaml import Value, Word
from fuzz.chance import Chance
from fuzz.expressions import Formulas, Known, inside
from fuzz.phrases import Phrases
from fuzz.things import FieldType, ListOf, RecordOf, Things

# Where a value came from. What a service or a recording fills is unset again where it fails later.
SERVICE, KEYS, SET, RECORDING, GIVEN = "service", "keys", "set", "recording", "given"
FRAGILE = (SERVICE, RECORDING, KEYS)
LATE = 1_000_000  # the number of the node that is written last but one


@dataclass
class Node:
    """A node that waits to be written. `known`: variables that every way here has filled."""

    flow: Flow
    name: str
    number: int
    known: frozenset[str] | None = None
    body: dict[str, Value] | None = None
    is_entered: bool = False  # from other flows, so nothing of its own flow is known

    def reach(self, known: frozenset[str]) -> None:
        """One more way leads here."""
        arriving = frozenset() if self.is_entered else known
        self.known = arriving if self.known is None else self.known & arriving

    def enter(self) -> None:
        self.is_entered, self.known = True, frozenset()

    @property
    def place(self) -> str:
        return f"{self.flow.name}.{self.name}"


@dataclass
class Flow:
    """A flow. `results` None: nobody calls it."""

    name: str
    results: tuple[str, ...] | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    types: dict[str, FieldType] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    entries: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    on_hangup: list[Value] = field(default_factory=list)

    @property
    def is_called(self) -> bool:
        return self.results is not None

    @property
    def start(self) -> Node:
        return self.nodes[0]


@dataclass
class Growing:
    """The flows so far, and how many more nodes there may be."""

    chance: Chance
    things: Things
    phrases: Phrases
    left: int
    flows: list[Flow] = field(default_factory=list)
    person: Node | None = None
    sorry: Node | None = None
    used: set[str] = field(default_factory=set)  # of `person` and `sorry`
    is_strict: bool = False  # from every input a person is reached
    number: int = 0

    # --- flows and nodes

    def new_flow(self, results: tuple[str, ...] | None = None) -> Flow:
        """A flow with its first node."""
        flow = Flow(f"{'part' if results is not None else 'flow'}_{len(self.flows)}", results)
        if results is not None:
            for name in self.chance.some(("account", "anew", "how_many"), 2):
                type_ = {"account": "digits", "anew": "bool", "how_many": "int"}[name]
                flow.parameters[name] = flow.types[name] = type_
                flow.sources[name] = GIVEN
        if len(self.flows) > 0 and not self.is_strict and self.chance.odds(0.12):
            flow.keys = self.chance.pick([{"7": "repeat"}, {"*": "main_menu"}, {"5": "back"}])
        self.flows.append(flow)
        start = self.new_node(flow)
        start.reach(frozenset(flow.parameters))
        start.is_entered = results is None
        return flow

    def new_node(self, flow: Flow) -> Node:
        self.number += 1
        self.left -= 1
        node = Node(flow, f"n{self.number}", self.number)
        flow.nodes.append(node)
        return node

    def next_node(self) -> Node | None:
        """The node to be written next: the first one that was named."""
        waiting = [one for flow in self.flows for one in flow.nodes if one.body is None]
        return min(waiting, key=lambda one: one.number, default=None)

    def special(self, number: int) -> Node:
        """A node of the first flow that all others may lead to: it is written when they are."""
        node = Node(self.flows[0], "agent" if number == LATE else "sorry", number)
        node.enter()
        self.flows[0].nodes.append(node)
        return node

    def is_late(self, node: Node) -> bool:
        """Is every other node written, so that nothing but an end may follow?"""
        return node.number >= LATE or self.left <= 0

    # --- what is known

    def knowns(self, node: Node) -> tuple[Known, ...]:
        """What an expression in a node may read; what is not surely set says so."""
        found: list[Known] = []
        here = node.known or frozenset()
        for name, type_ in node.flow.types.items():
            decided = node.flow.sources[name] == SERVICE
            parts = inside(name, type_, is_set=name in here)
            found += [replace(one, root=name, decided=decided) for one in parts]
        for name, type_ in self.things.vars.items():
            if name not in node.flow.types:
                found.append(Known(name, type_, name, False, False))
        return tuple(found)

    def formulas(self, node: Node) -> Formulas:
        return Formulas(self.chance, self.things, self.knowns(node))

    def spoken(self, node: Node) -> list[Known]:
        """What can be read out in a node."""
        sources = node.flow.sources
        return [
            one
            for one in self.knowns(node)
            if not one.path.startswith("len(")
            and (one.type == "digits" or (sources.get(one.root) == SERVICE and one.type != "bool"))
        ]

    def lists(self, node: Node) -> Iterator[tuple[str, ListOf]]:
        """The lists that are surely there, by path."""
        for name in sorted(node.known or ()):
            match node.flow.types[name]:
                case ListOf() as whole:
                    yield name, whole
                case RecordOf(fields=fields):
                    for field_, type_ in fields.items():
                        if isinstance(type_, ListOf):
                            yield f"{name}.{field_}", type_

    def variable(self, node: Node, stem: str, type_: FieldType, source: str) -> str:
        """A variable of that type: one that the flow has already, or a new one."""
        flow = node.flow
        same = [
            name
            for name, known in flow.types.items()
            if known == type_ and flow.sources[name] == source
        ]
        if same and self.chance.odds(0.4):
            return self.chance.pick(same)
        name = f"{stem}_{len(flow.types) + 1}"
        flow.types[name], flow.sources[name] = type_, source
        return name

    # --- ways

    def way(
        self, node: Node, known: frozenset[str], *, bounded: bool = False, depth: int = 1
    ) -> Value:
        """Where an outcome leads, maybe with something said on the way, or back a few times."""
        chance = self.chance
        if depth and not bounded and chance.odds(0.1):
            back = self._back(node, known)
            if back is not None:
                most = Word(chance.number(1, 2))
                way: dict[str, Value] = {"to": back, "at_most": most}
                way["else"] = self.way(node, known, depth=depth - 1)
                return {"say": self.phrases.plain(1), **way} if chance.odds(0.5) else way
        to = (bounded and chance.odds(0.3) and self._back(node, known)) or self._onward(node, known)
        return {"say": self.phrases.plain(1), "to": to} if depth and chance.odds(0.1) else to

    def _onward(self, node: Node, known: frozenset[str]) -> str:
        """A node written later, of this flow or another."""
        chance = self.chance
        if self.person is not None and not self.is_late(node) and chance.odds(0.06):
            self.used.add("person")
            return "person"
        # A flow that is called may be called again from where it would lead to.
        may_leave = not node.flow.is_called and chance.odds(0.12)
        if may_leave and (to := self._elsewhere(node)) is not None:
            return to
        later = [one for one in node.flow.nodes if one.number > node.number and one.body is None]
        share = 0.6 if len(later) < 2 else 0.2
        if self.left > 0 and (not later or chance.odds(share)):
            later = [self.new_node(node.flow)]
        if not later:
            later = [self.last(node.flow)]
        to_node = chance.pick(later)
        to_node.reach(known)
        return to_node.name

    def last(self, flow: Flow) -> Node:
        """A node that nothing follows."""
        waiting = [one for one in flow.nodes if one.body is None]
        return waiting[-1] if waiting else self.new_node(flow)

    def _elsewhere(self, node: Node) -> str | None:
        """The start of another flow, or a node in its middle."""
        others = [one for one in self.flows if one is not node.flow and not one.is_called]
        fresh = [one for one in others if one.start.body is None]
        waiting = [
            inner
            for one in others
            for inner in one.nodes[1:]
            if inner.body is None and inner.number > node.number
        ]
        if waiting and self.chance.odds(0.4):
            inner = self.chance.pick(waiting)
            inner.enter()
            inner.flow.entries.add(inner.name)
            return inner.place
        if fresh and self.chance.odds(0.5):
            return self.chance.pick(fresh).name
        if self.left > 3 and len(self.flows) < 5:
            return self.new_flow().name
        return None

    def _back(self, node: Node, known: frozenset[str]) -> str | None:
        """A node that is written already, and needs no more than is known."""
        chance = self.chance
        if chance.odds(0.15):
            again = (node.known or frozenset()) <= known
            return chance.pick(["main_menu", "back", "repeat"][: 3 if again else 2])
        written = [
            one
            for one in node.flow.nodes
            if one.body is not None and (one.known or frozenset()) <= known
        ]
        starts = [one for one in self.flows if not one.is_called and one.start.body is not None]
        if starts and (not written or chance.odds(0.15)):
            other = chance.pick(starts)
            return other.name if other is not node.flow else other.start.name
        return chance.pick(written).name if written else None
