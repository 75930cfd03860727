"""The AGI protocol without any input or output: bytes in, events out; values in, command lines out.

Knows no socket, no flow and no runtime. Bytes may come whole or one by one; whatever is not the
protocol raises `WireError`, and the connection is not worth keeping.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MOST_HEADER_LINES = 64
MOST_HEADER_BYTES = 4096
MOST_LINE_BYTES = 8191  # where the server itself cuts
MOST_USAGE_LINES = 64
MOST_VALUE_BYTES = 2000

_KEYS = frozenset(
    [
        "network",
        "network_script",
        "request",
        "channel",
        "language",
        "type",
        "uniqueid",
        "version",
        "callerid",
        "calleridname",
        "callingpres",
        "callingani2",
        "callington",
        "callingtns",
        "dnid",
        "rdnis",
        "context",
        "extension",
        "priority",
        "enhanced",
        "accountcode",
        "threadid",
    ]
)
_HEADER = re.compile(r"agi_([a-z0-9_]{1,32}):(?: (.*))?", re.DOTALL)
_ARGUMENT = re.compile(r"arg_[0-9]{1,3}")
_REPLY = re.compile(r"([0-9]{3}) (.*)", re.DOTALL)
_RESULT = re.compile(r"result=(-?[0-9]*)(?: \((.*)\))?(?: .*)?", re.DOTALL)
# A plain variable, or one of the two functions that a command may name.
_PLAIN_NAME = r"[A-Za-z0-9_]{1,79}"
_NAME = re.compile(rf"{_PLAIN_NAME}|TIMEOUT\(absolute\)|ARRAY\({_PLAIN_NAME}(,{_PLAIN_NAME})*\)")
# What the server's ARRAY takes for one item and leaves as it is.
_ITEM = re.compile(r"[A-Za-z0-9_.~/&+-]*")
MOST_AT_ONCE = 50
_FORBIDDEN = re.compile("[\x00-\x1f\x7f]")


class WireError(Exception):
    """The peer does not speak the protocol. The message shows nothing that it sent."""


class ValueRefused(ValueError):  # noqa: N818 - reads as what happened
    """A value that no command may carry."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a request begins with, by key without `agi_`. Values are hostile text."""

    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command. `value` is what stood in brackets, None where nothing did."""

    code: int
    result: str = ""
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller has hung up. It comes by itself and answers no command."""


Event = Header | Reply | HungUp


class Wire:
    """The state of one connection's incoming side."""

    def __init__(self) -> None:
        """Before the header."""
        self._rest = b""
        self._header: dict[str, str] | None = {}
        self._header_bytes = 0
        self._header_lines = 0
        self._usage_lines: int | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events that the bytes complete, in order. Raises WireError."""
        self._rest += data
        events = []
        while (end := self._rest.find(b"\n")) >= 0:
            line, self._rest = self._rest[:end], self._rest[end + 1 :]
            event = self._line(line.removesuffix(b"\r"))
            if event is not None:
                events.append(event)
        most = MOST_LINE_BYTES if self._header is None else MOST_HEADER_BYTES
        if len(self._rest) > most:
            raise WireError("a line without an end")
        return events

    def _line(self, raw: bytes) -> Event | None:
        if len(raw) > MOST_LINE_BYTES:
            raise WireError("a line that is too long")
        text = _decoded(raw)
        if self._header is not None:
            return self._header_line(text, len(raw) + 1, self._header)
        if self._usage_lines is not None:
            return self._usage_line(text, self._usage_lines)
        if text == "HANGUP":
            return HungUp()
        if text.startswith("520-"):
            self._usage_lines = 0
            return None
        return _reply(text)

    def _header_line(self, text: str, size: int, header: dict[str, str]) -> Event | None:
        self._header_bytes += size
        self._header_lines += 1
        if self._header_bytes > MOST_HEADER_BYTES or self._header_lines > MOST_HEADER_LINES + 1:
            raise WireError("a header that is too long")
        if text == "":
            self._header = None
            return Header(header)
        matched = _HEADER.fullmatch(text)
        if matched is None or not (matched[1] in _KEYS or _ARGUMENT.fullmatch(matched[1])):
            raise WireError("an unknown line in the header")
        # A line break in a caller's name makes lines of the header: none may stand twice.
        if matched[1] in header:
            raise WireError("a key twice in the header")
        header[matched[1]] = matched[2] or ""
        return None

    def _usage_line(self, text: str, lines: int) -> Event | None:
        """The help that follows a wrong command, up to its own last line."""
        if text.startswith("520 "):
            self._usage_lines = None
            return Reply(520)
        if lines >= MOST_USAGE_LINES:
            raise WireError("a usage text without an end")
        self._usage_lines = lines + 1
        return None


def _decoded(raw: bytes) -> str:
    if b"\x00" in raw:
        raise WireError("a line that is not text")
    return raw.decode("utf-8", "replace")


def _reply(text: str) -> Reply:
    matched = _REPLY.fullmatch(text)
    if matched is None:
        raise WireError("a line that is no reply")
    result = _RESULT.fullmatch(matched[2])
    if result is None:
        if matched[1] == "200":
            raise WireError("a reply without a result")
        return Reply(int(matched[1]))
    return Reply(int(matched[1]), result[1], result[2])


def set_variable(name: str, value: str) -> bytes:
    """`SET VARIABLE`. Raises ValueRefused."""
    return _command("SET VARIABLE", name, quoted(value))


def set_variables(values: Sequence[tuple[str, str]]) -> list[bytes]:
    """`SET VARIABLE` for several, in as few commands as may be, in order. Raises ValueRefused.

    Each command is a round trip; a large answer has a hundred values, nearly all plain.
    """
    commands: list[bytes] = []
    plain: list[tuple[str, str]] = []
    for name, value in values:
        if _ITEM.fullmatch(value):
            if len(plain) >= MOST_AT_ONCE or _size((*plain, (name, value))) >= MOST_VALUE_BYTES:
                commands.append(_joined(plain))
                plain = []
            plain.append((name, value))
            continue
        if plain:
            commands.append(_joined(plain))
            plain = []
        commands.append(set_variable(name, value))
    return [*commands, _joined(plain)] if plain else commands


def _size(pairs: Sequence[tuple[str, str]]) -> int:
    """Of the longer of the two lists, with its commas."""
    names, values = zip(*pairs, strict=True)
    return max(sum(map(len, names)), sum(map(len, values))) + len(pairs)


def _joined(pairs: Sequence[tuple[str, str]]) -> bytes:
    if len(pairs) == 1:
        return set_variable(*pairs[0])
    names, values = zip(*pairs, strict=True)
    if not all(re.fullmatch(_PLAIN_NAME, name) for name in names):
        raise ValueRefused("no name of a channel variable")
    return set_variable(f"ARRAY({','.join(names)})", ",".join(values))


def get_variable(name: str) -> bytes:
    """`GET VARIABLE`. Raises ValueRefused."""
    return _command("GET VARIABLE", name)


def get_text(name: str) -> bytes:
    """`GET FULL VARIABLE`, since `GET VARIABLE` ends at 1,023 bytes. Raises ValueRefused."""
    if not re.fullmatch(_PLAIN_NAME, name):
        raise ValueRefused("no name of a channel variable")
    return f"GET FULL VARIABLE ${{{name}}}\n".encode()


def database_get(family: str, key: str) -> bytes:
    """`DATABASE GET`. Raises ValueRefused."""
    return b"DATABASE GET " + quoted(family).encode() + b" " + quoted(key).encode() + b"\n"


def set_music(class_name: str | None) -> bytes:
    """`SET MUSIC ON` with a class, or `OFF`. Raises ValueRefused."""
    if class_name is None:
        return b"SET MUSIC OFF\n"
    return b"SET MUSIC ON " + quoted(class_name).encode() + b"\n"


def is_value(value: str) -> bool:
    """Can a command carry it?"""
    try:
        quoted(value)
    except ValueRefused:
        return False
    return True


def quoted(value: str) -> str:
    """A value as one argument. Raises ValueRefused for control characters and beyond 2,000 bytes."""
    if _FORBIDDEN.search(value):
        raise ValueRefused("a value holds a control character")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise ValueRefused("a value holds half a character") from None
    if size >= MOST_VALUE_BYTES:
        raise ValueRefused(f"a value of {size} bytes")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _command(verb: str, name: str, *arguments: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise ValueRefused("no name of a channel variable")
    return " ".join((verb, name, *arguments)).encode() + b"\n"
