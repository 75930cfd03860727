"""The gateway on a real socket: a whole question, a hung back end, a hang-up, and hostile peers.

`Server` speaks the server's side of AGI as the real one was seen to (research of the project); the
real one is tried in tests/pbx.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from pathlib import Path

import pytest

from flowc.expression.tree import Literal
from flowc.expression.types import Scalar
from flowc.graph.operations import Given, Invoke, InvokeKind, Reading
from flowc.graph.prompts import Phrase, ReadAs, Sound
from flowc.runtime.services.model import CallFacts, SettingsError
from flowc.runtime.services.scripts import ScriptedReply
from flowc.runtime.services.ticket_desk import TicketDesk
from flowc_asterisk.agi.gateway import AgiGateway
from flowc_asterisk.agi.question import REARM_S
from flowc_asterisk.protocol import password
from tests.unit.runtime.runtime_support import (
    GIVES,
    READINGS,
    Bench,
    bench,
    invoke,
    make_billing,
    release,
    run,
    sql_service,
)

LOOK = invoke(
    InvokeKind.LOOKUP,
    "billing",
    "customer",
    gives=GIVES,
    readings=READINGS,
    deadline_ms=4000,
    filler=(Phrase("f", (("zh", (Sound("f"),)), ("en", (Sound("f"),)))),),
)
ACT = invoke(
    InvokeKind.REQUEST,
    "billing",
    "unsuspend",
    site="balance.unsuspend",
    results=("not_found", "not_qualified"),
)
OPEN = invoke(
    InvokeKind.TICKET,
    "tickets",
    "open",
    site="fault.report",
    arguments=(("class", Literal("fault", Scalar.TEXT)),),
    gives=(Given("t.number", ("number",), Scalar.DIGITS),),
    readings=(Reading("t.number", Scalar.DIGITS, ReadAs.DIGITS),),
    results=(),
)
TOKEN = "s3cret"
SHOWN = password(TOKEN, "0a1b2c3d")
READ_OUT = "zh/_/n30&zh/_/yuan,en/_/n30&en/_/yuan"
_COMMAND = re.compile(r'(SET|GET) VARIABLE ([A-Za-z0-9_(),]+)(?: "(.*)")?', re.DOTALL)


@dataclass
class Server:
    """The server's side of one AGI request: replies to commands until the gateway closes."""

    port: int
    variables: dict[str, str] = field(default_factory=dict)
    path: str = f"{SHOWN}/0a1b2c3d/balance.find"
    commands: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    answers: bool = True
    hang_up_after: float | None = None
    hang_up_at: str = ""  # what stands in the command after whose reply the caller hangs up

    async def ask(self) -> Mapping[str, str]:
        """See the request through; the channel's variables afterwards."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = ("network: yes", f"network_script: {self.path}", "uniqueid: 17.5", "callerid: 138")
        writer.write(("".join(f"agi_{line}\n" for line in lines) + "\n").encode())
        hang_up = asyncio.create_task(self._hang_up(writer))
        with suppress(OSError):
            while line := await reader.readline():
                self.times.append(time.monotonic())
                self.commands.append(line.decode().rstrip("\n"))
                if self.answers:
                    writer.write(self._reply(self.commands[-1]).encode())
                if self.hang_up_at and self.hang_up_at in self.commands[-1]:
                    writer.write(b"HANGUP\n")
        hang_up.cancel()
        writer.close()
        return self.variables

    async def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        if self.hang_up_after is not None:
            await asyncio.sleep(self.hang_up_after)
            writer.write(b"HANGUP\n")

    def _reply(self, command: str) -> str:
        matched = _COMMAND.fullmatch(command)
        if matched is None:
            return "200 result=0\n"
        verb, name, value = matched.groups()
        if verb == "SET":
            self._set(name, (value or "").replace('\\"', '"').replace("\\\\", "\\"))
            return "200 result=1\n"
        known = self.variables.get(name)
        return "200 result=0\n" if known is None else f"200 result=1 ({known})\n"

    def _set(self, name: str, value: str) -> None:
        """ARRAY sets several; an item that is not given is set to nothing."""
        several = re.fullmatch(r"ARRAY\((.*)\)", name)
        names = several[1].split(",") if several else [name]
        values = value.split(",") if several else [value]
        self.variables |= dict(zip_longest(names, values[: len(names)], fillvalue=""))


@asynccontextmanager
async def serving(folder: Path, test_mode: bool = True) -> AsyncIterator[tuple[Bench, int]]:
    """A runtime and its gateway."""
    make_billing(folder)
    served = release(sql_service(), asks=(LOOK, ACT, OPEN))
    async with bench(folder, served, test_mode=test_mode) as it:
        gateway = AgiGateway(it.runtime.broker, it.runtime.releases, TOKEN, port=0)
        async with gateway.serving() as (_, port):
            yield it, port


def given() -> dict[str, str]:
    """The channel as the dialplan leaves it before the request."""
    return {"AN": "n1", "V_account": "80012345", "L": "zh"}


def test_an_answer_is_set_whole_and_the_nonce_last(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (_, port):
            server = Server(port, given())
            held = await server.ask()
            assert held["AO"] == "done"
            assert held["AD"] == held["AB"] == "n1"
            assert held["V_c_services_0_balance"] == "3000"
            assert held["V_c_services_0_balance_say_zh"] == "zh/_/n30&zh/_/yuan"
            assert held["V_c_services_0_balance_say_en"].startswith("en/_/")
            assert server.commands[-1] == 'SET VARIABLE AD "n1"'
            assert server.commands[-2].endswith(
                ',AO) "3000,-1250,1,20190302,' + READ_OUT + ',done"'
            )
            assert server.commands.index('SET VARIABLE AB "n1"') > server.commands.index(
                "GET VARIABLE V_account"
            )

    run(call())


def test_a_variable_that_the_answer_left_out_is_emptied(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (_, port):
            held = await Server(port, {**given(), "V_account": "0012", "V_c_since": "1"}).ask()
            assert held["AO"] == "done"
            assert held["V_c_since"] == ""
            assert held["V_c_services_0_balance"] == ""

    run(call())


@pytest.mark.parametrize("typed", ["' OR 1=1--", "１２", "12\n", "${SHELL(id)}", "9" * 65])
def test_digits_that_are_none_are_not_asked_about(tmp_path: Path, typed: str) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (_, port):
            held = await Server(port, {**given(), "V_account": typed.strip()}).ask()
            assert held.get("AO", "not_found") in ("not_found", "done")
            assert held.get("V_c_services_len", "") in ("", "0")

    run(call())


def test_a_declared_result_and_an_error_fill_nothing(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            assert it.runtime.scripts is not None
            assert (await Server(port, {**given(), "V_account": "9"}).ask())["AO"] == "not_found"
            it.runtime.scripts.register("t1", {"billing.customer": (ScriptedReply("error"),)})
            held = await Server(port, {**given(), "FLOWC_TOKEN": "t1"}).ask()
            assert (held["AO"], held["AD"], held["V_c_since"]) == ("error", "n1", "")

    run(call())


def test_many_calls_under_test_have_their_own_answers(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            assert it.runtime.scripts is not None
            for number in range(100):
                answer = {"services": [{"name": "x", "balance": str(number)}]}
                reply = ScriptedReply(answer=answer, after_s=0.05)
                it.runtime.scripts.register(f"t{number}", {"billing.customer": (reply,)})
            servers = [Server(port, {**given(), "FLOWC_TOKEN": f"t{n}"}) for n in range(100)]
            for number, held in enumerate(await asyncio.gather(*(each.ask() for each in servers))):
                assert held["V_c_services_0_balance"] == str(number * 100)
            assert it.runtime.scripts.asked("t7") == {"billing.customer": 1}

    run(call())


def test_while_a_back_end_is_silent_the_limit_is_armed_each_second_and_the_filler_plays(
    tmp_path: Path,
) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            assert it.runtime.scripts is not None
            it.runtime.scripts.register(
                "t1", {"billing.customer": (ScriptedReply("done", {}, after_s=2.4),)}
            )
            server = Server(port, {**given(), "FLOWC_TOKEN": "t1"})
            held = await server.ask()
            armed = [
                at
                for at, command in zip(server.times, server.commands, strict=True)
                if "TIMEOUT(absolute)" in command
            ]
            assert held["AO"] == "done"
            assert len(armed) >= 4
            assert max(b - a for a, b in pairwise(armed)) < REARM_S + 0.5
            music = [command for command in server.commands if "MUSIC" in command]
            assert music == ['SET MUSIC ON "fl-0a1b2c3d.balance.find.zh"', "SET MUSIC OFF"]

    run(call())


def test_a_back_end_that_never_answers_is_an_error_at_the_deadline(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            assert it.runtime.scripts is not None
            silent = {"billing.customer": (ScriptedReply("silent"),)}
            it.runtime.scripts.register("t1", silent)
            begun = time.monotonic()
            held = await Server(port, {**given(), "FLOWC_TOKEN": "t1"}).ask()
            assert held["AO"] == "error"
            assert 3.9 < time.monotonic() - begun < 4.5

    run(call())


def test_a_request_goes_on_when_its_caller_hangs_up(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (_, port):
            path = f"{SHOWN}/0a1b2c3d/balance.unsuspend"
            at = 'SET VARIABLE AB "n1"'
            assert "AD" not in await Server(port, given(), path, hang_up_at=at).ask()

    run(call())
    with sqlite3.connect(tmp_path / "billing.db") as base:
        assert base.execute("select account from effects").fetchall() == [("80012345",)]


def test_a_caller_who_hangs_up_in_a_lookup_frees_the_connection_at_once(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            assert it.runtime.scripts is not None
            slow = ScriptedReply("done", None, after_s=1.0)
            it.runtime.scripts.register("t1", {"billing.customer": (slow,)})
            begun = time.monotonic()
            held = await Server(port, {**given(), "FLOWC_TOKEN": "t1"}, hang_up_after=0.2).ask()
            assert time.monotonic() - begun < 0.8
            assert "AD" not in held

    run(call())


def test_a_work_order_whose_number_never_reached_the_call_is_abandoned(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            path = f"{SHOWN}/0a1b2c3d/fault.report"
            told = await Server(port, given(), path).ask()
            assert re.fullmatch("[0-9]{10}", told["V_t_number"])
            assert told["V_t_number_say_zh"].count("&") == 9
            for visit, moment in (("n2", 'SET VARIABLE AB "n2"'), ("n3", ",AO) ")):
                lost = Server(port, {**given(), "AN": visit}, path, hang_up_at=moment)
                await lost.ask()
            states: list[str] = []
            while states != ["opened", "abandoned", "abandoned"]:  # noted once the connection ended
                await asyncio.sleep(0.05)
                states = [each.state for each in await it.runtime.tickets.list()]

    run(call())


def test_a_call_goes_on_with_its_number_before_the_store_has_noted_that_it_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 2.5 s the dialplan would give the question up, the whole answer in its hands. A runtime
    that is asked to stop waits for the note."""
    noted: list[str] = []
    free = asyncio.Event()

    async def slowly(_: TicketDesk, _invoke: Invoke, call: CallFacts) -> None:
        await free.wait()
        noted.append(call.visit)

    monkeypatch.setattr(TicketDesk, "told", slowly)

    async def call() -> None:
        async with serving(tmp_path) as (_, port):
            held = await Server(port, given(), f"{SHOWN}/0a1b2c3d/fault.report").ask()
            assert (held["AO"], held["AD"]) == ("done", "n1")
            assert noted == []
            asyncio.get_running_loop().call_later(0.3, free.set)
        assert noted == ["n1"]

    run(call())


WRONG = {
    "a wrong token": "wrong/0a1b2c3d/balance.find",
    "no token": "/0a1b2c3d/balance.find",
    "the token itself": f"{TOKEN}/0a1b2c3d/balance.find",
    "another release's password": f"{SHOWN}/ffffffff/balance.find",
    "a release that is not served": f"{password(TOKEN, 'ffffffff')}/ffffffff/balance.find",
    "a site that is not there": f"{SHOWN}/0a1b2c3d/balance.nowhere",
    "a path that climbs": f"{SHOWN}/../../deploy",
    "arguments": f"{SHOWN}/0a1b2c3d/balance.find?x=1",
    "not ASCII": "密码/0a1b2c3d/balance.find",
}


@pytest.mark.parametrize("path", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_path_is_closed_without_a_command(tmp_path: Path, path: str) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (_, port):
            server = Server(port, given(), path)
            held = await server.ask()
            assert (server.commands, "AD" in held) == ([], False)

    run(call())


def test_a_wrong_token_is_told_once_a_minute_however_often_it_comes(tmp_path: Path) -> None:
    """A release keeps the token it was built with: whoever changes it has to see what it costs."""

    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            for _ in range(3):
                await Server(port, given(), WRONG["a wrong token"]).ask()
            told = [json.loads(line) for line in it.log.getvalue().splitlines()]
            assert [each["why"] for each in told if each["event"] == "turned_away"] == [
                "wrong token"
            ]

    run(call())


def test_a_call_has_its_answer_while_many_strangers_hold_connections(tmp_path: Path) -> None:
    """Half-open ones, endless headers, binary, and those who close at once."""

    async def stranger(port: int, number: int) -> asyncio.StreamWriter | None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return None
        words = (b"", b"agi_network: yes\n", b"agi_callerid: " + b"1" * 9000, b"\x16\x03\x01\n")
        with suppress(OSError):
            writer.write(words[number % 4])
        if number % 5 == 0:
            writer.close()
        return writer

    async def call() -> None:
        async with serving(tmp_path) as (_, port):
            writers = []
            for batch in range(10):
                some = (stranger(port, batch * 40 + each) for each in range(40))
                writers += await asyncio.gather(*some)
                begun = time.monotonic()
                held = await Server(port, given()).ask()
                assert held["AO"] == "done"
                assert time.monotonic() - begun < 2
            for writer in writers:
                if writer is not None:
                    writer.close()

    run(call())


def test_at_its_end_the_gateway_lets_calls_have_their_answers(tmp_path: Path) -> None:
    async def call() -> None:
        async with serving(tmp_path) as (it, port):
            assert it.runtime.scripts is not None
            slow = ScriptedReply("done", {}, after_s=0.5)
            it.runtime.scripts.register("t1", {"billing.customer": (slow,)})
            server = Server(port, {**given(), "FLOWC_TOKEN": "t1"})
            asked = asyncio.create_task(server.ask())
            while not any("AB" in command for command in server.commands):
                await asyncio.sleep(0.01)
        assert (await asked)["AO"] == "done"
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    run(call())


def test_the_gateway_listens_on_loopback_only_and_never_without_a_token(tmp_path: Path) -> None:
    async def call() -> None:
        async with bench(tmp_path) as it:
            for host, token in (("0.0.0.0", TOKEN), ("127.0.0.1", "")):
                gateway = AgiGateway(it.runtime.broker, it.runtime.releases, token, host, 0)
                with pytest.raises(SettingsError, match=r"loopback|letters and digits"):
                    async with gateway.serving():
                        pass

    run(call())
