"""The event socket's text protocol: bytes in, messages out, and commands as bytes. No I/O.

A message is header lines, an empty line and, where Content-Length says so, a body; an event's own
headers stand in that body. Whatever the peer may send is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

MOST_HEAD = 64 * 1024
MOST_BODY = 4 * 1024 * 1024  # of an API's answer
MOST_EVENT = 256 * 1024
MOST_COMMAND = 256 * 1024
_LINE_END = re.compile(r"[\r\n\0]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class WireError(ValueError):
    """The peer does not speak the protocol, or says more than may be said."""


class CommandRefused(ValueError):  # noqa: N818 - it tells what happened to the command
    """A command that would be read as another, or as two."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the server."""

    headers: Mapping[str, str]
    body: str = ""

    @property
    def kind(self) -> str:
        """`auth/request`, `command/reply`, `api/response`, `text/event-plain` ..."""
        return self.headers.get("Content-Type", "")


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the server: its headers, decoded, and its body."""

    headers: Mapping[str, str]
    body: str = ""

    @property
    def subclass(self) -> str:
        """What kind of CUSTOM event it is; "" for others."""
        return self.headers.get("Event-Subclass", "")


@dataclass
class Wire:
    """Cuts a stream of bytes into messages."""

    _buffer: bytearray = field(default_factory=bytearray)
    _head: dict[str, str] | None = None
    _wanted: int = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now. Raises WireError."""
        self._buffer += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> Message | None:
        if self._head is None and not self._take_head():
            return None
        assert self._head is not None
        if len(self._buffer) < self._wanted:
            return None
        body = bytes(self._buffer[: self._wanted])
        del self._buffer[: self._wanted]
        head, self._head = self._head, None
        return Message(head, body.decode("utf-8", "replace"))

    def _take_head(self) -> bool:
        end = self._buffer.find(b"\n\n")
        if end < 0:
            if len(self._buffer) > MOST_HEAD:
                raise WireError("a head without an end")
            return False
        head = _headers(bytes(self._buffer[:end]).decode("utf-8", "replace"))
        del self._buffer[: end + 2]
        self._wanted = _length(head)
        self._head = head
        return True


def _headers(text: str) -> dict[str, str]:
    """The first of two headers of one name counts."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found


def _length(head: Mapping[str, str]) -> int:
    word = head.get("Content-Length", "0")
    most = MOST_EVENT if head.get("Content-Type") == "text/event-plain" else MOST_BODY
    if not re.fullmatch("[0-9]{1,9}", word) or int(word) > most:
        raise WireError("a body of no or too great a length")
    return int(word)


def event_of(message: Message) -> Event:
    """The event in a `text/event-plain` message; its values are percent-encoded there."""
    head, _, body = message.body.partition("\n\n")
    headers = {name: unquote(value) for name, value in _headers(head).items()}
    return Event(headers, body)


def command(line: str) -> bytes:
    """One command without headers. Raises CommandRefused."""
    return _finished(_plain(line))


def send_event(headers: Mapping[str, str], body: str = "") -> bytes:
    """A CUSTOM event. Raises CommandRefused for a header that would be more than one."""
    content = body.encode()
    lines = ["sendevent CUSTOM"]
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or name.lower() == "content-length":
            raise CommandRefused(f"{name!r} is no header's name")
        lines.append(f"{name}: {_plain(value)}")
    lines.append(f"Content-Length: {len(content)}")
    return _finished("\n".join(lines)) + content


def _plain(text: str) -> str:
    if _LINE_END.search(text):
        raise CommandRefused("a line end in a command")
    return text


def _finished(text: str) -> bytes:
    data = f"{text}\n\n".encode()
    if len(data) > MOST_COMMAND:
        raise CommandRefused(f"a command of {len(data)} bytes")
    return data
