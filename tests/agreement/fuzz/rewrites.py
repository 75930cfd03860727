"""Projects that must mean the same: nodes in another order, other names, a branch that nobody takes.

Each rewrite gives a project and how its names are read back; a call on it must give the trace that
it gives on the project as it was. Knows no executor.
"""

from __future__ import annotations

import re
from collections.abc import Callable as Function
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flowc.syntax.write_yaml import Value
from fuzz.chance import Chance
from fuzz.inlining import with_inlined_flow
from fuzz.project import NOTHING, Project
from fuzz.rewriting import (
    ADDED,
    FLOW_FILE,
    JOINING,
    Rewritten,
    each_flow,
    flows_of,
    items,
    nodes_of,
)


def rewrites(project: Project, chance: Chance) -> Iterator[Rewritten]:
    """Every sort of rewrite once."""
    for make in (reordered, renamed, with_dead_branches, with_spelled_conditions, with_branches):
        yield make(project, chance.branch(make.__name__))
    inlined = with_inlined_flow(project)
    if inlined is not None:
        yield inlined


# --- order


def reordered(project: Project, chance: Chance) -> Rewritten:
    """The nodes of each flow in another order, but for the first, where the flow starts."""

    def shuffled(flow: dict[str, Value]) -> dict[str, Value]:
        nodes = dict(nodes_of(flow))
        first, *rest = nodes
        order = [first, *chance.shuffled(rest)]
        return {**flow, "nodes": {name: nodes[name] for name in order}}

    return Rewritten("reordered", each_flow(project, shuffled))


# --- names


def renamed(project: Project, chance: Chance) -> Rewritten:
    """Other names for every flow and node, which sort otherwise."""
    flows = [str(flow["flow"]) for flow in flows_of(project)]
    nodes = list(dict.fromkeys(name for flow in flows_of(project) for name in nodes_of(flow)))
    new_flows = {old: f"f{chance.number(10, 99)}_{at}" for at, old in enumerate(flows)}
    new_nodes = {old: f"k{chance.number(10, 99)}_{at}" for at, old in enumerate(nodes)}
    names = _Names(new_flows, new_nodes)
    files: dict[str, Value] = {}
    for name, content in project.files.items():
        found = FLOW_FILE.fullmatch(name)
        if found and isinstance(content, dict):
            files[f"flows/{new_flows[found[1]]}.flow.yaml"] = names.flow(content)
        else:
            files[name] = names.settings(content) if name == "flowc.yaml" else content
    old_flows = {new: old for old, new in new_flows.items()}
    old_nodes = {new: old for old, new in new_nodes.items()}
    return Rewritten("renamed", replace(project, files=files), old_flows, old_nodes)


@dataclass(frozen=True, slots=True)
class _Names:
    """Puts new names where old ones stand as targets."""

    flows: Mapping[str, str]
    nodes: Mapping[str, str]

    def flow(self, flow: dict[str, Value]) -> dict[str, Value]:
        found = {key: value for key, value in flow.items() if key != "nodes"}
        found["flow"] = self.flows[str(flow["flow"])]
        if "entries" in flow:
            found["entries"] = [self.nodes[str(name)] for name in items(flow["entries"])]
        found["nodes"] = {
            self.nodes[name]: self.body(body) for name, body in nodes_of(flow).items()
        }
        return found

    def body(self, body: dict[str, Value]) -> dict[str, Value]:
        return {key: self._field(key, value) for key, value in body.items()}

    def _field(self, key: str, value: Value) -> Value:
        if key == "call":
            return self.flows[str(value)]
        match value:
            case dict() if key not in TEXTS:
                return {inner: self._field(inner, one) for inner, one in value.items()}
            case list() if key == "branch":
                return [self.body(dict(one)) for one in value if isinstance(one, dict)]
            case str() if key not in PLAIN:
                return self.target(value)
            case _:
                return value

    def target(self, word: str) -> str:
        flow, dot, node = word.partition(".")
        if dot:
            known = flow in self.flows and node in self.nodes
            return f"{self.flows[flow]}.{self.nodes[node]}" if known else word
        return self.nodes.get(word) or self.flows.get(word, word)

    def settings(self, content: Value) -> Value:
        match content:
            case dict():
                return {key: self.settings(value) for key, value in content.items()}
            case str():
                return self.target(content)
            case _:
                return content


TEXTS = ("title", "with", "say", "prompt", "menu", "confirm", "hangup", "voicemail", "set", "name")
# Fields that hold no target.
PLAIN = (
    *("collect", "as", "lookup", "request", "ticket", "class", "note", "queue", "hours", "switch"),
    *("mark", "language", "transfer", "priority", "wait", "wait_between", "tries", "ring", "if"),
    *("accept", "max_wait", "length", "range", "pattern", "luhn", "silence", "max_length"),
    *("cause", "at_most", "return", "zh", "en"),
)


# --- what nobody takes, and what is said in other words


def with_dead_branches(project: Project, chance: Chance) -> Rewritten:
    """A branch that no call takes, or a value that nobody reads, on some ways."""
    number = iter(range(10_000))

    def grown(flow: dict[str, Value]) -> dict[str, Value]:
        nodes = dict(nodes_of(flow))
        added: dict[str, Value] = {}

        def through(to: Value) -> Value:
            if not isinstance(to, str) or to not in nodes or not chance.odds(0.3):
                return to
            name = f"{ADDED}_{next(number)}"
            added[name] = _dead(name, to, chance)
            if "branch" in dict(added[name]):  # type: ignore[arg-type]
                added[f"{name}_end"] = {"hangup": NOTHING}
            return name

        made = {name: _with_ways(body, through) for name, body in nodes.items()}
        return {**flow, "nodes": {**made, **added}}

    return Rewritten("dead branches", each_flow(project, grown))


def _dead(name: str, to: str, chance: Chance) -> Value:
    never = chance.pick(
        ["today() < 2001-01-01", 'call.to == "000"', "false", "now() < call.started"]
    )
    return {"branch": [{"if": never, "to": f"{name}_end"}], "else": to}


def _with_ways(body: dict[str, Value], through: Function[[Value], Value]) -> dict[str, Value]:
    """Ways out that are a bare target; not where a `say` might have joined an input."""
    if any(kind in body for kind in JOINING):
        return body
    outcomes = ("then", "else", "gave_up", "error", "unknown", "yes", "no", "open", "closed")
    return {key: through(value) if key in outcomes else value for key, value in body.items()}


def with_spelled_conditions(project: Project, chance: Chance) -> Rewritten:
    """Each condition in other words that mean the same."""

    def spelled(node: dict[str, Value]) -> dict[str, Value]:
        return {key: _spelled(key, value, chance) for key, value in node.items()}

    def flow(flow: dict[str, Value]) -> dict[str, Value]:
        nodes = {name: spelled(body) for name, body in nodes_of(flow).items()}
        return {**flow, "nodes": nodes}

    return Rewritten("spelled conditions", each_flow(project, flow))


def _spelled(key: str, value: Value, chance: Chance) -> Value:
    match value:
        case str() if key in ("if", "when"):
            # What a condition says of the way behind it is read from some forms only.
            forms = [f"not (not ({value}))"]
            forms += [f"({value}) and true", f"true and ({value})"] if key == "when" else []
            return chance.pick(forms)
        case dict():
            return {inner: _spelled(inner, one, chance) for inner, one in value.items()}
        case list():
            return [_spelled("", one, chance) for one in value]
        case _:
            return value


def with_branches(project: Project, _: Chance) -> Rewritten:
    """Every `switch` as the `branch` that it stands for."""

    def flow(flow: dict[str, Value]) -> dict[str, Value]:
        nodes = {name: _as_branch(body) for name, body in nodes_of(flow).items()}
        return {**flow, "nodes": nodes}

    return Rewritten("switches as branches", each_flow(project, flow))


def _as_branch(body: dict[str, Value]) -> dict[str, Value]:
    cases = body.get("cases")
    # A number may be digits, whose constants are written otherwise.
    if "switch" not in body or not isinstance(cases, dict) or any(map(str.isdecimal, cases)):
        return body
    if "'say'" in str(cases):  # texts are called by their places
        return body
    rest = {key: value for key, value in body.items() if key not in ("switch", "cases")}
    written = [
        {"if": f"{body['switch']} == {_constant(value)}", **_way(way)}
        for value, way in cases.items()
    ]
    return {"branch": written, **rest}


def _constant(value: str) -> str:
    is_word = value in ("true", "false") or re.fullmatch(r"-?[0-9]+\.[0-9]+", value)
    return value if is_word else f'"{value}"'


def _way(way: Value) -> dict[str, Value]:
    return dict(way) if isinstance(way, dict) else {"to": way}
