"""The only door by which a word enters XML, Lua, a dial string or an API's argument.

Every function either gives text that means just itself to the server, or raises `QuoteError`. A `$`
or a `{` reaches none of the server's own languages, which expand them wherever they are met. Knows
nothing of graphs.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from flowc.target import words

_COMMAND_WORD = re.compile(r"[A-Za-z0-9_.@:/+=\[\]-]+")
_MUSIC = re.compile(r"[A-Za-z0-9_.-]+")
_TRUNK = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_CONTACT = re.compile(
    r"[A-Za-z0-9_.-]+(/(sips?:)?[A-Za-z0-9_.-]+)*(@[A-Za-z0-9_.-]+)?(:[0-9]{1,5})?"
)
_PLAIN = re.compile(r"[A-Za-z0-9 _.,:;/@()+*#!?=<>\[\]-]")
_PREPROCESSED = re.compile(r"x-pre-process|<\s*/?\s*include|<\?", re.IGNORECASE)


QuoteError = words.QuoteError
# What is flowc's own has one form on every server.
release8, segment, variable, digits = words.release8, words.segment, words.variable, words.digits
key, path, sound, language = words.key, words.path, words.sound, words.language
text = words.one_line  # a constant of the flow's


def lua(value: str) -> str:
    """Any text as a Lua string of plain ASCII: whatever is not plainly harmless is `\\ddd`."""
    return '"' + "".join(map(_lua_sign, value)) + '"'


def _lua_sign(sign: str) -> str:
    if _PLAIN.fullmatch(sign):
        return sign
    try:
        return "".join(f"\\{byte:03d}" for byte in sign.encode())
    except UnicodeEncodeError as reason:
        raise QuoteError(f"{sign!r} is no character") from reason


def attribute(value: str) -> str:
    """A value of an XML attribute, in its quotes. Refuses what the server would expand or drop."""
    if "$" in words.one_line(value) or "\\'" in value:
        raise QuoteError(f"{value!r} cannot stand in the server's XML")
    return quoteattr(value)


def document(xml: str) -> str:
    """A whole file as it leaves: nothing in it is an order to the server's preprocessor."""
    for line in xml.splitlines():
        found = _PREPROCESSED.search(line)
        if found and line.strip() not in ("<include>", "</include>"):
            raise QuoteError(f"a line would be taken for an order: {line[:120]!r}")
        if "$$" in line:
            raise QuoteError(f"a line would be expanded: {line[:120]!r}")
    return xml


def allowed(pattern: str) -> str:
    """A number that may be dialled; `*` last allows any ending."""
    if pattern != "*":
        digits(pattern.removesuffix("*"))
    return pattern


def gateway(value: str) -> str:
    """A trunk by its gateway's name, or `sofia/...` in full, as the beginning of a dial string."""
    word = words.fitting(_TRUNK, value, "trunk")
    return word if "/" in word else f"sofia/gateway/{word}"


def contact(value: str) -> str:
    """An agent's address: one dial string without options and without a second target."""
    return words.fitting(_CONTACT, value, "agent's address")


def music(value: str) -> str:
    """A stream of music."""
    return words.fitting(_MUSIC, value, "class of music")


def word(value: str) -> str:
    """One argument of an API command, which cuts them at spaces and at quotes."""
    return words.fitting(_COMMAND_WORD, value, "word of a command")


def digit_pattern(value: str) -> str:
    """A pattern of digits (`1[3-9]XX`, `X` for any) as a Lua pattern from end to end."""
    return f"^{words.places(value).replace('X', '%d')}$"
