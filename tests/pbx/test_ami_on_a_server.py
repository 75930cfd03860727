"""The manager client against a real Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from flowc_asterisk.ami.client import (
    ActionFailed,
    Ami,
    LoginRefused,
    Originate,
    PbxUnreachable,
    connect,
)
from flowc_asterisk.ami.errors import EventsLost
from flowc_asterisk.lab.configuration import AmiAccount, LabPlan
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer

pytestmark = pytest.mark.pbx

_LONG = "中文提示" * 40
_DIALPLAN = f"""
[fl-12345678.hotline.menu]
include => lab-phones
exten => s,1(top),Set(ARRAY(a,b)=1,2)
 same => n,Set(__NAME={_LONG})
 same => n,NoOp(${{NAME}})
 same => n,Wait(0.2)
 same => n,Hangup()
"""
_QUEUES = "[help]\nstrategy=ringall\nmember => PJSIP/1001\n"
_CLERK = AmiAccount(
    "clerk", "s3cret", read="system,call,reporting,dialplan,agent", write="reporting,system"
)


@asynccontextmanager
async def _logged_in(
    account: AmiAccount | None = None,
) -> AsyncIterator[tuple[AsteriskServer, Ami]]:
    plan = LabPlan(dialplan=_DIALPLAN, queues=_QUEUES, agents=("1001",), accounts=(_CLERK,))
    async with AsteriskServer(ensure_asterisk(), plan) as server:
        who = account or server.account
        async with connect(server.host, server.ports.control, who.name, who.secret) as ami:
            yield server, ami


def _run(
    scenario: Callable[[AsteriskServer, Ami], Awaitable[None]], account: AmiAccount | None = None
) -> None:
    async def whole() -> None:
        async with _logged_in(account) as (server, ami):
            async with asyncio.timeout(60):
                await scenario(server, ami)

    asyncio.run(whole())


def test_actions_and_commands_are_answered() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        status = await ami.action("CoreStatus")
        assert status.get("CoreCurrentCalls") == "0"
        assert server.tree.version in await ami.command("core show version")
        assert not (await ami.action("NoSuchAction")).succeeded

    _run(scenario)


def test_an_account_without_the_right_still_reads_the_dialplan_but_no_command() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        with pytest.raises(ActionFailed, match="Permission denied"):
            await ami.command("core show version")
        lines = await ami.dialplan_show("fl-12345678.hotline.menu")
        assert [(line.extension, line.priority, line.application) for line in lines[:2]] == [
            ("s", 1, "Set"),
            ("s", 2, "Set"),
        ]
        assert (lines[0].label, lines[0].data) == ("top", "ARRAY(a,b)=1,2")
        assert lines[1].data == f"__NAME={_LONG}"
        assert lines[-1].include == "lab-phones"
        assert await ami.dialplan_show("nowhere") == ()

    _run(scenario, _CLERK)


def test_a_reload_by_the_least_account_takes_in_the_included_file() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        server.included("extensions").write_text("[fl-new]\nexten => s,1,NoOp()\n")
        assert await ami.dialplan_show("fl-new") == ()
        await ami.reload("pbx_config")
        assert len(await ami.dialplan_show("fl-new")) == 1
        with pytest.raises(ActionFailed, match="No such module"):
            await ami.reload("no_such_module")

    _run(scenario, _CLERK)


def test_queues_and_channels_are_listed() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        listed = await ami.queue_status("help")
        assert [item.event for item in listed] == ["QueueParams", "QueueMember"]
        assert listed[1].get("Location") == "PJSIP/1001"
        assert await ami.core_show_channels() == ()
        # Answers that panoramisk by itself takes for the head of a list.
        added = await ami.demand("QueueAdd", Queue="help", Interface="PJSIP/1002", timeout=5)
        assert added.get("Message") == "Added interface to queue"
        assert len(await ami.queue_status("help")) == 3

    _run(scenario)


def test_a_wrong_secret_and_a_closed_port_are_told_apart() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        with pytest.raises(LoginRefused, match="refuses the AMI user 'lab'"):
            async with connect(server.host, server.ports.control, "lab", "wrong"):
                pytest.fail("a wrong secret was let in")
        with pytest.raises(PbxUnreachable, match="no Asterisk manager at"):
            async with connect(server.host, server.ports.control + 3, "lab", "x"):
                pytest.fail("a closed port was open")

    _run(scenario)


def test_every_step_of_a_call_comes_as_an_event_in_order() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        with ami.events("Newexten", "VarSet") as events:
            context = "fl-12345678.hotline.menu"
            call = Originate(f"Local/s@{context}/n", context, timeout=5)
            calling = asyncio.create_task(ami.originate(call))
            steps, values = [], {}
            async for event in events:
                if event.event == "Newexten" and event.get("Channel").endswith(";2"):
                    steps.append((event.get("Priority"), event.get("AppData")))
                if event.event == "VarSet":
                    values[event.get("Variable")] = event.get("Value")
                if event.get("Application") == "Hangup":
                    break
            assert [step for step, _ in steps] == ["1", "2", "3", "4", "5"]
            assert steps[2] == ("3", _LONG)
            assert (values["a"], values["b"], values["__NAME"]) == ("1", "2", _LONG)
            assert not (await calling).succeeded  # nobody answered: it was only run

    _run(scenario)


def test_chinese_text_survives_any_border_between_packets() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        async with (
            _one_byte_at_a_time(server.ports.control) as port,
            connect(server.host, port, "lab", server.account.secret, events=False) as slow,
        ):
            lines = await slow.dialplan_show("fl-12345678.hotline.menu")
            assert lines[1].data == f"__NAME={_LONG}"

    _run(scenario)


@asynccontextmanager
async def _one_byte_at_a_time(target: int) -> AsyncIterator[int]:
    """A relay to the server that hands its answers on byte by byte."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        there = asyncio.create_task(_copy(reader, far_writer, 4096))
        await _copy(far_reader, writer, 1)
        there.cancel()
        far_writer.close()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: int) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(size):
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0)  # so that each byte is a packet of its own
    writer.close()


def test_events_that_are_not_read_end_in_an_error_and_not_in_silence() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        with ami.events("UserEvent", most=2) as few, ami.events("UserEvent") as all_of_them:
            for number in range(4):
                await ami.demand("UserEvent", UserEvent="tick", Number=number)
            got = [await anext(all_of_them) for _ in range(4)]
            assert [event.get("Number") for event in got] == ["0", "1", "2", "3"]
            assert [(await anext(few)).get("Number") for _ in range(2)] == ["0", "1"]
            with pytest.raises(EventsLost):
                await anext(few)

    _run(scenario)


def test_a_server_that_goes_away_ends_what_waits_for_it() -> None:
    async def scenario(server: AsteriskServer, ami: Ami) -> None:
        with ami.events() as events:
            waiting = asyncio.create_task(_last(events))
            await server.cli("core stop now")
            with pytest.raises(PbxUnreachable):
                await asyncio.wait_for(waiting, 10)
            with pytest.raises(PbxUnreachable):
                await ami.action("Ping")

    _run(scenario)


async def _last(events: object) -> None:
    async for _ in events:  # type: ignore[attr-defined]
        pass
