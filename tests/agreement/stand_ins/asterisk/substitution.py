"""`${ }` and `$[ ]` in a text, as the server substitutes them: once, from the inside out.

A text is taken apart once, when it is first met; what is left to do at each run are look-ups. Knows
neither applications nor functions: `Scope` has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from ..line import StandInError
from .expression import evaluate


class Scope(Protocol):
    """What a text is substituted in."""

    def variable(self, name: str, /) -> str | None:
        """A variable's value; None where it is not set."""

    def function(self, name: str, argument: str, /) -> str | None:
        """A function's value; None where it has none."""


Template = Callable[[Scope], str]
_OPENED = re.compile(r"\$([{\[])")
_SLICE = re.compile(r"([+-]?[0-9]+)?(?::([+-]?[0-9]+))?")


def substitute(text: str, scope: Scope) -> str:
    """The text with every variable and expression in it replaced by its value."""
    return template(text)(scope)


@lru_cache(maxsize=200_000)
def template(text: str) -> Template:
    """The text, made ready. Raises StandInError for a bracket without its end."""
    parts: list[str | Template] = []
    at = 0
    while (found := _OPENED.search(text, at)) is not None:
        if found.start() > at:
            parts.append(text[at : found.start()])
        end = _end(text, found.end(), found[1])
        inside = text[found.end() : end]
        parts.append(_variable(inside) if found[1] == "{" else _expression(inside))
        at = end + 1
    if at < len(text):
        parts.append(text[at:])
    return _joined(parts)


def _joined(parts: list[str | Template]) -> Template:
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0]
    if all(isinstance(one, str) for one in parts):
        plain = "".join(map(str, parts))
        return lambda _: plain
    return lambda scope: "".join([one if isinstance(one, str) else one(scope) for one in parts])


def _end(text: str, at: int, opened: str) -> int:
    """Where the bracket that was opened before `at` is closed. Brackets of the other kind are not counted."""
    closed = "}" if opened == "{" else "]"
    depth = 1
    while at < len(text):
        sign = text[at]
        if sign == "$" and text[at + 1 : at + 2] in ("{", "["):
            depth += text[at + 1] == opened
            at += 1
        elif sign == opened:
            depth += 1
        elif sign == closed:
            depth -= 1
            if not depth:
                return at
        at += 1
    raise StandInError(f"`{closed}` is missing in {text!r}")


def _expression(inside: str) -> Template:
    if _OPENED.search(inside) is None:
        value = evaluate(inside)
        return lambda _: value
    made = template(inside)
    return lambda scope: evaluate(made(scope))


def _variable(inside: str) -> Template:
    if _OPENED.search(inside) is None:
        return _read(inside)
    made = template(inside)
    return lambda scope: _read(made(scope))(scope)


@lru_cache(maxsize=100_000)
def _read(text: str) -> Template:
    """What `${text}` gives: a variable or a function, or a piece of one. Found in the text as it is now."""
    name, piece, is_function = _parted(text)
    found = _function(name) if is_function else _plain(name)
    if piece is None:
        return lambda scope: found(scope) or ""
    offset, length = piece
    return lambda scope: _cut(found(scope) or "", offset, length)


def _plain(name: str) -> Callable[[Scope], str | None]:
    return lambda scope: scope.variable(name)


def _function(call: str) -> Callable[[Scope], str | None]:
    name, _, rest = call.partition("(")
    argument, closed, _ = rest.rpartition(")")
    if not closed:
        raise StandInError(f"the function {call!r} has no last bracket")
    return lambda scope: scope.function(name, argument)


def _parted(text: str) -> tuple[str, tuple[int, int | None] | None, bool]:
    """The name, the piece of it that is asked for, and whether it is a function."""
    depth, is_function = 0, False
    for at, sign in enumerate(text):
        if sign == "(":
            depth, is_function = depth + 1, True
        elif sign == ")":
            depth -= 1
        elif sign == ":" and depth == 0:
            found = _SLICE.match(text, at + 1)
            assert found is not None
            length = None if found[2] is None else int(found[2])
            return text[:at], (int(found[1] or 0), length), is_function
    return text, None, is_function


def _cut(value: str, offset: int, length: int | None) -> str:
    """From an offset (from the end where it is negative), so many signs, or all but so many."""
    if offset < 0:
        offset = max(len(value) + offset, 0)
    rest = value[offset:]
    if length is None:
        return rest
    return rest[:length] if length >= 0 else rest[: max(len(rest) + length, 0)]
