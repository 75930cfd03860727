"""What every part of the lowering shares: the release, the names of places, what the graph uses.

Knows the graph and the names of contexts; writes no step itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from flowc.expression.operators import reads
from flowc.expression.tree import Expression
from flowc.graph.exits import Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    OUTCOME,
    Collect,
    Cue,
    CueKind,
    Digits,
    Ending,
    Invoke,
    Remember,
)
from flowc.graph.prompts import Phrase, ReadAs, Spoken
from flowc.graph.reads import expressions_in, spoken_in
from flowc.target import EmitRequest, Problem
from flowc_asterisk import quote
from flowc_asterisk.arrivals import Arrivals
from flowc_asterisk.draft import ContextDraft, Script
from flowc_asterisk.expressions import ExpressionWriter, NotNativeError
from flowc_asterisk.known_digits import known_digits
from flowc_asterisk.layout import attempts_in_line, led_into

MOST_SLOTS = 9  # the states of a node's inputs begin with one digit


@dataclass
class Uses:
    """Which registers a graph needs at all; what it never uses costs it nothing."""

    graph: FlowGraph

    @cached_property
    def _operations(self) -> tuple[object, ...]:
        return tuple(one for block in self.graph.blocks.values() for one in block.operations)

    @cached_property
    def cues(self) -> dict[str, tuple[Cue, ...]]:
        """By node."""
        found: dict[str, tuple[Cue, ...]] = {}
        for id_, block in self.graph.blocks.items():
            made = tuple(one for one in block.operations if isinstance(one, Cue))
            found[id_.node_name] = (*found.get(id_.node_name, ()), *made)
        return found

    def deaf(self, node: str) -> bool:
        return any(one.deaf for one in self.cues[node])

    def repeats(self, node: str) -> bool:
        return any(one.kind is CueKind.AGAIN for one in self.cues[node])

    @cached_property
    def read(self) -> frozenset[str]:
        """Variables that the server itself is asked for: by tests, values, prompts and requests."""
        found: set[str] = set()
        for block in self.graph.blocks.values():
            for expression in expressions_in(block):
                found.update(reads(expression))
            if isinstance(block.exit, Switch):
                found.add(block.exit.variable)
        return frozenset(found) | {
            part.variable for phrase in self.phrases for part in spoken_in(phrase)
        }

    @cached_property
    def invokes(self) -> bool:
        return any(isinstance(one, Invoke) for one in self._operations)

    @cached_property
    def readings(self) -> frozenset[str]:
        """Variables whose sound lists the runtime fills."""
        invokes = (one for one in self._operations if isinstance(one, Invoke))
        return frozenset(reading.variable for one in invokes for reading in one.readings)

    @cached_property
    def typed(self) -> dict[str, int]:
        """Variables filled by keys, and how many digits at most, whichever input fills them."""
        most: dict[str, int] = {}
        for one in self._operations:
            if isinstance(one, Collect) and isinstance(one.entry, Digits):
                most[one.into] = max(one.entry.most, most.get(one.into, 0))
        return most

    @cached_property
    def remembered(self) -> tuple[str, ...]:
        """Menus that are ever put on the back list, sorted."""
        return tuple(sorted({one.node for one in self._operations if isinstance(one, Remember)}))

    @cached_property
    def spelled(self) -> frozenset[tuple[str, str]]:
        """Language and variable of every value that is read out digit by digit."""
        return frozenset(
            (language, part.variable)
            for phrase in self.phrases
            for language, parts in phrase.parts
            for part in parts
            if isinstance(part, Spoken) and part.read_as is ReadAs.DIGITS
        )

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        found: list[Phrase] = []
        for one in self._operations:
            for name in ("prompt", "deaf", "filler", "accept_prompt"):
                found.extend(getattr(one, name, ()))
        return tuple(found)

    @cached_property
    def outcome_later(self) -> bool:
        """Does any block ask for the outcome of a block before it?"""
        return any(self._asks_later(block) for block in self.graph.blocks.values())

    def _asks_later(self, block: Block) -> bool:
        switched = isinstance(block.exit, Switch) and block.exit.variable == OUTCOME
        return switched and not (block.operations and isinstance(block.operations[-1], Ending))


@dataclass
class Release:
    """One graph on its way to a dialplan; problems are gathered, not raised one by one."""

    request: EmitRequest
    problems: list[Problem] = field(default_factory=list)
    handler_blocks: frozenset[BlockId] = frozenset()
    shared_blocks: frozenset[BlockId] = frozenset()

    def __post_init__(self) -> None:
        self.graph = self.request.graph
        self.id = quote.release8(self.request.release8)
        self.uses = Uses(self.graph)
        self.known = known_digits(self.graph)
        self.arrivals = Arrivals(self.graph)
        self.in_line = attempts_in_line(self.graph)
        self.offered: dict[BlockId, str] = {}  # lists that the attempt behind a cue reads at once
        self.states: dict[BlockId, str] = {}  # what the states of an attempt are called by
        self._hosts = {block: host for host, block in self.in_line.items()}
        self.writer = ExpressionWriter(self.id, self.graph.timezone, self.known.clean)

    def place(self, block: BlockId) -> str:
        """`context,extension,priority` of a block."""
        return f"{self.context(block)},{self._within(block)}"

    def _within(self, block: BlockId) -> str:
        """`extension,priority`: a label where the block stands behind another."""
        host = self._hosts.get(block)
        if host is None:
            return f"{quote.extension(block.part)},1"
        return f"{quote.extension(host.part)},{quote.segment(block.part)}"

    def door(self, number: str, entry: BlockId) -> str:
        """`context,extension,1` of the steps by which a call to a number enters the release."""
        *_, node = (entry, *led_into(self.graph, entry))
        return f"{self.context(node)},{quote.digits(number)},1"

    def extension(self, block: BlockId) -> str:
        """The extension that a block's steps are in."""
        return quote.extension(self._hosts.get(block, block).part)

    def offered_at_once(self, block: BlockId) -> str:
        """The list that an attempt reads as soon as its cue is over; "" where that is in `P`."""
        return self.offered.get(self._hosts.get(block, block), "")

    def stands_behind(self, block: BlockId) -> bool:
        """Has the block no extension of its own?"""
        return block in self._hosts

    def context(self, block: BlockId) -> str:
        return quote.node_context(self.id, block.flow, block.node)

    def own(self, role: str, name: str = "") -> str:
        return quote.own_context(self.id, role, name)

    def way(self, here: BlockId, to: BlockId) -> str:
        """The shortest Goto from one block to another."""
        if (here.flow, here.node) == (to.flow, to.node):
            return self._within(to)
        return self.place(to)

    def condition(self, expression: Expression, script: Script) -> str:
        """`$[...]`, after the Sets that it needs."""
        text = self.writer.condition(expression)
        self._prelude(script)
        return text

    def value(self, expression: Expression, script: Script) -> str:
        text = self.writer.value(expression)
        self._prelude(script)
        return text

    def _prelude(self, script: Script) -> None:
        for name, text in self.writer.take_prelude():
            script.set(name, text)

    def token(self, node: str) -> str:
        """A remembered menu on the back list: four signs, so that tokens never overlap."""
        return f"m{self.uses.remembered.index(node):03}"

    def report(self, problem: str, block: BlockId | None) -> None:
        """Keep a problem; one said twice of the same place is kept once."""
        found = Problem(problem, block)
        if found not in self.problems:
            self.problems.append(found)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where steps are being written: the release, the block, its context and its script."""

    release: Release
    block: Block
    context: ContextDraft
    script: Script
    is_home: bool = True  # in the block's own extension, not in a number's

    def go(self, to: BlockId) -> None:
        self.script.go(self.release.way(self.block.id, to))

    def slot(self) -> int:
        """A number for the states of an ending operation."""
        if self.context.slots >= MOST_SLOTS:
            raise NotNativeError(f"a node has more than {MOST_SLOTS} inputs and requests")
        self.context.slots += 1
        return self.context.slots
