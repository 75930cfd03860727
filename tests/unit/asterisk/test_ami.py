"""What the manager client refuses to send, and what it does with a peer that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc_asterisk.ami.client import (
    ActionFailed,
    ActionRefused,
    ActionTimeout,
    Originate,
    PbxUnreachable,
    connect,
)
from flowc_asterisk.ami.message import checked_fields, checked_variables


@pytest.mark.parametrize("text", ["x\r\nAction: Command", "x\n", "\r", "a\0b"])
def test_a_line_end_in_any_field_is_refused(text: str) -> None:
    for name, fields in ((text, {}), ("Ping", {"Field": text}), ("Ping", {"Field": ["a", text]})):
        with pytest.raises(ActionRefused, match="holds a line end"):
            checked_fields(name, fields)


@pytest.mark.parametrize("name", ["A b", "Action:", "x\r\ny", "", "-x", "张"])
def test_a_field_name_is_letters_digits_and_dashes(name: str) -> None:
    with pytest.raises(ActionRefused, match="is no field"):
        checked_fields("Ping", {name: "x"})


def test_a_line_is_at_most_900_bytes_of_utf_8() -> None:
    checked_fields("Ping", {"F": "x" * 897})
    with pytest.raises(ActionRefused, match="901 bytes long"):
        checked_fields("Ping", {"F": "x" * 898})
    with pytest.raises(ActionRefused, match="bytes long"):
        checked_fields("Ping", {"F": "张" * 300})


def test_half_a_character_is_refused_and_not_a_crash() -> None:
    with pytest.raises(ActionRefused, match="not valid text"):
        checked_fields("Ping", {"F": "\ud800"})


@given(st.text())
def test_whatever_is_let_through_is_one_line(text: str) -> None:
    try:
        fields = checked_fields("Ping", {"Field": text})
    except ActionRefused:
        return
    assert fields["Field"] == text
    assert len(f"Field: {text}".encode().split(b"\r")) == 1
    assert b"\n" not in text.encode()


@pytest.mark.parametrize("value", ["Bob,ADMIN=1", 'a"b', "a b", "${EXTEN}", "张"])
def test_a_variable_that_the_server_would_change_is_refused(value: str) -> None:
    with pytest.raises(ActionRefused, match="cannot be handed over"):
        checked_variables({"NAME": value})


@pytest.mark.parametrize("name", ["A,B", "A=B", "CALLERID(name)", "", "1A"])
def test_a_variable_name_is_a_plain_name(name: str) -> None:
    with pytest.raises(ActionRefused, match="is no name"):
        checked_variables({name: "1"})


def test_plain_variables_are_one_line_each() -> None:
    assert checked_variables({"__TOKEN": "a.b-c", "N": "+8613"}) == ["__TOKEN=a.b-c", "N=+8613"]


@asynccontextmanager
async def _peer(*answers: bytes) -> AsyncIterator[int]:
    """A peer that says each of `answers` after one blank-line-ended message, then is silent."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            asked = await reader.readuntil(b"\r\n\r\n")
            identity = asked.partition(b"ActionID: ")[2].partition(b"\r\n")[0]
            writer.write(answer.replace(b"%ID%", identity))
        await done.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            done.set()


_WELCOME = b"Asterisk Call Manager/9\r\nResponse: Success\r\nActionID: %ID%\r\nMessage: ok\r\n\r\n"


def test_a_port_that_never_answers_is_no_manager() -> None:
    async def scenario() -> None:
        async with _peer() as port:
            with pytest.raises(PbxUnreachable, match="answers as Asterisk's AMI"):
                async with connect("127.0.0.1", port, "u", "s", timeout=0.1):
                    pytest.fail("silence was taken for a welcome")

    asyncio.run(scenario())


def test_an_action_without_an_answer_times_out_and_the_next_is_tried() -> None:
    async def scenario() -> None:
        async with _peer(_WELCOME) as port, connect("127.0.0.1", port, "u", "s") as ami:
            for _ in range(2):
                with pytest.raises(ActionTimeout, match=r"did not answer Ping in 0\.05 s"):
                    await ami.action("Ping", timeout=0.05)

    asyncio.run(scenario())


def test_bytes_that_are_no_utf_8_do_not_end_the_connection() -> None:
    answer = b"Response: Success\r\nActionID: %ID%\r\nPing: \xff\xe5\xbc\r\n\r\n"

    async def scenario() -> None:
        async with _peer(_WELCOME, answer) as port, connect("127.0.0.1", port, "u", "s") as ami:
            assert (await ami.action("Ping")).get("Ping") == "\ufffd\ufffd"

    asyncio.run(scenario())


def test_a_hostile_account_or_caller_never_reaches_the_wire() -> None:
    async def scenario() -> None:
        async with _peer(_WELCOME) as port:
            with pytest.raises(ActionRefused):
                async with connect("127.0.0.1", port, "u\r\nAction: X", "s"):
                    pytest.fail("a user name of two lines was sent")
            async with connect("127.0.0.1", port, "u", "s") as ami:
                call = Originate("Local/1@x", "x", caller_id="a\r\nVariable: ADMIN=1")
                with pytest.raises(ActionRefused):
                    await ami.originate(call)

    asyncio.run(scenario())


def _channels(number: str) -> bytes:
    """A server's list of two channels, one of a caller of that number."""
    item = (
        "Event: CoreShowChannel\r\nActionID: %ID%\r\nChannel: PJSIP/{0}\r\nCallerIDNum: {1}\r\n"
        "Context: fl-0000000{0}.a.b\r\nUniqueid: {0}\r\n\r\n"
    )
    return (
        "Response: Success\r\nActionID: %ID%\r\nEventList: start\r\n\r\n"
        f"{item.format(1, number)}{item.format(2, '138')}"
        "Event: CoreShowChannelsComplete\r\nActionID: %ID%\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"
    ).encode()


@pytest.mark.parametrize(
    "number",
    [
        "x\r\nEventList: Complete",
        "x\r\nEvent: CoreShowChannelsComplete\r\nEventList: Complete",
        "x\r\nevent: Shutdown",
        "x\r\nActionID: other",
        "x\r\nCommandID: other\r\nCommandID: another",
        "x\r\nContext: elsewhere",
        "x\r\n\r\nEvent: Shutdown\r\nReason: none",
        "x\r\n\r\nResponse: Error\r\nMessage: no",
        "x\r\n\r\n",
    ],
)
def test_a_caller_whose_number_writes_lines_hides_no_other_call(number: str) -> None:
    async def scenario() -> None:
        peer = _peer(_WELCOME, _channels(number), _WELCOME)
        async with peer as port, connect("127.0.0.1", port, "u", "s") as ami:
            one, other = await ami.core_show_channels()
            assert one.get("Channel") == "PJSIP/1"
            assert other.all("Context") == ("fl-00000002.a.b",)
            assert "fl-00000001.a.b" in one.all("Context") or "\r\n\r\n" in number
            assert (await ami.action("Ping")).succeeded

    asyncio.run(scenario())


def test_a_list_of_channels_that_lacks_one_is_not_believed() -> None:
    async def scenario() -> None:
        short = _channels("138").replace(b"ListItems: 2", b"ListItems: 3")
        async with _peer(_WELCOME, short) as port, connect("127.0.0.1", port, "u", "s") as ami:
            with pytest.raises(ActionFailed, match="not whole"):
                await ami.core_show_channels()

    asyncio.run(scenario())


def test_who_is_told_to_stop_while_the_answer_comes_stops() -> None:
    """A watcher that asks again and again could otherwise not be ended."""

    async def scenario() -> None:
        async with _peer(_WELCOME) as port, connect("127.0.0.1", port, "u", "s") as ami:
            asked = asyncio.get_running_loop().create_future()
            ami._manager.send_action = lambda _action: asked
            asking = asyncio.create_task(ami.action("Ping"))
            await asyncio.sleep(0)
            asked.set_result(())
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    asyncio.run(scenario())
