"""What the next generation is, and what a deploy of it would do. Pure: it looks at what it is given.

Which releases stay: the one that calls enter, the `KEPT` before it for a rollback, and every one
that a call is still in.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.deploy.generations import Generation, hashed
from flowc.plan import Change, Conflict, Create, Delete, Keep, Plan, Update
from flowc.target import Calls, HostLine, Installer, Loaded

KEPT = 2


def deployed(before: Generation, release: str, calls: Calls, installer: Installer) -> Generation:
    """The generation in which calls enter a release."""
    history = (*(each for each in before.history if each != release), release)
    return _next(before, history, (*before.loaded, release), calls, installer)


def rolled_back(before: Generation, calls: Calls, installer: Installer) -> Generation:
    """The generation in which calls enter the release before. There must be one."""
    return _next(before, before.history[:-1], before.loaded, calls, installer)


def _next(
    before: Generation,
    history: tuple[str, ...],
    candidates: tuple[str, ...],
    calls: Calls,
    installer: Installer,
) -> Generation:
    current = history[-1]
    # What was current a moment ago may have got a call since the calls were counted.
    needed = {current, *history[-1 - KEPT :], before.current}
    loaded = tuple(
        each
        for each in dict.fromkeys(candidates)
        if each in needed or calls.in_release(each) or calls.between
    )
    kept = tuple(each for each in history if each in loaded)
    files = hashed(installer.files(Loaded(current, loaded)))
    return Generation(before.number + 1, current, loaded, kept, files)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan is made from: how things stand. `lines` are those that the host still lacks;
    `faults`: what stops a deploy that isn't forced; `lost`: numbers that are answered no more."""

    before: Generation
    after: Generation
    is_staged: bool
    lines: tuple[HostLine, ...]
    calls: Calls
    faults: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def plan_of(situation: Situation) -> Plan:
    """Every change that a deploy would make, in its order."""
    before, after = situation.before, situation.after
    changes: list[Change] = [Conflict(each, "use --force to go on") for each in situation.faults]
    release = after.current or ""
    if situation.is_staged:
        changes.append(Keep(f"release {release}", "already there"))
    else:
        changes.append(Create(f"release {release}"))
    changes += [Update(str(each.file), f"add: {each.line}") for each in situation.lines]
    changes += _files(before, after)
    changes += [_loaded(each, situation) for each in before.loaded if each != release]
    changes += [Delete(f"number {each}", "answered no more") for each in situation.lost]
    changes.append(_entry(before, after))
    return Plan(tuple(changes))


def _files(before: Generation, after: Generation) -> list[Change]:
    old = dict(before.files)
    changes: list[Change] = []
    for name, hash_ in after.files:
        shown = f"current/{name}"  # the server's own has the same name
        if name not in old:
            changes.append(Create(shown))
        elif old[name] != hash_:
            changes.append(Update(shown))
        else:
            changes.append(Keep(shown))
    return changes


def _loaded(release: str, situation: Situation) -> Change:
    calls = situation.calls.in_release(release)
    if release not in situation.after.loaded:
        return Delete(f"release {release}", "no call is in it")
    return Keep(f"release {release}", f"calls in it: {calls}" if calls else "for a rollback")


def _entry(before: Generation, after: Generation) -> Change:
    if before.current == after.current:
        return Keep(f"calls enter {after.current}")
    if before.current is None:
        return Create(f"calls enter {after.current}")
    return Update(f"calls enter {after.current}", f"until now {before.current}")
