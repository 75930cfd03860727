"""The gateway asked by a real Asterisk: answers, values that look like code, a slow and a hung runtime."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from flowc.graph.operations import InvokeKind
from flowc.runtime.services.scripts import ScriptedReply
from flowc_asterisk.agi.gateway import AgiGateway
from flowc_asterisk.lab.configuration import LabPlan
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer
from flowc_asterisk.protocol import password
from tests.unit.runtime.runtime_support import (
    GIVES,
    READINGS,
    Bench,
    bench,
    invoke,
    make_billing,
    release,
    sql_service,
)

pytestmark = pytest.mark.pbx

LOOK = invoke(
    InvokeKind.LOOKUP, "billing", "customer", gives=GIVES, readings=READINGS, deadline_ms=5000
)
TOKEN = "s3cret"
SHOWN = password(TOKEN, "0a1b2c3d")
DIALPLAN = """
[agi]
exten => _[a-z]!,1,Answer()
 same => n,Set(AGIEXITONHANGUP=yes)
 same => n,Set(V_account=80012345)
 same => n,Set(L=zh)
 same => n,Set(AN=n1)
 same => n,Set(FLOWC_TOKEN=${{EXTEN}})
 same => n,Set(TIMEOUT(absolute)=2.5)
 same => n,AGI(agi://127.0.0.1:{port}/{token}/0a1b2c3d/balance.find)
 same => n,Set(TIMEOUT(absolute)=0)
 same => n,Log(NOTICE,told ${{EXTEN}} ${{AO}} ${{AD}} <${{V_c_services_0_name}}> ${{V_c_services_0_balance_say_zh}} end)
 same => n,Hangup()
exten => T,1,Log(NOTICE,gave up end)
 same => n,Hangup()
"""


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Bench, AsteriskServer]]:
    """A runtime, and a server whose dialplan asks it."""
    make_billing(folder)
    async with bench(folder, release(sql_service(), asks=(LOOK,)), test_mode=True) as it:
        gateway = AgiGateway(it.runtime.broker, it.runtime.releases, TOKEN, port=0)
        async with gateway.serving() as (_, port):
            plan = LabPlan(dialplan=DIALPLAN.format(port=port, token=SHOWN))
            async with AsteriskServer(ensure_asterisk(), plan) as server:
                yield it, server


async def told(server: AsteriskServer, extension: str, words: str, seconds: float = 12.0) -> str:
    """Call an extension; the line of the log that begins with the words."""
    await server.cli(f"channel originate Local/{extension}@agi application Wait 9")
    async with asyncio.timeout(seconds):
        while True:
            for line in server.log.read_text("utf-8", "replace").splitlines():
                found = line.find(words)
                if found >= 0 and line.endswith(" end") and "NOTICE" in line:
                    return line[found:]
            await asyncio.sleep(0.05)


def test_a_real_server_has_the_answer_in_its_variables(tmp_path: Path) -> None:
    async def call() -> None:
        async with served(tmp_path) as (_, server):
            line = await told(server, "plain", "told plain")
            assert line == "told plain done n1 <宽带> zh/_/n30&zh/_/yuan end"

    asyncio.run(call())


def test_a_value_that_looks_like_code_stays_text_on_a_real_server(tmp_path: Path) -> None:
    name = '${SHELL(touch /tmp/x)} "a\\b", (c) $[1+1]; 张三'

    async def call() -> None:
        async with served(tmp_path) as (_, server):
            with sqlite3.connect(tmp_path / "billing.db") as base:
                base.execute("update service set name = ? where balance = 30", (name,))
                base.execute("delete from service where balance < 0")
            assert f"<{name}>" in await told(server, "hostile", "told hostile")

    asyncio.run(call())


def test_a_slow_answer_comes_after_the_limit_because_the_gateway_arms_it_anew(
    tmp_path: Path,
) -> None:
    async def call() -> None:
        async with served(tmp_path) as (it, server):
            assert it.runtime.scripts is not None
            slow = ScriptedReply("done", {"services": []}, after_s=3.5)
            it.runtime.scripts.register("slow", {"billing.customer": (slow,)})
            assert (await told(server, "slow", "told slow")).startswith("told slow done n1")

    asyncio.run(call())


def test_a_runtime_that_hangs_is_given_up_by_the_server_itself(tmp_path: Path) -> None:
    async def call() -> None:
        gone = asyncio.Event()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await gone.wait()
            writer.close()

        hung = await asyncio.start_server(hang, "127.0.0.1", 0)
        port = hung.sockets[0].getsockname()[1]
        plan = LabPlan(dialplan=DIALPLAN.format(port=port, token=SHOWN))
        async with AsteriskServer(ensure_asterisk(), plan) as server:
            begun = asyncio.get_running_loop().time()
            assert await told(server, "hung", "gave up") == "gave up end"
            assert 2.3 < asyncio.get_running_loop().time() - begun < 6
            gone.set()
        hung.close()

    asyncio.run(call())
