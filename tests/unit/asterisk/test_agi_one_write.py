"""A command reaches the server as one whole line, or not at all (docs/decisions/0009)."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from flowc_asterisk.agi import wire
from flowc_asterisk.agi.conversation import Conversation

MOST = 4096  # bytes, the line end included
LONGEST = '"' * (wire.MOST_VALUE_BYTES - 1)  # each is escaped
NAME = "v" * 79
COMMANDS = [
    wire.get_variable(NAME),
    wire.set_variable(NAME, LONGEST),
    wire.set_variable("v", "二" * ((wire.MOST_VALUE_BYTES - 1) // 3)),
    wire.set_variable("v", ""),
    *wire.set_variables([(f"{index:079}", "") for index in range(60)]),
    *wire.set_variables([(f"v{index}", "1" * 99) for index in range(60)]),
    wire.database_get("flowc", "flag.outage"),
    wire.set_music(None),
    wire.set_music(LONGEST),
]


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: f"{line[:14]!r}, {len(line)} bytes")
def test_a_command_is_one_line_that_the_kernel_takes_whole(line: bytes) -> None:
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line) < MOST


def test_the_server_reads_each_command_whole_at_once() -> None:
    assert asyncio.run(_read_each(COMMANDS)) == COMMANDS


async def _read_each(commands: list[bytes]) -> list[bytes]:
    """What a server gets that reads once for each command, as a datagram would be."""
    loop = asyncio.get_running_loop()
    ours, server = socket.socketpair()
    server.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=ours)
    conversation = Conversation(reader, writer)
    await loop.sock_sendall(server, b"agi_network: yes\n\n")
    await conversation.header()
    seen = []
    for command in commands:
        asking = asyncio.create_task(conversation.command(command))
        seen.append(await asyncio.wait_for(loop.sock_recv(server, 65536), 5))
        await loop.sock_sendall(server, b"200 result=1\n")
        assert (await asking).code == 200
    await conversation.close()
    with contextlib.closing(server):
        return seen
