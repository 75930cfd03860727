"""From a project and a call that differ to the smallest ones that still do.

Takes pieces out, the large ones first, and keeps what still differs; what no longer compiles, or no
longer differs, is put back. Knows no executor: it is given a question.
"""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flowc.simulate.script import CallScript, Happens, Press
from fuzz.project import Project
from fuzz.smaller import pruned, smaller_projects


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
    known = str(case.project.files)
    for project in map(pruned, smaller_projects(case.project)):
        if str(project.files) != known:
            yield replace(case, project=project)


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
