"""A project that must mean the same as another, and how its names are read back. Knows no rewrite."""

from __future__ import annotations

import re
from collections.abc import Callable as Function
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from flowc.graph.ids import BlockId
from flowc.machine.trace import Assigned, Ended, Entered, Offered, Step, Trace
from flowc.syntax.write_yaml import Value
from fuzz.project import Project

FLOW_FILE = re.compile(r"flows/(.+)\.flow\.yaml")
ADDED = "zz"  # what the nodes that a rewrite adds begin with
DECIDED = re.compile(r"\.is[0-9]+$")
# Kinds whose way out decides what is heard together with an input.
JOINING = ("say", "set", "mark", "language")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A project that must mean the same. `flows` and `nodes` by their new names: the old ones.

    `moved`: what stands in another flow, as `flow.node` or `flow.variable`, and where it stood.
    """

    name: str
    project: Project
    flows: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    def read_back(self, trace: Trace) -> tuple[Step, ...]:
        """The steps in the old names, without what the rewrite brings and what is numbered anew."""
        kept = [self._step(step) for step in trace.steps if not _is_left_out(step)]
        # Variables are unset all at once where a flow is entered, in no order that means anything.
        return tuple(sorted_runs(kept))

    def _step(self, step: Step) -> Step:
        match step:
            case Entered(block):
                return Entered(self._block(block))
            case Ended(block, outcome):
                return Ended(self._block(block), outcome)
            case Assigned(variable, value):
                return Assigned(self.dotted(variable), value)
            case Offered(sounds):
                return Offered(tuple(map(self.sound, sounds)))
            case _:
                return step

    def _block(self, block: BlockId) -> BlockId:
        return BlockId(*self.dotted(block.node_name).split("."), block.part)

    def dotted(self, name: str) -> str:
        """`way.flow.node.outcome`, `flow.variable`."""
        known, pieces = {**self.flows, **self.nodes}, name.split(".")
        for at in range(len(pieces) - 1):
            place = self.moved.get(".".join(pieces[at : at + 2]))
            if place is not None:
                pieces[at : at + 2] = place.split(".")
        return ".".join(known.get(piece, piece) for piece in pieces)

    def sound(self, key: str) -> str:
        """`zh/flow.node.prompt`."""
        language, slash, id_ = key.partition("/")
        return f"{language}{slash}{self.dotted(id_)}"


def sorted_runs(steps: list[Step]) -> Iterator[Step]:
    """The steps, with those of each run of unset variables by name."""
    for _, run in groupby(steps, _unsets):
        same = list(run)
        yield from (sorted(same, key=str) if _unsets(same[0]) else same)


def _unsets(step: Step) -> bool:
    return isinstance(step, Assigned) and step.value is None


def _is_left_out(step: Step) -> bool:
    """Nodes that were added, and conditions that were decided, which bear numbers."""
    match step:
        case Entered(block):
            by_call = block.part == "called" or block.part.startswith("returned_")
            return by_call or block.node.startswith(ADDED)
        case Assigned(variable):
            return DECIDED.search(variable) is not None
        case _:
            return False


AS_IT_WAS = Rewritten("as it was", Project({}))


# --- pieces of a project


def flows_of(project: Project) -> list[dict[str, Value]]:
    return [
        content
        for name, content in project.files.items()
        if FLOW_FILE.fullmatch(name) and isinstance(content, dict)
    ]


def each_flow(project: Project, change: Function[[dict[str, Value]], dict[str, Value]]) -> Project:
    files = {
        name: change(content)
        if FLOW_FILE.fullmatch(name) and isinstance(content, dict)
        else content
        for name, content in project.files.items()
    }
    return replace(project, files=files)


def nodes_of(flow: dict[str, Value]) -> dict[str, dict[str, Value]]:
    nodes = flow["nodes"]
    assert isinstance(nodes, dict)
    return {name: dict(body) for name, body in nodes.items() if isinstance(body, dict)}


def items(value: Value) -> list[Value]:
    return list(value) if isinstance(value, list) else [value]
