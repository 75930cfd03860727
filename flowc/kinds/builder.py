"""What a lowering writes into: blocks of one node, and the ways out of it.

Knows how names lead to blocks; knows no kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, closest
from flowc.expression.check import check
from flowc.expression.tree import Binary, Conditional, Expression, IsSet, Literal, Read
from flowc.expression.types import ListOf, Record, Scalar, Type
from flowc.graph.exits import Back, Branch, Exit, Jump
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, Origin
from flowc.graph.operations import Assign, Given, Operation, Play
from flowc.kinds.parts import Formula, Way, Word
from flowc.kinds.program import BoundFlow, BoundNode, Program
from flowc.kinds.words import PhraseMaker, Texts

CALL = "call"  # the flow id of what belongs to the call itself
ENTER = "enter"  # the part by which a jump from another flow enters a node
CALLED = "called"  # the part by which `call` enters a flow
PROJECT_FILE = "flowc.yaml"
MAIN_MENU = BlockId(CALL, "main_menu")
PERSON_UNREAD = "person:"
BACK = "back"
GLOBAL_WORDS = ("person", BACK, "repeat", "main_menu")
ELSE = "_else"  # behind an outcome's name: the way over its bound; no result is called so


def plus_one(variable: str) -> Expression:
    """The next value of a counter that starts unset."""
    read = Read(variable, Scalar.INT)
    return Conditional(
        IsSet(read), Binary("+", read, Literal(1, Scalar.INT)), Literal(1, Scalar.INT)
    )


def number(value: int) -> Literal:
    return Literal(value, Scalar.INT)


def flat(prefix: str, type_: Type, path: tuple[str, ...] = ()) -> tuple[Given, ...]:
    """Every flat variable under a value of a type, lists unrolled to as many as they may hold."""
    match type_:
        case Record(fields=fields):
            return tuple(
                g for name, inner in fields for g in flat(f"{prefix}.{name}", inner, (*path, name))
            )
        case ListOf(item=item, most=most):
            length = Given(f"{prefix}.len", (*path, "len"), Scalar.INT)
            items = (
                g for at in range(most) for g in flat(f"{prefix}.{at}", item, (*path, str(at)))
            )
            return (length, *items)
        case _:
            return (Given(prefix, path, type_),)


@dataclass(slots=True)
class GraphBuilder:
    """Grows the blocks of a whole project."""

    program: Program
    report: Reporter
    blocks: dict[BlockId, Block] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    entered: dict[BlockId, None] = field(default_factory=dict)  # nodes that other flows jump to
    called: dict[BlockId, None] = field(default_factory=dict)  # starts of flows that are called
    sites: dict[str, int] = field(default_factory=dict)  # calls so far, by the flow called

    def add(self, block: Block) -> None:
        if block.id in self.blocks and not self.report.has_errors:
            raise AssertionError(f"two blocks named {block.id}")
        self.blocks[block.id] = block

    def new_site(self, flow: str) -> int:
        """A number for one more place that calls `flow`."""
        self.sites[flow] = self.sites.get(flow, 0) + 1
        return self.sites[flow]


@dataclass(frozen=True, slots=True)
class NodeBuilder:
    """Writes one node. `start` is where the node is entered."""

    graph: GraphBuilder
    flow: BoundFlow
    node: BoundNode
    words: PhraseMaker

    @property
    def report(self) -> Reporter:
        return self.graph.report

    @property
    def name(self) -> str:
        return f"{self.flow.name.text}.{self.node.name.text}"

    def id(self, part: str = "start") -> BlockId:
        return BlockId(self.flow.name.text, self.node.name.text, part)

    def block(self, part: str, operations: tuple[Operation, ...], exit_: Exit) -> BlockId:
        """Add a block of this node."""
        title = dict(self.node.title).get(self.graph.program.around.languages[0], "")
        origin = Origin(self.name, self.node.kind.keyword, self.node.span, title)
        self.graph.add(Block(self.id(part), operations, exit_, origin))
        return self.id(part)

    def variable(self, name: str) -> str:
        """The flat name of a variable of this flow or, where the flow has none, of the project."""
        if name not in self.flow.variables and name in self.graph.program.around.variables:
            return f"project.{name}"
        return f"{self.flow.name.text}.{name}"

    def expression(self, formula: Formula, expected: Type | None = None) -> Expression | None:
        return check(formula.expression, self.words.scope, self.report, expected)

    def way(self, way: Way, label: str, onward: tuple[Operation, ...] = ()) -> BlockId:
        """The block that a way leads to; makes the blocks of what is said and counted on it.

        `onward`: what is done besides wherever it leads, but for the way *back*.
        """
        to = self.target(way.to)
        if to is None:
            return self.id()  # reported; the build stops after this stage
        said = (Play(self.words.prompt(way.say)),) if way.say else ()
        done = said if way.to.text == BACK else (*onward, *said)
        part = f"{label}_way"
        if way.at_most is None:
            return self.block(part, done, Jump(to)) if done else to
        counter = f"way.{self.name}.{label}"
        goes = self.block(f"{part}_taken", done, Jump(to)) if done else to
        over = self.way(way.otherwise, f"{label}{ELSE}", onward) if way.otherwise else goes
        within = Binary("<=", Read(counter, Scalar.INT), number(way.at_most))
        return self.block(part, (Assign(counter, plus_one(counter)),), Branch(within, goes, over))

    def target(self, word: Word) -> BlockId | None:
        """Where a name leads, else None with a finding."""
        flow_name, dot, node_name = word.text.partition(".")
        if dot:
            return self._other(flow_name, node_name, word)
        if self.flow.node(word.text):
            return BlockId(self.flow.name.text, word.text)
        if word.text in GLOBAL_WORDS:
            return self._global(word)
        if word.text in self.graph.program.flows:
            return self._flow(word.text)
        if word.text in self.flow.broken | self.graph.program.unread:
            return self.id()  # reported where it stands
        if word.span.source.name == PROJECT_FILE:
            self._unknown_in_project(word)
            return None
        names = [node.name.text for node in self.flow.nodes]
        self.report.report(
            codes.UNKNOWN_NODE,
            word.span,
            name=word.text,
            flow=self.flow.name.text,
            **closest(word.text, [*names, *self.graph.program.flows, *GLOBAL_WORDS]),
        )
        return None

    def _unknown_in_project(self, word: Word) -> None:
        """What flowc.yaml says stands in no flow: the same finding whichever flow asks."""
        flows = self.graph.program.flows
        meant = [f"{name}.{word.text}" for name, flow in flows.items() if flow.node(word.text)]
        self.report.report(
            codes.UNKNOWN_THING,
            word.span,
            what="flow or `flow.node`",
            what_zh="流程或 `流程.节点`",
            name=word.text,
            **({"closest": meant[0]} if meant else closest(word.text, flows)),
        )

    def _flow(self, name: str) -> BlockId | None:
        nodes = self.graph.program.flows[name].nodes
        return self._entered(name, nodes[0].name.text) if nodes else None

    def _entered(self, flow: str, node: str) -> BlockId:
        if flow == self.flow.name.text:
            return BlockId(flow, node)
        self.graph.entered[BlockId(flow, node)] = None
        return BlockId(flow, node, ENTER)

    def _other(self, flow_name: str, node_name: str, word: Word) -> BlockId | None:
        flow = self.graph.program.flows.get(flow_name)
        if flow_name in self.graph.program.unread or (flow and node_name in flow.broken):
            return self.id()  # reported where it stands
        if flow is None:
            self.report.report(
                codes.UNKNOWN_FLOW,
                word.span,
                name=flow_name,
                **closest(flow_name, self.graph.program.flows),
            )
            return None
        if flow.node(node_name) is None:
            names = [node.name.text for node in flow.nodes]
            self.report.report(
                codes.UNKNOWN_NODE,
                word.span,
                name=node_name,
                flow=flow_name,
                **closest(node_name, names),
            )
            return None
        inside = flow_name == self.flow.name.text or node_name == flow.nodes[0].name.text
        # What the project file says (person, defaults, limits) may lead to any node.
        from_project = word.span.source.name == PROJECT_FILE
        if not inside and not from_project and node_name not in flow.entries:
            self.report.report(codes.NOT_AN_ENTRY, word.span, flow=flow_name, node=node_name)
            return None
        return self._entered(flow_name, node_name)

    def _global(self, word: Word) -> BlockId | None:
        match word.text:
            case "main_menu":
                return MAIN_MENU
            case "repeat":
                return self.id()
            case "back":
                part = self.id("go_back")
                if part not in self.graph.blocks:
                    self.block("go_back", (), Back(MAIN_MENU))
                return part
            case _:
                return self._person()

    def _person(self) -> BlockId | None:
        person = self.flow.person or self.graph.program.person
        if person is None and PERSON_UNREAD in self.graph.program.unread:
            return None
        if person is None:
            # One line is missing, however many inputs would lead there: the same finding for all.
            self.report.report(
                codes.MISSING_FIELD,
                self.graph.program.project_at,
                node=PROJECT_FILE,
                name="person",
                hint="say where the person is: `person: {to: hotline.to_agent}`",
                hint_zh="写明人工在哪里：`person: {to: hotline.to_agent}`",
            )
            return None
        return None if person.to.text == "person" else self.target(person.to)
