"""The words that a release holds, and the form of each: what the files of any target are made of.

Every function gives its word back, or raises QuoteError. No form holds a sign that one of the servers'
languages reads as its own; what is one server's alone stands in that target's `quote`, which is the
only door by which any word enters its files.
"""

from __future__ import annotations

import re

_RELEASE = re.compile(r"[0-9a-f]{8}")
_SEGMENT = re.compile(r"[a-z][a-z0-9_]*")
_VARIABLE = re.compile(r"[a-z0-9][a-z0-9_]*(\.[a-z0-9][A-Za-z0-9_-]*)*")
_DIGITS = re.compile(r"\+?[0-9]+")
_KEYS = re.compile(r"[0-9*#A-D]+")
_PLACES = re.compile(r"([0-9X]|\[[0-9]+(-[0-9])?\])+")
_PATH = re.compile(r"(/[A-Za-z0-9_.-]+)+")
_SOUND = re.compile(r"[A-Za-z0-9_~.-]+(/[A-Za-z0-9_~.-]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class QuoteError(ValueError):
    """A word that cannot stand in a server's files."""


def fitting(form: re.Pattern[str], value: str, what: str) -> str:
    """The value where it has the form from end to end."""
    if not form.fullmatch(value):
        raise QuoteError(f"{value!r} is no {what}")
    return value


def release8(release: str) -> str:
    """A release's id on a server."""
    return fitting(_RELEASE, release, "release id of 8 hex digits")


def segment(name: str) -> str:
    """A flow's, node's, part's, list's, flag's, mark's or queue's name."""
    return fitting(_SEGMENT, name, "name")


def is_segment(name: str) -> bool:
    """Whether it could be such a name."""
    return _SEGMENT.fullmatch(name) is not None


def variable(name: str) -> str:
    """A flat variable or a register."""
    return fitting(_VARIABLE, name, "variable's name")


def digits(value: str) -> str:
    """A telephone number or an entry of a list."""
    return fitting(_DIGITS, value, "number")


def key(value: str) -> str:
    """Keys of a telephone."""
    return fitting(_KEYS, value, "keys")


def places(pattern: str) -> str:
    """A pattern of digits: `1[3-9]XX`, `X` for any."""
    return fitting(_PLACES, pattern, "pattern of digits")


def path(value: str) -> str:
    """An absolute folder or file of a server."""
    return _no_way_up(fitting(_PATH, value, "absolute path of plain names"))


def sound(value: str) -> str:
    """A sound key or the last part of one."""
    return _no_way_up(fitting(_SOUND, value, "sound key"))


def language(value: str) -> str:
    """A language of a project."""
    return fitting(_LANGUAGE, value, "language")


def one_line(value: str) -> str:
    """Any text but control characters and what ends a line."""
    if _CONTROL.search(value):
        raise QuoteError(f"{value[:120]!r} holds a control character or a line separator")
    return value


def _no_way_up(value: str) -> str:
    if ".." in value:
        raise QuoteError(f"{value!r} leads out of its folder")
    return value
