"""The event socket's protocol: whole messages from pieces, bounds, and no second command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc_freeswitch.esl import wire

EVENT = (
    b"Content-Length: 84\nContent-Type: text/event-plain\n\n"
    b"Event-Name: CUSTOM\nEvent-Subclass: flowc%3A%3Aask\nContent-Length: 14\n\nv.a=s1&v.b=n-2"
)
STREAM = (
    b"Content-Type: auth/request\n\n"
    b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
    b"Content-Type: api/response\nContent-Length: 3\n\n+OK" + EVENT
)


def messages(data: bytes, size: int) -> list[wire.Message]:
    incoming = wire.Wire()
    found: list[wire.Message] = []
    for at in range(0, len(data), size):
        found.extend(incoming.feed(data[at : at + size]))
    return found


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_messages_are_whole_however_they_arrive(size: int) -> None:
    found = messages(STREAM, size)
    kinds = ["auth/request", "command/reply", "api/response", "text/event-plain"]
    assert [each.kind for each in found] == kinds
    assert found[1].headers["Reply-Text"] == "+OK accepted"
    assert found[2].body == "+OK"
    event = wire.event_of(found[3])
    assert (event.subclass, event.body) == ("flowc::ask", "v.a=s1&v.b=n-2")


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 999999999\n\n",
        b"Content-Length: -1\n\n",
        b"Content-Length: x\n\n",
        b"a" * (wire.MOST_HEAD + 1),
    ],
)
def test_a_peer_that_says_more_than_may_be_said_is_left(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        messages(data, 65_536)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_in_another_way(data: bytes) -> None:
    try:
        messages(data, 16)
    except wire.WireError:
        return


@pytest.mark.parametrize("text", ["x\n\napi system id", "x\rapi", "x\0y", "a\nb"])
def test_a_line_end_enters_no_command(text: str) -> None:
    with pytest.raises(wire.CommandRefused):
        wire.command(f"api {text}")
    with pytest.raises(wire.CommandRefused):
        wire.send_event({"Flowc-Call": text})


@pytest.mark.parametrize("name", ["a b", "x:y", "x\n", "", "Content-Length", "content-length"])
def test_a_header_bears_a_plain_name(name: str) -> None:
    with pytest.raises(wire.CommandRefused):
        wire.send_event({name: "1"})


def test_a_body_is_counted_and_may_hold_anything() -> None:
    data = wire.send_event({"unique-id": "u"}, "x\n\napi system id\n\n中")
    head, _, body = data.partition(b"\n\n")
    assert head == b"sendevent CUSTOM\nunique-id: u\nContent-Length: %d" % len(body)
    assert body.decode() == "x\n\napi system id\n\n中"


def test_a_command_has_an_end() -> None:
    with pytest.raises(wire.CommandRefused, match="bytes"):
        wire.command("x" * wire.MOST_COMMAND)
