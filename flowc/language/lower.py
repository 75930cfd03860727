"""A bound program into one graph: every node lowers itself; here is what stands between them.

Blocks of the call itself have the flow id `call`: `call.n3285028.start` answers a number,
`call.main_menu.start`, `call.limit.start` and `call.hangup.start` are what their names say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, closest
from flowc.expression.operators import walk
from flowc.expression.tree import IsSet, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Call, Hangup, Jump, Return, Switch, return_register
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Limits, Origin
from flowc.graph.operations import Answer, Assign, Forget, Operation, Remember
from flowc.graph.reads import expressions_in
from flowc.kinds.builder import CALL, CALLED, ENTER, MAIN_MENU, GraphBuilder, NodeBuilder
from flowc.kinds.parts import Text, Word
from flowc.kinds.program import BoundFlow, BoundNode, Program
from flowc.kinds.speaking import HangupNode
from flowc.kinds.words import PhraseMaker, Texts
from flowc.language.scope import scope_of
from flowc.source import NOWHERE, Span

NUMBER_FLOW = "call.flow"  # the flow of the number dialled
HANGUP_FLOW = "hangup.flow"  # the flow whose `on_hangup` counts
HANGUP = BlockId(CALL, "hangup")
HANGUP_END = BlockId(CALL, "hangup", "end")
LIMIT = BlockId(CALL, "limit")


@dataclass(frozen=True, slots=True)
class Lowered:
    """The graph, every static text by sound key, and who wrote each."""

    graph: FlowGraph
    texts: Texts


def lower(program: Program, report: Reporter, fallback: Text | None = None) -> Lowered:
    """One graph of a whole program. Where `report` has errors, the graph is not complete.

    `fallback` is said by no node, and is one of its texts all the same.
    """
    lowering = _Lowering(program, report, GraphBuilder(program, report))
    if fallback is not None:
        lowering.keep(fallback)
    return lowering.run()


@dataclass(frozen=True, slots=True)
class _Lowering:
    program: Program
    report: Reporter
    into: GraphBuilder
    own_handlers: dict[str, BlockId] = field(default_factory=dict)

    def keep(self, text: Text) -> None:
        """A text of the project's own, in every language."""
        PhraseMaker(
            self.program.around,
            scope_of({}, CALL, self.program.around),
            self.into.texts,
            self.report,
        ).phrase(text)

    def run(self) -> Lowered:
        self._find_handlers()
        numbers = tuple(self._numbers())
        self._main_menu()
        for flow in self.program.flows.values():
            self._flow(flow)
        self._check_settings()
        hangup = self._hangup()
        limit = self._limit()
        forgets = self._forgets()
        self._enters(forgets)
        self._returns(forgets)
        self._noted_again()
        menus = self._menus_back_in()
        self._refuse_recursion()
        around = self.program.around
        graph = FlowGraph(
            name=around.name,
            languages=around.languages,
            timezone=around.timezone,
            numbers=numbers,
            blocks=dict(self.into.blocks),
            on_hangup=hangup,
            menus=menus,
            lists=around.lists,
            flags=around.flags,
            limits=Limits(self.program.length_s, limit, self.program.most_nodes),
        )
        return Lowered(graph, self.into.texts)

    def _find_handlers(self) -> None:
        for flow in self.program.flows.values():
            if flow.on_hangup:
                self.own_handlers[flow.name.text] = BlockId(
                    flow.name.text, flow.on_hangup[0].name.text
                )

    def _flow(self, flow: BoundFlow) -> None:
        scope = scope_of(flow.variables, flow.name.text, self.program.around, flow.untold)
        words = PhraseMaker(self.program.around, scope, self.into.texts, self.report)
        for node in flow.nodes:
            node.kind.lower(NodeBuilder(self.into, flow, node, words))

    def _add(
        self,
        id_: BlockId,
        operations: tuple[Operation, ...],
        exit_: Jump | Switch | Hangup,
        kind: str,
        span: Span,
    ) -> None:
        self.into.add(Block(id_, operations, exit_, Origin(id_.node_name, kind, span)))

    def _numbers(self) -> Iterator[tuple[str, BlockId]]:
        for number in self.program.around.numbers:
            flow = self.program.flows.get(number.flow)
            if flow is not None and not flow.nodes:
                continue  # reported where its nodes stand
            if number.flow in self.program.unread:
                continue
            if flow is None:
                self.report.report(
                    codes.UNKNOWN_FLOW,
                    number.span,
                    name=number.flow,
                    **closest(number.flow, self.program.flows),
                )
                continue
            entry = BlockId(CALL, "n" + number.number.replace("+", "plus"))
            noted = Assign(NUMBER_FLOW, Literal(flow.name.text, Scalar.TEXT))
            start = BlockId(flow.name.text, flow.nodes[0].name.text)
            self._add(
                entry,
                (Answer(), noted, *self._handler_noted(flow.name.text)),
                Jump(start),
                "number",
                number.span,
            )
            for each in (number.number, *number.also):
                yield each, entry

    def _handler_noted(self, flow: str) -> tuple[Assign, ...]:
        """Nothing, unless some flow has an `on_hangup` of its own."""
        return (Assign(HANGUP_FLOW, Literal(flow, Scalar.TEXT)),) if self.own_handlers else ()

    def _main_menu(self) -> None:
        """The start of the flow of the number that was dialled."""
        flows = tuple(dict.fromkeys(number.flow for number in self.program.around.numbers))
        known = [
            self.program.flows[name]
            for name in flows
            if name in self.program.flows and self.program.flows[name].nodes
        ]
        cases: list[tuple[str, BlockId]] = []
        for flow in known:
            start = BlockId(flow.name.text, flow.nodes[0].name.text)
            self.into.entered[start] = None
            cases.append((flow.name.text, BlockId(start.flow, start.node, ENTER)))
        if not cases:
            return
        exit_ = (
            Jump(cases[0][1]) if len(cases) == 1 else Switch(NUMBER_FLOW, tuple(cases), cases[0][1])
        )
        self._add(MAIN_MENU, (), exit_, "main_menu", self.program.around.numbers[0].span)

    def _hangup(self) -> BlockId | None:
        if not self.own_handlers and not self.program.on_hangup:
            return None
        steps = (
            *self.program.on_hangup,
            *(node for flow in self.program.flows.values() for node in flow.on_hangup),
        )
        span = steps[0].span
        self._add(HANGUP_END, (), Hangup(), "on_hangup", span)
        self._add(HANGUP, (), self._to_handler(), "on_hangup", span)
        return HANGUP

    def _to_handler(self) -> Jump | Switch:
        """By the flow that the call is in. Where each has a handler of its own, the last is for the rest."""
        first, handlers = self._project_handler(), dict(self.own_handlers)
        if first is None and len(handlers) == len(self.program.flows):
            _, first = handlers.popitem()
        first = first or HANGUP_END
        return Switch(HANGUP_FLOW, tuple(handlers.items()), first) if handlers else Jump(first)

    def _project_handler(self) -> BlockId | None:
        steps = self.program.on_hangup
        if not steps:
            return None
        self._flow(BoundFlow(Word(CALL, steps[0].span), steps))
        return BlockId(CALL, steps[0].name.text)

    def _limit(self) -> BlockId | None:
        if self.program.limit is None:
            return None
        span = self.program.limit.span
        node = BoundNode(Word("limit", span), HangupNode(), span)
        flow = BoundFlow(Word(CALL, span), (node,))
        words = PhraseMaker(
            self.program.around,
            scope_of({}, CALL, self.program.around),
            self.into.texts,
            self.report,
        )
        to = NodeBuilder(self.into, flow, node, words).way(self.program.limit, "to")
        self._add(LIMIT, (), Jump(to), "limit", span)
        return LIMIT

    def _check_settings(self) -> None:
        """What the project says and no node uses must lead somewhere, too."""
        node = BoundNode(Word("settings", NOWHERE), HangupNode(), NOWHERE)
        for flow in (None, *self.program.flows.values()):
            person = flow.person if flow else self.program.person
            if person and person.to.text != "person":
                at = flow or BoundFlow(Word(CALL, person.span), (node,))
                words = PhraseMaker(
                    self.program.around,
                    scope_of({}, CALL, self.program.around),
                    Texts(),
                    self.report,
                )
                scratch = GraphBuilder(self.program, self.report)
                NodeBuilder(scratch, at, node, words).target(person.to)

    def _menus(self) -> dict[str, BlockId]:
        remembered = (
            op
            for block in self.into.blocks.values()
            for op in block.operations
            if isinstance(op, Remember)
        )
        return {op.node: BlockId(*op.node.split(".")) for op in remembered}

    def _noted_again(self) -> None:
        """Who comes back to a flow, by `return` or by *back*, is under its `on_hangup` again."""
        if not self.own_handlers:
            return
        for id_, block in tuple(self.into.blocks.items()):
            if isinstance(block.exit, Call):
                ways = tuple(
                    (result, self._back_in(id_, f"returned_{result}", to))
                    for result, to in block.exit.results
                )
                self.into.blocks[id_] = replace(block, exit=replace(block.exit, results=ways))

    def _back_in(self, at: BlockId, part: str, to: BlockId) -> BlockId:
        id_ = BlockId(at.flow, at.node, part)
        block = Block(id_, self._handler_noted(at.flow), Jump(to), self.into.blocks[at].origin)
        self.into.add(block)
        return id_

    def _menus_back_in(self) -> dict[str, BlockId]:
        menus = self._menus()
        if not self.own_handlers:
            return menus
        return {
            name: self._back_in(start, "back_in", start)
            for name, start in menus.items()
            if start in self.into.blocks
        }

    def _enters(self, forgets: dict[str, tuple[Forget, ...]]) -> None:
        """Blocks by which a flow is entered from others: its variables unset, menus forgotten."""
        asked = self._asked_if_set()
        returning = {
            block.id.flow for block in self.into.blocks.values() if isinstance(block.exit, Return)
        }
        for start in self.into.called:
            given = {f"{start.flow}.{name}" for name in self.program.flows[start.flow].parameters}
            others = tuple(name for name in asked if name not in given)
            self._enter(start, CALLED, self._entering(start.flow, others, forgets))
        for start in self.into.entered:
            # Who jumps into a flow is not come back to, whoever called it before.
            abandoned = (
                (Assign(return_register(start.flow), None),) if start.flow in returning else ()
            )
            self._enter(start, ENTER, (*abandoned, *self._entering(start.flow, asked, forgets)))

    def _returns(self, forgets: dict[str, tuple[Forget, ...]]) -> None:
        """A flow that returns takes its menus along."""
        for id_, block in self.into.blocks.items():
            match block.exit:
                case Return(flow=flow):
                    left = (*block.operations, *forgets.get(flow, ()))
                    self.into.blocks[id_] = replace(block, operations=left)

    def _forgets(self) -> dict[str, tuple[Forget, ...]]:
        """By flow: the menus that nobody can go back to once it has returned, or begins afresh.

        They are its own, and those of the flows that it called: each would go on in a call that
        is over.
        """
        with_menus = {name.partition(".")[0] for name in self._menus()}
        calls = self._calls()
        found: dict[str, tuple[Forget, ...]] = {}
        for flow in self.program.flows:
            own = tuple(each for each in _reached(flow, calls) if each in with_menus)
            if own:
                found[flow] = (Forget(own),)
        return found

    def _calls(self) -> dict[str, dict[str, Span]]:
        """By flow: the flows that it calls, and where."""
        calls: dict[str, dict[str, Span]] = {}
        for block in self.into.blocks.values():
            match block.exit:
                case Call(flow=flow):
                    calls.setdefault(block.id.flow, {}).setdefault(flow, block.origin.span)
        return calls

    def _enter(self, start: BlockId, part: str, operations: tuple[Operation, ...]) -> None:
        block = self.into.blocks.get(start)
        if block is not None:
            self.into.add(
                Block(BlockId(start.flow, start.node, part), operations, Jump(start), block.origin)
            )

    def _entering(
        self, flow: str, asked: tuple[str, ...], forgets: dict[str, tuple[Forget, ...]]
    ) -> tuple[Operation, ...]:
        own = (name for name in asked if name.startswith(f"{flow}."))
        # A variable that is read unguarded is set on every path (a pass proves it), so only
        # those that somebody asks `is set` of can tell whether they were unset.
        unset = tuple(Assign(name, None) for name in own)
        return (*forgets.get(flow, ()), *unset, *self._handler_noted(flow))

    def _asked_if_set(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for block in self.into.blocks.values():
            for expression in expressions_in(block):
                for part in walk(expression):
                    match part:
                        case IsSet(Read(variable=variable)) if not variable.startswith("way."):
                            found[variable] = None
        return tuple(found)

    def _refuse_recursion(self) -> None:
        calls = self._calls()
        for flow in calls:
            ring = _ring(flow, calls)
            if ring:
                self.report.report(
                    codes.RECURSIVE_CALL, calls[flow][ring[1]], ring=" -> ".join(ring), flow=ring[1]
                )


def _reached(flow: str, calls: dict[str, dict[str, Span]]) -> tuple[str, ...]:
    """A flow, and all that are called on its behalf."""
    found = dict.fromkeys([flow])
    waiting = [flow]
    while waiting:
        called = [each for each in calls.get(waiting.pop(), ()) if each not in found]
        found.update(dict.fromkeys(called))
        waiting += called
    return tuple(found)


def _ring(flow: str, calls: dict[str, dict[str, Span]]) -> tuple[str, ...]:
    """The calls that lead from a flow back to itself, else ()."""
    ways: list[tuple[str, ...]] = [(flow,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in calls.get(way[-1], ()):
            if following == flow:
                return (*way, flow)
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()
