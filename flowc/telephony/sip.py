"""SIP messages as text: reading, writing, and the identifiers that belong in them.

Only what a caller and a telephone on loopback need. Knows no sockets and no state of a call.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
}
# What RFC 3261 lets stand in the user part; all else is percent-encoded, hostile or not.
_USER_SAFE = "-_.!~*'()&=+$,;?/"


@dataclass(frozen=True, slots=True)
class Message:
    """One request or response: the first line, the headers in order, and the body."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @property
    def is_response(self) -> bool:
        """Whether it answers a request."""
        return self.start.startswith("SIP/2.0 ")

    @property
    def status(self) -> int:
        """The status of a response, 0 for a request."""
        return int(self.start.split(" ")[1]) if self.is_response else 0

    @property
    def reason(self) -> str:
        """The words after the status."""
        return self.start.split(" ", 2)[2] if self.is_response else ""

    @property
    def method(self) -> str:
        """What is requested, or, in a response, what was."""
        return self.header("cseq").split(" ")[-1] if self.is_response else self.start.split(" ")[0]

    @property
    def sequence(self) -> int:
        """The number of the CSeq header."""
        return int(self.header("cseq").split(" ")[0])

    @property
    def target(self) -> str:
        """The URI of a request."""
        return self.start.split(" ")[1]

    def header(self, name: str) -> str:
        """The first header of that name (lower case), or an empty text."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every header of that name (lower case), in order."""
        return tuple(value for key, value in self.headers if key == name)


def parse(datagram: bytes) -> Message | None:
    """The message in `datagram`; None for keep-alives and anything that is no SIP."""
    head, _, body = datagram.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if colon:
            headers.append((_COMPACT.get(key, key), value.strip()))
    message = Message(start, tuple(headers), body)
    return message if _is_sound(message) else None


def write(start: str, headers: Iterable[tuple[str, str]], body: str = "") -> bytes:
    """The bytes of a message. Raises ValueError where a header could break out of its line."""
    lines = [start]
    for name, value in headers:
        if any(sign in name + value for sign in "\r\n\0"):
            raise ValueError(f"the SIP header {name!r} holds a line end")
        lines.append(f"{name}: {value}")
    if body:
        lines.append("Content-Type: application/sdp")
    encoded = body.encode()
    lines.append(f"Content-Length: {len(encoded)}")
    return "\r\n".join((*lines, "", "")).encode() + encoded


def respond(
    request: Message, status: str, tag: str = "", contact: str = "", body: str = ""
) -> bytes:
    """The response to `request`; `tag` completes its To where that has none yet."""
    to = request.header("to")
    if tag and "tag=" not in to:
        to += f";tag={tag}"
    headers = [("Via", value) for value in request.all("via")]
    headers += [("From", request.header("from")), ("To", to)]
    headers += [("Call-ID", request.header("call-id")), ("CSeq", request.header("cseq"))]
    if contact:
        headers.append(("Contact", f"<{contact}>"))
    return write(f"SIP/2.0 {status}", headers, body)


def uri(user: str, host: str, port: int | None = None) -> str:
    """A SIP URI; `user` may be any text and is percent-encoded as needed."""
    place = host if port is None else f"{host}:{port}"
    return f"sip:{quote(user, safe=_USER_SAFE)}@{place}" if user else f"sip:{place}"


def quoted(display_name: str) -> str:
    """A display name as a quoted string, with a blank after it; empty for an empty name."""
    escaped = display_name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if display_name else ""


def address_of(header: str) -> str:
    """The URI inside a From, To or Contact header."""
    return header.partition("<")[2].partition(">")[0] or header.partition(";")[0].strip()


def tag_of(header: str) -> str:
    """The tag of a From or To header, or an empty text."""
    return header.rpartition(">")[2].partition("tag=")[2].partition(";")[0]


def user_of(address: str) -> str:
    """The user part of a SIP URI, still percent-encoded; empty where it has none."""
    user, at, _ = address.removeprefix("sip:").partition("@")
    return user.partition(";")[0] if at else ""


def new_branch() -> str:
    """A Via branch that nobody has used."""
    return f"z9hG4bK{secrets.token_hex(10)}"


def new_token() -> str:
    """A tag or the first part of a Call-ID."""
    return secrets.token_hex(8)


def _is_sound(message: Message) -> bool:
    """Whether the parts that everything relies on are there and are numbers where they must be."""
    number, _, method = message.header("cseq").partition(" ")
    parts = message.start.split(" ", 2)
    if not (number.isdigit() and method and message.header("call-id") and len(parts) == 3):
        return False
    return parts[1].isdigit() if message.is_response else parts[2] == "SIP/2.0"
