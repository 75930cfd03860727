"""The event socket's client against servers that are none, and against rude ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from flowc_freeswitch.esl import client
from flowc_freeswitch.esl.client import Esl, EslError
from flowc_freeswitch.esl.wire import CommandRefused

Serves = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GREETING = b"Content-Type: auth/request\n\n"
OK = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
NO = b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n"


def response(text: bytes) -> bytes:
    return b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(text), text)


@asynccontextmanager
async def server(serves: Serves) -> AsyncIterator[Esl]:
    """A server of that behaviour, and a client of it that has not come in yet."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serves(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(served, "127.0.0.1", 0)
    async with listening:
        yield Esl("127.0.0.1", listening.sockets[0].getsockname()[1], "a-password")


def says(*answers: bytes) -> Serves:
    """Greets, and gives one answer to each command."""

    async def serves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        for answer in answers:
            await reader.readuntil(b"\n\n")
            writer.write(answer)
        await reader.read()

    return serves


def entering(serves: Serves, then: Callable[[Esl], Awaitable[None]] | None = None) -> None:
    async def whole() -> None:
        async with server(serves) as esl, asyncio.timeout(5), esl:
            if then is not None:
                await then(esl)

    asyncio.run(whole())


def test_a_wrong_password_is_told() -> None:
    with pytest.raises(EslError, match="the event socket refuses the password"):
        entering(says(NO))


def test_no_server_is_told_with_its_address() -> None:
    async def whole() -> None:
        async with server(says()) as esl:
            pass
        async with esl:
            pytest.fail("nobody is there")

    with pytest.raises(EslError, match=r"no event socket at 127\.0\.0\.1:\d+"):
        asyncio.run(whole())


def test_a_server_that_does_not_greet_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    monkeypatch.setattr(client, "CONNECT_S", 0.2)
    with pytest.raises(EslError, match="does not greet"):
        entering(silent)


def test_one_that_turns_away_is_told() -> None:
    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Content-Type: text/rude-rejection\nContent-Length: 3\n\nno\n")

    with pytest.raises(EslError, match="turned us away"):
        entering(rude)


def test_a_server_that_goes_in_the_middle_of_an_answer_is_told() -> None:
    async def asked(esl: Esl) -> None:
        await esl.api("status")

    async def goes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        await reader.readuntil(b"\n\n")
        writer.write(OK)
        await reader.readuntil(b"\n\n")
        writer.write(b"Content-Type: api/response\nContent-Length: 100\n\nhalf")

    with pytest.raises(EslError, match="the server closed the event socket"):
        entering(goes, asked)


def test_an_answer_that_does_not_come_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that came later would be taken for the next command's."""

    async def asked(esl: Esl) -> None:
        monkeypatch.setattr(client, "REPLY_S", 0.2)
        with pytest.raises(EslError, match="no reply in time"):
            await esl.api("status")
        with pytest.raises(EslError, match="no reply in time"):
            await esl.api("version")

    entering(says(OK), asked)


def test_a_server_that_answers_what_nobody_asked_is_left() -> None:
    async def asked(esl: Esl) -> None:
        await asyncio.wait_for(esl.gone.wait(), 2)
        assert esl.fault == "a reply that nobody asked for"

    entering(says(OK + response(b"x")), asked)


def test_a_line_end_reaches_no_server() -> None:
    async def asked(esl: Esl) -> None:
        with pytest.raises(CommandRefused):
            await esl.api("status\n\napi system id")
        assert await esl.api("version") == "1.10"

    entering(says(OK, response(b"1.10")), asked)


def test_who_is_ended_while_the_server_refuses_stays_ended() -> None:
    async def enter(port: int) -> None:
        async with Esl("127.0.0.1", port, "a-password"):
            pass

    async def ended_after(turns: int, port: int) -> BaseException | None:
        entering = asyncio.create_task(enter(port))
        for _ in range(turns):
            await asyncio.sleep(0)
        was_under_way = entering.cancel()
        (result,) = await asyncio.gather(entering, return_exceptions=True)
        return None if not was_under_way else result

    async def whole() -> list[BaseException | None]:
        listening = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        listening.close()
        await listening.wait_closed()
        return [await ended_after(turns, port) for turns in range(12) for _ in range(5)]

    ends = [result for result in asyncio.run(whole()) if result is not None]
    assert ends
    assert all(isinstance(result, asyncio.CancelledError) for result in ends), ends
