"""What a server reads out of a file, as structure: what is there, without the words in it.

Each reader takes as much for granted as the server does, and no more: the dialplan's comments and
directives, the preprocessor's lines of XML, Lua's own parser. Two texts with the same structure do
the same; a word that got out of its place changes it. Knows nothing of flowc's emitters.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

MOST_LINE = 8191  # the server skips longer ones
Structure = tuple[object, ...]


def shape(text: str) -> str:
    """The signs of a text that may mean something; a word, a path and a number are all `w`."""
    words = re.sub(r"[A-Za-z0-9_.~-]+", "w", text)
    return re.sub(r"/?w(/w)*/?", "w", words)


def _leaf(text: str, word: str) -> str:
    """The shape of a value that a parser gave; the word that was put in is one word, whatever it is."""
    if word and (text == word or (len(word) > 2 and not _PLAIN.fullmatch(word))):
        text = text.replace(word, "w")
    return shape(text)


_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]+")


def dialplan(text: str, word: str = "") -> Structure:
    """Contexts, steps, settings and directives of a .conf file, as the server's reader finds them."""
    return tuple(_conf_lines(text, word))


def _conf_lines(text: str, word: str) -> Iterator[tuple[str, ...]]:
    commented = False
    for raw in text.split("\n"):
        if len(raw.encode()) > MOST_LINE:
            yield ("too long",)
            continue
        line, commented = _uncommented(raw, commented)
        line = line.strip()
        if not line:
            continue
        if commented:
            yield ("comment that goes on",)
        if line.startswith("#"):
            yield ("directive", line)
        elif line.startswith("["):
            yield ("context", shape(line))
        else:
            yield ("line", step(line, word))


def _uncommented(raw: str, commented: bool) -> tuple[str, bool]:
    """A line without what the server takes for a comment; `;--` opens one over lines."""
    if commented:
        end = raw.find("--;")
        return ("", True) if end < 0 else _uncommented(raw[end + 3 :], False)
    at = -1
    while True:
        at = raw.find(";", at + 1)
        if at < 0:
            return raw, False
        if at and raw[at - 1] == "\\":
            continue
        if raw[at : at + 3] == ";--" and raw[at : at + 4] != ";---":
            rest, still = _uncommented(raw[at + 3 :], True)
            return raw[:at] + rest, still
        return raw[:at], False


def step(line: str, word: str) -> str:
    """A step with its constants decoded, as the server will have them, and then their shape."""
    decoded = re.sub(
        r"\$\{URIDECODE\(([^()]*)\)\}", lambda it: _constant(unquote(it[1]), word), line
    )
    return shape(decoded)


def _constant(value: str, word: str) -> str:
    """A decoded constant is one word, if it is the word that was put in."""
    return "w" if word and value == word else shape(value)


def xml(text: str, word: str = "") -> Structure:
    """Tags, attributes and texts, and what the server's preprocessor would take for orders."""
    orders = tuple(
        line.strip()
        for line in text.splitlines()
        if re.search(r"x-pre-process|<\?|\$\$", line, re.IGNORECASE)
    )
    if "<!" in text:
        return ("comment or declaration", text)
    return (orders, *_element(ET.fromstring(text), word))


def _element(element: ET.Element, word: str) -> Iterator[object]:
    yield element.tag
    yield tuple((name, _leaf(value, word)) for name, value in element.attrib.items())
    yield _leaf((element.text or "").strip(), word)
    for child in element:
        yield tuple(_element(child, word))
        yield _leaf((child.tail or "").strip(), word)


def lua(text: str, word: str = "") -> Structure:
    """What a file of data gives, run by Lua where nothing can be called."""
    from lupa.lua52 import LuaRuntime

    runtime = LuaRuntime(encoding=None, unpack_returned_tuples=True)
    loaded = runtime.eval(
        "function(source, ran) "
        "local env = setmetatable({}, {__index = function(_, name) ran(name) end}) "
        "return load(source, 'data', 't', env)() end"
    )
    called: list[bytes] = []
    value = loaded(text.encode(), called.append)
    return (tuple(called), _value(value, word))


def _value(value: Any, word: str) -> object:
    if isinstance(value, bytes):
        return _leaf(value.decode("utf-8", "surrogateescape"), word)
    if not hasattr(value, "items"):
        return value
    pairs = [(_value(key, word), _value(each, word)) for key, each in value.items()]
    return tuple(sorted(pairs, key=repr))


def difference(one: object, other: object) -> str:
    """Where two structures part first, and what stands there."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in one.keys() | other.keys():
            if one.get(key) != other.get(key):
                return f"{key}: {difference(one.get(key), other.get(key))}"
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        for left, right in zip(one, other, strict=False):
            if left != right:
                return difference(left, right)
        return f"{len(one)} parts instead of {len(other)}"
    return f"{str(one)[:200]!r} instead of {str(other)[:200]!r}"
