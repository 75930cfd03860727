"""Smaller projects than one: each leaves a piece out, or says one in fewer words.

Knows the form of a project's files and asks no compiler: many of these compile no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flowc.syntax.write_yaml import Value
from fuzz.project import Project

Path = tuple[str | int, ...]
PLAIN_TEXT = "好。"
END = "the_end"  # a node that a smaller project may get


def smaller_projects(project: Project) -> Iterator[Project]:
    """Fewer files, fewer nodes, fewer fields, plainer texts."""
    for name in sorted(project.files, key=lambda one: -len(str(project.files[one]))):
        if name != "flowc.yaml":
            yield project.without(name)
    yield _without_defaults(project)
    yield from _fewer_nodes(project)
    pieces = sorted(_pieces(dict(project.files)), key=lambda found: -found[0])
    for _, path in pieces:
        yield replace(project, files=_without(dict(project.files), path))
    yield from _plainer(project)
    yield from _led_to_ends(project)


# What nodes inherit, by kind.
INHERITED = {
    **dict.fromkeys(("menu", "collect", "confirm"), ("gave_up",)),
    **dict.fromkeys(("lookup", "queue", "voicemail"), ("error",)),
    **dict.fromkeys(("request", "ticket"), ("error", "unknown")),
}


def _without_defaults(project: Project) -> Project:
    """Nothing inherited: what nodes leave out leads to a node that ends the call."""
    files: dict[str, Value] = {}
    for name, content in project.files.items():
        if name == "flowc.yaml" and isinstance(content, dict):
            files[name] = {
                k: v for k, v in content.items() if k not in ("defaults", "person", "keys")
            }
        elif isinstance(content, dict) and isinstance(content.get("nodes"), dict):
            files[name] = _all_named(content)
        else:
            files[name] = content
    return replace(project, files=files)


def _all_named(flow: dict[str, Value]) -> dict[str, Value]:
    nodes = flow["nodes"]
    assert isinstance(nodes, dict)
    named: dict[str, Value] = {}
    for node, body in nodes.items():
        kinds = [kind for kind in INHERITED if isinstance(body, dict) and kind in body]
        missing = {out: END for kind in kinds for out in INHERITED[kind] if out not in body}
        named[node] = {**body, **missing} if isinstance(body, dict) else body
    return {
        **_replaced(flow, "person", END),
        "nodes": {**_replaced(named, "person", END), END: {"hangup": PLAIN_TEXT}},
    }


def pruned(project: Project) -> Project:
    """Without nodes and flows that nothing names."""
    flows = {
        str(content["flow"]): (name, content)
        for name, content in project.files.items()
        if isinstance(content, dict)
        and "flow" in content
        and isinstance(content.get("nodes"), dict)
    }
    reached: set[tuple[str, str]] = set()
    waiting = [("", word) for word in _words(project.files.get("flowc.yaml"))]
    while waiting:
        flow, word = waiting.pop()
        for place in _places(flow, word, {key: held[1] for key, held in flows.items()}):
            if place not in reached:
                reached.add(place)
                body = flows[place[0]][1]["nodes"][place[1]]
                waiting += [(place[0], inner) for inner in _words(body)]
    files = dict(project.files)
    for key, (name, content) in flows.items():
        nodes = {n: body for n, body in content["nodes"].items() if (key, n) in reached}
        if nodes:
            files[name] = {**content, "nodes": nodes}
        else:
            del files[name]
    return replace(project, files=files)


def _places(flow: str, word: str, flows: dict[str, dict[str, Value]]) -> list[tuple[str, str]]:
    """The nodes that a word may name."""
    other, dot, node = word.partition(".")
    found = []
    if dot and other in flows and node in flows[other]["nodes"]:
        found.append((other, node))
    if flow in flows and word in flows[flow]["nodes"]:
        found.append((flow, word))
    if word in flows:
        found += [(word, start) for start in list(flows[word]["nodes"])[:1]]
    return found


def _words(value: Value) -> set[str]:
    match value:
        case dict():
            return {word for one in value.values() for word in _words(one)}
        case list():
            return {word for one in value for word in _words(one)}
        case str():
            return {str(value)}
        case _:
            return set()


def _fewer_nodes(project: Project) -> Iterator[Project]:
    """Without a node: whatever led to it leads to where one of its ways leads."""
    for name, content in project.files.items():
        nodes = content.get("nodes") if isinstance(content, dict) else None
        if not isinstance(nodes, dict):
            continue
        for node, body in nodes.items():
            rest = {other: kept for other, kept in nodes.items() if other != node}
            for to in _ways(body, set(rest)):
                led = _replaced({**content, "nodes": rest}, node, to)
                yield project.with_file(name, led)
            ended = {**content, "nodes": {**nodes, node: {"hangup": PLAIN_TEXT}}}
            if body != {"hangup": PLAIN_TEXT}:
                yield project.with_file(name, ended)


def _ways(value: Value, nodes: set[str]) -> list[str]:
    """The nodes that a body names, each once."""
    match value:
        case dict():
            found = [name for one in value.values() for name in _ways(one, nodes)]
        case list():
            found = [name for one in value for name in _ways(one, nodes)]
        case str():
            found = [value] if value in nodes else []
        case _:
            found = []
    return list(dict.fromkeys(found))


def _replaced(value: Value, old: str, new: str) -> Value:
    match value:
        case dict():
            return {key: _replaced(one, old, new) for key, one in value.items()}
        case list():
            return [_replaced(one, old, new) for one in value]
        case str() if value == old:
            return new
        case _:
            return value


def _pieces(value: Value, path: Path = ()) -> Iterator[tuple[int, Path]]:
    """Everything that could be left out, with its size."""
    inside: list[tuple[str | int, Value]] = []
    match value:
        case dict():
            inside = list(value.items())
        case list():
            inside = list(enumerate(value))
    for key, one in inside:
        here = (*path, key)
        if len(here) > 1:
            yield len(str(one)), here
        yield from _pieces(one, here)


def _without(value: dict[str, Value], path: Path) -> dict[str, Value]:
    changed = _removed(value, path)
    assert isinstance(changed, dict)
    return changed


def _removed(value: Value, path: Path) -> Value:
    first, *rest = path
    match value:
        case dict():
            if not rest:
                return {key: one for key, one in value.items() if key != first}
            return {
                key: _removed(one, tuple(rest)) if key == first else one
                for key, one in value.items()
            }
        case list():
            if not rest:
                return [one for at, one in enumerate(value) if at != first]
            return [
                _removed(one, tuple(rest)) if at == first else one for at, one in enumerate(value)
            ]
        case _:
            return value


SPOKEN = ("say", "menu", "confirm", "hangup", "voicemail", "prompt", "zh", "en", "text")


def _plainer(project: Project) -> Iterator[Project]:
    """One text plain, one condition simple."""
    files = dict(project.files)
    for _, path in list(_pieces(files)):
        key, held = path[-1], _at(files, path)
        if key in SPOKEN and held != PLAIN_TEXT and held is not None:
            yield replace(project, files=_set(files, path, PLAIN_TEXT))
        elif key in ("if", "when") and held not in ("true", "false"):
            yield replace(project, files=_set(files, path, "true"))
            yield replace(project, files=_set(files, path, "false"))


def _led_to_ends(project: Project) -> Iterator[Project]:
    """One way straight to a node that ends the call."""
    files = dict(project.files)
    for name, content in files.items():
        nodes = content.get("nodes") if isinstance(content, dict) else None
        if not isinstance(nodes, dict):
            continue
        ends = [node for node, body in nodes.items() if isinstance(body, dict) and "hangup" in body]
        others = {*nodes, *_flow_names(project)} - set(ends[:1])
        for _, path in list(_pieces(content)):
            held = _at(content, path)
            if ends and path[0] == "nodes" and isinstance(held, str) and held in others:
                yield project.with_file(name, _set(content, path, ends[0]))


def _flow_names(project: Project) -> set[str]:
    return {
        str(one["flow"])
        for one in project.files.values()
        if isinstance(one, dict) and "flow" in one
    }


def _at(value: Value, path: Path) -> Value:
    for step in path:
        assert isinstance(value, dict | list)
        value = value[step]  # type: ignore[index]
    return value


def _set(value: Value, path: Path, new: Value) -> dict[str, Value]:
    changed = _changed(value, path, new)
    assert isinstance(changed, dict)
    return changed


def _changed(value: Value, path: Path, new: Value) -> Value:
    if not path:
        return new
    first, *rest = path
    match value:
        case dict():
            return {
                key: _changed(one, tuple(rest), new) if key == first else one
                for key, one in value.items()
            }
        case list():
            return [
                _changed(one, tuple(rest), new) if at == first else one
                for at, one in enumerate(value)
            ]
        case _:
            return value
