"""The gateway of live calls at its event socket, with a server in memory: what comes at its end, and
what comes of a question that makes no sense.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowc.expression.tree import Call, Read
from flowc.expression.types import Scalar
from flowc.graph.operations import InvokeKind
from flowc_freeswitch.esl.gateway import EslGateway
from flowc_freeswitch.esl.question import ASK, TAKEN
from flowc_freeswitch.esl.wire import Event
from flowc_freeswitch.trace import join_words, split_words
from tests.unit.runtime.runtime_support import (
    Bench,
    bench,
    invoke,
    make_billing,
    release,
    run,
    sql_service,
)

ACT = invoke(InvokeKind.REQUEST, "billing", "unsuspend")
TODAY = invoke(
    InvokeKind.LOOKUP,
    "billing",
    "customer",
    arguments=(("account", Read("account", Scalar.DIGITS)), ("day", Call("today", ()))),
)


class Server:
    """In the place of the event socket: calls say at once that they have what is laid before them."""

    def __init__(self, gateway: EslGateway) -> None:
        self._gateway = gateway
        self.words: list[tuple[str, str, str]] = []  # sequence, step, outcome

    async def send_event(self, headers: Mapping[str, str], body: str = "") -> None:
        """Lay a word before a call."""
        sequence, step = headers["Flowc-Sequence"], headers["Flowc-Step"]
        outcome = str(split_words(body).get("outcome", ""))
        self.words.append((sequence, step, outcome))
        taken = {name: headers[name] for name in ("Flowc-Call", "Flowc-Sequence", "Flowc-Step")}
        event = Event({"Event-Subclass": TAKEN, **taken})
        asyncio.get_running_loop().call_soon(self._gateway.take, self, event)

    def asks(self, sequence: str, offset: str = "0") -> None:
        """A call asks."""
        headers = {
            "Event-Subclass": ASK,
            "Flowc-Release": "0a1b2c3d",
            "Flowc-Site": "balance.find",
            "Flowc-Call": "c0ffee",
            "Flowc-Sequence": sequence,
            "Flowc-Deadline": str(int((time.time() + 1.5) * 1000)),
            "Flowc-Offset": offset,
            "Flowc-Language": "zh",
        }
        held = join_words({"v.account": "80012345"})
        esl: Any = self
        self._gateway.take(esl, Event(headers, held))


def _gateway(it: Bench) -> tuple[EslGateway, Server]:
    gateway = EslGateway(it.runtime.broker, it.runtime.releases, "password", port=1)
    return gateway, Server(gateway)


def test_what_is_asked_while_the_gateway_ends_is_told_at_once_that_nothing_was_done(
    tmp_path: Path,
) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path, release(sql_service(), asks=(ACT,))) as it:
            gateway, server = _gateway(it)
            loop = asyncio.get_running_loop()
            slow = asyncio.Event()
            loop.call_later(0.3, slow.set)
            real = it.runtime.broker.providers.reply

            async def slowly(*asked: Any) -> Any:
                await slow.wait()
                return await real(*asked)

            object.__setattr__(it.runtime.broker.providers, "reply", slowly)
            async with gateway.serving():
                server.asks("1")
                await asyncio.sleep(0.1)
                loop.call_later(0.05, server.asks, "2")
            assert ("2", "answer", "error") in server.words
            assert ("2", "begin", "") not in server.words
            assert ("1", "answer", "done") in server.words

    run(call())


def test_a_question_without_sense_ends_nobody_elses(tmp_path: Path) -> None:
    make_billing(tmp_path)

    async def call() -> None:
        async with bench(tmp_path, release(sql_service(), asks=(TODAY,))) as it:
            _, server = _gateway(it)
            server.asks("1", offset="999999999999999")  # in the year 31,690,765
            server.asks("2")
            async with asyncio.timeout(5):
                while not server.words:
                    await asyncio.sleep(0.01)
            assert [sequence for sequence, _, _ in server.words] == ["2"]
            assert '"defect"' in it.log.getvalue()

    run(call())
