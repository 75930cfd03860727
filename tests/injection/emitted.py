"""Every text of a graph and of its environment made hostile, one after another, at the door of each
target: it is refused, or what the server reads has the structure of the harmless twin's.

The compiler's own checks are gone round: a target holds by itself. Needs no server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from flowc.source import Span
from flowc.target import Artifact, Bundle, EmitError, EmitRequest, load_target
from tests.injection import readers, samples
from tests.injection.cases import Broken, Sink, Source, Tally
from tests.injection.strings import Attack

# Closed sets and constants of the compiler's own.
_NOT_TEXT = {
    *("Call.function", "Binary.operator", "Origin.kind", "EmitRequest.release", "Switch.variable"),
    "EmitRequest.digit_fragments name",
}
# What is no attack in such a place but another good value, which may well mean something else.
_GOOD = {
    "numbers": r"\+?[0-9]+",
    "lists": r"\+?[0-9]+",
    "allowed": r"\+?[0-9]*\*?",
    "keys": r"[0-9*#A-D]+",
    "exit_keys": r"[0-9*#A-D]+",
    "accept": r"[0-9*#A-D]+",
    "end_key": r"[0-9*#A-D]+",
    "members": r"[A-Za-z0-9_./@-]+",
    "part": r"start",
    "value": r"",
    "cases": r"[0-9*#A-D]*",
    "results": r"[0-9*#A-D]*",
}
_TARGETS = ("asterisk", "freeswitch")
_CASE = "c0"


def texts_of(value: object, owner: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the field that holds it: `Sound.id`, `FlowGraph.lists` ..."""
    match value:
        case str() if owner not in _NOT_TEXT:
            yield owner, value
        case Enum() | Span():
            return
        case Mapping():
            for key, each in value.items():
                yield from texts_of(key, f"{owner} name")
                yield from texts_of(each, owner)
        case tuple() | frozenset():
            for each in value:
                yield from texts_of(each, owner)
        case _ if is_dataclass(value):
            for each in fields(value):
                yield from texts_of(
                    getattr(value, each.name), f"{type(value).__name__}.{each.name}"
                )


def with_text(value: Any, old: str, new: str, owner: str = "") -> Any:
    """The same value with one text in the place of another, wherever it stands whole."""
    match value:
        case str():
            return new if value == old and owner not in _NOT_TEXT else value
        case Enum() | Span():
            return value
        case Mapping():
            return {
                with_text(key, old, new): with_text(each, old, new) for key, each in value.items()
            }
        case tuple():
            return tuple(with_text(each, old, new, owner) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = {}
            for each in fields(value):
                held = getattr(value, each.name)
                changed[each.name] = with_text(
                    held, old, new, f"{type(value).__name__}.{each.name}"
                )
            return replace(value, **changed)
    return value


def places() -> dict[str, tuple[EmitRequest, str]]:
    """One text of each kind of place: the request it stands in, and the text as it is there."""
    found: dict[str, tuple[EmitRequest, str]] = {}
    for name, request in samples.requests().items():
        by_text: dict[str, set[str]] = {}
        for owner, text in texts_of(request):
            by_text.setdefault(text, set()).add(owner)
        for text, owners in by_text.items():
            place = " ".join(sorted(owners))
            if text and (name in samples.WHOLE or place not in found):
                found[f"{place} of {name}" if name in samples.WHOLE else place] = request, text
    return found


def structures(bundle: Bundle, word: str) -> dict[str, object]:
    """What a server reads out of each file, by the shape of its name."""
    return {
        f"{readers.shape(each.path)} {place}": _structure(each, word)
        for place, each in enumerate(bundle.artifacts)
    }


def _structure(artifact: Artifact, word: str) -> object:
    kind = artifact.path.rpartition(".")[2]
    name = artifact.path.rpartition("/")[2]
    if kind == "conf":
        return readers.dialplan(artifact.text, word)
    if kind == "xml":
        return readers.xml(artifact.text, word)
    if kind == "lua" and (name.startswith("flow_") or name == "release.lua"):
        return readers.lua(artifact.text, word)
    return readers.shape(artifact.text) if kind == "txt" else len(artifact.content) > 0


Emit = Callable[[EmitRequest], Bundle]
SINKS = {"asterisk": (Sink.DIALPLAN,), "freeswitch": (Sink.LUA, Sink.XML)}


def sweep(
    attacks: tuple[Attack, ...],
    tell: Callable[[str], None] = lambda _: None,
    targets: tuple[str, ...] = _TARGETS,
) -> Tally:
    """Every place x every string x every target."""
    tally = Tally()
    known = places()
    for target in targets:
        emit = load_target(target).emit
        for place, (request, text) in known.items():
            twin = structures(emit(request), text)
            for attack in attacks:
                _try(tally, emit, target, place, (request, text), twin, attack)
        tell(f"{target}: {len(known)} places x {len(attacks)} strings at its door")
    return tally


def _try(
    tally: Tally,
    emit: Emit,
    target: str,
    place: str,
    where: tuple[EmitRequest, str],
    twin: dict[str, object],
    attack: Attack,
) -> None:
    request, old = where
    hostile = attack.armed(_CASE, "/nowhere")
    if _is_good(place, hostile):
        return
    for sink in SINKS[target]:
        tally.count(Source.AUTHOR, sink)
    try:
        made = emit(with_text(request, old, hostile))
    except EmitError:
        return
    except Exception as error:
        what = f"{place}: not refused, but broken by: {type(error).__name__}: {error}"
        tally.broken.append(_broken(target, SINKS[target][0], attack, hostile, what))
        return
    found = structures(made, hostile)
    if twin not in (found, structures(made, "")):
        what = f"{place}: {readers.difference(found, twin)}"
        tally.broken.append(_broken(target, SINKS[target][0], attack, hostile, what))


def _is_good(place: str, text: str) -> bool:
    """Is the text a good value of every field that it stands in?"""
    forms = [_GOOD.get(each.rpartition(".")[2]) for each in place.split(" ") if "." in each]
    return any(form is not None and re.fullmatch(form, text) for form in forms)


def _broken(target: str, sink: Sink, attack: Attack, hostile: str, what: str) -> Broken:
    return Broken(target, Source.AUTHOR, sink, attack.name, hostile, what)
