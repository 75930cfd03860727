"""The only door by which a word enters XML, Lua, a dial string or an API's argument.

Every function either gives text that means just itself to the server, or raises `QuoteError`. A `$`
or a `{` reaches none of the server's own languages, which expand them wherever they are met. Knows
nothing of graphs.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

_SEGMENT = re.compile(r"[a-z][a-z0-9_]*")
_RELEASE = re.compile(r"[0-9a-f]{8}")
_VARIABLE = re.compile(r"[a-z0-9][a-z0-9_]*(\.[a-z0-9][A-Za-z0-9_-]*)*")
_PATH = re.compile(r"(/[A-Za-z0-9_.-]+)+")
_SOUND = re.compile(r"[A-Za-z0-9_~.-]+(/[A-Za-z0-9_~.-]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DIGITS = re.compile(r"\+?[0-9]+")
_CONTACT = re.compile(
    r"[A-Za-z0-9_.-]+(/(sips?:)?[A-Za-z0-9_.-]+)*(@[A-Za-z0-9_.-]+)?(:[0-9]{1,5})?"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN = re.compile(r"[A-Za-z0-9 _.,:;/@()+*#!?=<>\[\]-]")
_PREPROCESSED = re.compile(r"x-pre-process|<\s*/?\s*include|<\?", re.IGNORECASE)


class QuoteError(ValueError):
    """A word that cannot stand in the server's files."""


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


def text(value: str) -> str:
    """A constant of the flow's: any text but control characters."""
    if _CONTROL.search(value):
        raise QuoteError(f"{value!r} holds a control character or a line separator")
    return value


def attribute(value: str) -> str:
    """A value of an XML attribute, in its quotes. Refuses what the server would expand or drop."""
    if _CONTROL.search(value) or "$" in value or "\\'" in value:
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


def release8(release: str) -> str:
    """A release's id on the server."""
    return _fitting(_RELEASE, release, "release id of 8 hex digits")


def segment(name: str) -> str:
    """A flow's, node's, part's, list's, flag's, mark's or queue's name."""
    return _fitting(_SEGMENT, name, "name")


def variable(name: str) -> str:
    """A flat variable or a register, as a call holds it."""
    return _fitting(_VARIABLE, name, "variable's name")


def digits(value: str) -> str:
    """A telephone number or an entry of a list."""
    return _fitting(_DIGITS, value, "number")


def allowed(pattern: str) -> str:
    """A number that may be dialled; `*` last allows any ending."""
    if pattern != "*":
        digits(pattern.removesuffix("*"))
    return pattern


def key(value: str) -> str:
    """Keys of a telephone."""
    return _fitting(re.compile(r"[0-9*#A-D]+"), value, "keys")


def path(value: str) -> str:
    """An absolute folder of the server."""
    return _no_way_up(_fitting(_PATH, value, "absolute path of plain names"))


def sound(value: str) -> str:
    """A sound key or the last part of one."""
    return _no_way_up(_fitting(_SOUND, value, "sound key"))


def language(value: str) -> str:
    """A language of the project."""
    return _fitting(_LANGUAGE, value, "language")


def gateway(value: str) -> str:
    """A trunk by its gateway's name, or `sofia/...` in full, as the beginning of a dial string."""
    word = _fitting(re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*"), value, "trunk")
    return word if "/" in word else f"sofia/gateway/{word}"


def contact(value: str) -> str:
    """An agent's address: one dial string without options and without a second target."""
    return _fitting(_CONTACT, value, "agent's address")


def music(value: str) -> str:
    """A stream of music."""
    return _fitting(re.compile(r"[A-Za-z0-9_.-]+"), value, "class of music")


def word(value: str) -> str:
    """One argument of an API command, which cuts them at spaces and at quotes."""
    return _fitting(re.compile(r"[A-Za-z0-9_.@:/+=\[\]-]+"), value, "word of a command")


def digit_pattern(value: str) -> str:
    """A pattern of digits (`1[3-9]XX`, `X` for any) as a Lua pattern from end to end."""
    word = _fitting(re.compile(r"([0-9X]|\[[0-9]+(-[0-9])?\])+"), value, "pattern of digits")
    return f"^{word.replace('X', '%d')}$"


def _fitting(form: re.Pattern[str], value: str, what: str) -> str:
    if not form.fullmatch(value):
        raise QuoteError(f"{value!r} is no {what}")
    return value


def _no_way_up(value: str) -> str:
    if ".." in value:
        raise QuoteError(f"{value!r} leads out of its folder")
    return value
