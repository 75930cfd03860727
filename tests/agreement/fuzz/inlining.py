"""A called flow in the place of its call: the nodes as the caller's own, returns as ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flowc.syntax.write_yaml import Value
from fuzz.project import NOTHING, Project
from fuzz.rewriting import FLOW_FILE, JOINING, Rewritten, flows_of, nodes_of

NAME = re.compile(r"[a-z][a-z0-9_]*")


def with_inlined_flow(project: Project) -> Rewritten | None:
    """The first call of a flow that can stand in the place of its call; None where none can."""
    parts = {str(flow["flow"]): flow for flow in flows_of(project) if _can_be_inlined(flow)}
    for name, content in project.files.items():
        if not FLOW_FILE.fullmatch(name) or not isinstance(content, dict):
            continue
        for node, body in nodes_of(content).items():
            part = parts.get(str(body.get("call")))
            if part is not None and not _is_joined_to(content, node):
                return _inlined(project, name, content, node, part)
    return None


def _can_be_inlined(flow: dict[str, Value]) -> bool:
    """Nothing that hangs on being a flow: menus, keys, questions whether a variable is set, calls,
    and nothing said that would be heard with an input behind the call."""
    text, results = str(flow), flow.get("results")
    leads_out = [name for name, body in nodes_of(flow).items() if "return" in body]
    said = any(_is_joined_to(flow, name) for name in leads_out)
    alone = not any(f"'{word}':" in text for word in ("menu", "keys", "on_hangup", "call", "vars"))
    returned = {str(body["return"]) for body in nodes_of(flow).values() if "return" in body}
    declared = {str(result) for result in results} if isinstance(results, list) else {NOTHING}
    asks = " is set" in text or " is not set" in text
    return alone and not asks and not said and returned == declared


def _is_joined_to(flow: dict[str, Value], node: str) -> bool:
    """Is anything said right before a node?"""
    return any(
        node in _targets(body) and (any(kind in body for kind in JOINING) or "'say'" in str(body))
        for body in nodes_of(flow).values()
    )


def _targets(value: Value) -> set[str]:
    match value:
        case dict():
            return {name for one in value.values() for name in _targets(one)}
        case list():
            return {name for one in value for name in _targets(one)}
        case None:
            return set()
        case _:
            return {str(value)}


def _inlined(
    project: Project, file: str, flow: dict[str, Value], node: str, part: dict[str, Value]
) -> Rewritten:
    caller, called = str(flow["flow"]), str(part["flow"])
    nodes, own = nodes_of(flow), list(nodes_of(part))
    site = nodes[node]
    names = {name: f"in_{name}" for name in own}
    variables = {name: f"in_{name}" for name in _variables(part)}
    mover = _Mover(names, variables, site)
    first = f"in_{own[0]}"
    given = site.get("with")
    settings = {f"in_{p}": v for p, v in given.items()} if isinstance(given, dict) else {}
    entering: dict[str, Value] = {"set": settings or {"in_unused": "1"}, "then": first}
    grown = {**nodes, node: entering}
    grown |= {names[name]: mover.body(body) for name, body in nodes_of(part).items()}
    parameters = part.get("parameters")
    types = {f"in_{p}": t for p, t in parameters.items()} if isinstance(parameters, dict) else {}
    declared = flow.get("vars")
    known = {**(declared if isinstance(declared, dict) else {}), **types}
    changed: dict[str, Value] = {**flow, **({"vars": known} if known else {}), "nodes": grown}
    moved = {f"{caller}.{new}": f"{called}.{old}" for old, new in {**names, **variables}.items()}
    return Rewritten("inlined", _kept_called(project.with_file(file, changed), called), moved=moved)


def _kept_called(project: Project, called: str) -> Project:
    """Without the flow, where nobody calls it any more."""
    used = any(
        body.get("call") == called for flow in flows_of(project) for body in nodes_of(flow).values()
    )
    return project if used else project.without(f"flows/{called}.flow.yaml")


def _variables(part: dict[str, Value]) -> list[str]:
    """What the flow's nodes fill, and its parameters."""
    found: dict[str, None] = {}
    parameters = part.get("parameters")
    found |= dict.fromkeys(parameters if isinstance(parameters, dict) else ())
    for body in nodes_of(part).values():
        for key in ("collect", "as"):
            if key in body:
                found[str(body[key])] = None
        settings = body.get("set")
        found |= dict.fromkeys(
            name for name in (settings if isinstance(settings, dict) else ()) if "_" in name
        )
    return list(found)


@dataclass(frozen=True, slots=True)
class _Mover:
    """A node of a flow as it stands in another: its names and variables, returns as ways."""

    names: Mapping[str, str]
    variables: Mapping[str, str]
    site: Mapping[str, Value]

    def body(self, body: dict[str, Value]) -> dict[str, Value]:
        if "return" in body:
            result = str(body["return"])
            way = self.site["then" if result == NOTHING else result]
            return {"set": {"in_unused": "1"}, "then": way}
        return {key: self._moved(value) for key, value in body.items()}

    def _moved(self, value: Value) -> Value:
        match value:
            case dict():
                return {self._word(key): self._moved(one) for key, one in value.items()}
            case list():
                return [self._moved(one) for one in value]
            case str():
                return type(value)(self._word(value))
            case _:
                return value

    def _word(self, text: str) -> str:
        """Variables and nodes have names that stand nowhere else in a text."""
        known = {**self.names, **self.variables}
        return NAME.sub(lambda found: known.get(found[0], found[0]), text)
