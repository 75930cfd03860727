"""What passes between the engine and its worker process: a JSON line in, a framed reply out.

A reply is one byte (what it is), four bytes (its length) and the payload. Neither
side trusts a length: it is capped. This module knows nothing of speech.
"""

import json
import struct
from enum import IntEnum
from typing import BinaryIO, Literal, TypedDict

MOST_BYTES = 64 * 1024 * 1024
_HEAD = struct.Struct(">BI")


class Reply(IntEnum):
    """What a reply's payload is."""

    SOUND = 0  # samples
    WORDS = 1  # text: a version, phonemes
    REFUSED = 2  # text: why not


class Request(TypedDict):
    """What the worker is asked: a text in a voice, as sound or as phonemes."""

    want: Literal["sound", "phonemes"]
    text: str
    voice: str
    rate: int


class BrokenFrame(Exception):  # noqa: N818 - what it is, and never shown to a user
    """The other side has gone, or what it sent is no frame."""


def write_request(stream: BinaryIO, request: Request) -> None:
    """One request, as one line of JSON; a line break in a text is escaped by JSON itself."""
    stream.write(json.dumps(request).encode() + b"\n")
    stream.flush()


def write_reply(stream: BinaryIO, reply: Reply, payload: bytes) -> None:
    """One reply in one piece."""
    stream.write(_HEAD.pack(reply, len(payload)) + payload)
    stream.flush()


def read_reply(stream: BinaryIO) -> tuple[Reply, bytes]:
    """The next reply. Raises BrokenFrame where there is none."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise BrokenFrame("the worker has ended")
    kind, length = _HEAD.unpack(head)
    if kind not in set(Reply) or length > MOST_BYTES:
        raise BrokenFrame("the worker sent no reply")
    payload = stream.read(length)
    if len(payload) < length:
        raise BrokenFrame("the worker ended within a reply")
    return Reply(kind), payload
