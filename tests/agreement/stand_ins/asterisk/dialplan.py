"""A dialplan as the server holds it: contexts, extensions and patterns in their order of matching.

Knows no file and no call. Names are compared as the server does: `-` counts for nothing in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..line import StandInError

MOST_NAME = 79
MOST_KEPT = 20_000  # places that were looked up and are remembered
_CLASSES = {
    "N": (0x800, "2", "23456789"),
    "X": (0xA00, "0", "0123456789"),
    "Z": (0x900, "1", "123456789"),
}
_END, _MANY, _ANY = 0x30000, 0x18000, 0x28000  # how unspecific the end, `.` and `!` are

Rank = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One priority: its application and its argument, not yet substituted."""

    application: str
    data: str
    line: int


@dataclass(slots=True)
class Extension:
    """The steps of a name or a pattern, by their number from 1, and the labels of some."""

    name: str
    steps: dict[int, Step] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Context:
    name: str
    extensions: dict[str, Extension] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)

    def ordered(self) -> list[tuple[Callable[[str], bool], Extension]]:
        """Exact names first, then patterns, the most specific first, each with its test."""
        patterns = [one for name, one in self.extensions.items() if name.startswith("_")]
        patterns.sort(key=lambda one: rank(one.name))
        return [(_tester(one.name), one) for one in patterns]

    def exact(self) -> dict[str, Extension]:
        """By name without the signs that count for nothing."""
        return {_bare(name): one for name, one in self.extensions.items() if name[0] != "_"}


class Dialplan:
    """All contexts. What was found once is found at once again."""

    def __init__(self, contexts: dict[str, Context]) -> None:
        self._contexts = contexts
        self._exact = {name: context.exact() for name, context in contexts.items()}
        self._patterns = {name: context.ordered() for name, context in contexts.items()}
        self._found: dict[tuple[str, str], tuple[Extension, ...]] = {}

    def step(self, context: str, exten: str, priority: int) -> Step | None:
        """The step there, in the order in which the server looks; None where there is none."""
        for extension in self._matching(context, exten):
            found = extension.steps.get(priority)
            if found is not None:
                return found
        return None

    def labelled(self, context: str, exten: str, label: str) -> int | None:
        """The priority of a label."""
        for extension in self._matching(context, exten):
            if label in extension.labels:
                return extension.labels[label]
        return None

    def __iter__(self) -> Iterator[Context]:
        return iter(self._contexts.values())

    def _matching(self, context: str, exten: str) -> tuple[Extension, ...]:
        place = context, exten
        found = self._found.get(place)
        if found is None:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            found = self._found[place] = tuple(self._search(context, exten, []))
        return found

    def _search(self, context: str, exten: str, passed: list[str]) -> Iterator[Extension]:
        """The context's own extensions, then its includes', each context once."""
        if exten.startswith("_"):
            raise StandInError(f"{exten} is looked up, which is a pattern itself")
        if context in passed or context not in self._contexts:
            return
        bare = _bare(exten)
        if bare in self._exact[context]:
            yield self._exact[context][bare]
        yield from (one for matches, one in self._patterns[context] if matches(bare))
        passed.append(context)
        for name in self._contexts[context].includes:
            yield from self._search(name, exten, passed)


def _bare(name: str) -> str:
    return name.replace("-", "")


def _tester(pattern: str) -> Callable[[str], bool]:
    """Does the pattern match a name (which has no `-` any more)?"""
    parts = []
    for sign, members in _places(pattern):
        if sign == ".":
            parts.append(".+")
            break
        if sign == "!":
            parts.append(".*")
            break
        parts.append(f"[{''.join(map(re.escape, members))}]" if members else re.escape(sign))
    compiled = re.compile("".join(parts), re.DOTALL)
    return lambda name: compiled.fullmatch(name) is not None


def rank(pattern: str) -> Rank:
    """Where a pattern stands among others: the least comes first.

    Place by place: a sign before a set, a small set before a larger one, then `.`, then `!`; of two
    sets of the same size and lowest sign, the one with the lower signs.
    """
    found: list[tuple[int, bytes]] = []
    for sign, members in _places(pattern):
        match sign:
            case ".":
                found.append((_MANY, _inverted("")))
            case "!":
                found.append((_ANY, _inverted("")))
            case _ if sign in _CLASSES:
                size, lowest, _ = _CLASSES[sign]
                found.append((size | ord(lowest), _inverted(members)))
            case "[":
                found.append((0x100 * len(set(members)) | ord(min(members)), _inverted(members)))
            case _:
                found.append((0x100 | ord(sign), _inverted(sign)))
    return (*found, (_END, _inverted("")))


def _inverted(members: str) -> bytes:
    """Sorts before another where its lowest signs are lower."""
    bits = bytearray(b"\xff" * 32)
    for member in members:
        code = ord(member)
        bits[code // 8] &= 0xFF ^ (0x80 >> (code % 8))
    return bytes(bits)


def _places(pattern: str) -> Iterator[tuple[str, str]]:
    """The signs of a pattern behind its `_`, each with the members of its set ("" for a plain one)."""
    at = 1
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        if sign == "-":
            continue
        if sign.upper() in _CLASSES:
            yield sign.upper(), _CLASSES[sign.upper()][2]
        elif sign == "[":
            end = pattern.find("]", at)
            if end < 0:
                raise StandInError(f"a set without an end in {pattern}")
            if end > at:
                yield "[", _members(pattern[at:end])
            at = end + 1
        else:
            yield sign, ""


def _members(inside: str) -> str:
    found, at = "", 0
    while at < len(inside):
        if at + 2 < len(inside) and inside[at + 1] == "-":
            found += "".join(map(chr, range(ord(inside[at]), ord(inside[at + 2]) + 1)))
            at += 3
        else:
            found += inside[at]
            at += 1
    return found
