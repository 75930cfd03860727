"""From a project and a call that differ to the smallest ones that still do.

Takes pieces out, the large ones first, and keeps what still differs; what no longer compiles, or no
longer differs, is put back. Knows no executor: it is given a question.
"""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flowc.simulate.script import CallScript, Happens, Press
from flowc.syntax.write_yaml import Value
from fuzz.project import Project

Path = tuple[str | int, ...]
PLAIN_TEXT = "好。"


@dataclass(frozen=True, slots=True)
class Case:
    """A project and one call on it."""

    project: Project
    script: CallScript

    @property
    def size(self) -> int:
        """How much there is to read."""
        return len(str(self.project.files)) + len(str(self.script.steps))


Differing = Function[[Sequence[Case]], Sequence[bool]]
"""Which of some cases still differ."""


def shrunk(case: Case, differing: Differing, at_once: int = 1) -> Case:
    """The smallest case that is found. `at_once`: how many are asked about together."""
    while True:
        smaller = _smaller(case, differing, at_once)
        if smaller is None:
            return case
        case = smaller


def _smaller(case: Case, differing: Differing, at_once: int) -> Case | None:
    """The first smaller case that still differs, taken as far as it goes in one pass."""
    found: Case | None = None
    waiting: list[Case] = []
    for smaller in candidates(case):
        waiting.append(smaller)
        if len(waiting) >= at_once:
            found = _first(waiting, differing)
            waiting = []
            if found is not None:
                return found
    return _first(waiting, differing) if waiting else None


def _first(cases: Sequence[Case], differing: Differing) -> Case | None:
    return next((one for one, is_it in zip(cases, differing(cases), strict=True) if is_it), None)


def candidates(case: Case) -> Iterator[Case]:
    """Smaller cases, those that leave out most first."""
    yield from (replace(case, script=script) for script in smaller_scripts(case.script))
    yield from (replace(case, project=project) for project in smaller_projects(case.project))


# --- calls


def smaller_scripts(script: CallScript) -> Iterator[CallScript]:
    """Fewer steps, fewer keys, a plainer world."""
    for part in (2, 4):
        size = len(script.steps) // part
        for start in range(0, len(script.steps), size) if size > 1 else ():
            yield replace(script, steps=(*script.steps[:start], *script.steps[start + size :]))
    for place in range(len(script.steps) - 1, -1, -1):
        yield replace(script, steps=(*script.steps[:place], *script.steps[place + 1 :]))
    for name, plain in (("caller", ""), ("at", ""), ("language", ""), ("flags", ())):
        if getattr(script, name):
            yield replace(script, **{name: plain})
    yield from _fewer_services(script)
    yield from _fewer_keys(script)


def _fewer_services(script: CallScript) -> Iterator[CallScript]:
    for place, (name, replies) in enumerate(script.services):
        before, after = script.services[:place], script.services[place + 1 :]
        yield replace(script, services=(*before, *after))
        if len(replies) > 1:
            yield replace(script, services=(*before, (name, replies[:-1]), *after))


def _fewer_keys(script: CallScript) -> Iterator[CallScript]:
    for place, step in enumerate(script.steps):
        if isinstance(step, Press) and len(step.keys) > 1:
            for keys in (step.keys[:-1], step.keys[1:]):
                shorter = replace(step, keys=keys)
                steps = (*script.steps[:place], shorter, *script.steps[place + 1 :])
                yield replace(script, steps=steps)
        elif isinstance(step, Happens) and step.after_ms:
            sooner = replace(step, after_ms=0)
            yield replace(script, steps=(*script.steps[:place], sooner, *script.steps[place + 1 :]))


# --- projects


def smaller_projects(project: Project) -> Iterator[Project]:
    """Fewer files, fewer nodes, fewer fields, plainer texts."""
    for name in sorted(project.files, key=lambda one: -len(str(project.files[one]))):
        if name != "flowc.yaml":
            yield project.without(name)
    yield from _fewer_nodes(project)
    pieces = sorted(_pieces(dict(project.files)), key=lambda found: -found[0])
    for _, path in pieces:
        yield replace(project, files=_without(dict(project.files), path))
    yield from _plainer(project)
    yield from _led_to_ends(project)


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
