"""A private Asterisk to be deployed to, as if it were an operator's; see `flowc.target.BareServer`.

Knows no release before it is called: what answers has come there by a deploy.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from flowc.target import LabRelease, ServerError
from flowc.telephony.caller import Caller, Dialling
from flowc.telephony.hearing import PromptBook
from flowc.telephony.sounds import sound_files
from flowc_asterisk.ami.client import Ami, connect
from flowc_asterisk.entry import ENTRY
from flowc_asterisk.lab.configuration import AmiAccount, LabPlan
from flowc_asterisk.lab.executor_call import AsteriskCall
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer
from flowc_asterisk.trace import AT, TraceReader

DEPLOYER = "flowc"
BEGINS_WITHIN_S = 30.0


@asynccontextmanager
async def bare_server(root: Path, tell: Callable[[str], None]) -> AsyncIterator[AsteriskBareServer]:
    """Boot one; it is gone when the context closes."""
    account = AmiAccount(DEPLOYER, secrets.token_hex(12), read="system", write="system,reporting")
    async with AsyncExitStack() as stack:
        tree = await asyncio.to_thread(ensure_asterisk, None, tell)
        plan = LabPlan(entry_context=ENTRY, accounts=(account,), verbose=0)
        server = await stack.enter_async_context(AsteriskServer(tree, plan))
        watcher = server.account
        ami = await stack.enter_async_context(
            connect(server.host, server.ports.control, watcher.name, watcher.secret)
        )
        caller = await stack.enter_async_context(Caller((server.host, server.ports.sip)))
        tell(f"Asterisk {tree.version}")
        yield AsteriskBareServer(server, account, root, ami, caller)


@dataclass(frozen=True, slots=True)
class AsteriskBareServer:
    """The server, and a caller beside it."""

    server: AsteriskServer
    account: AmiAccount
    root: Path
    ami: Ami
    caller: Caller

    @property
    def words(self) -> Mapping[str, str]:
        return {
            "root": str(self.root),
            "ami": f"{self.server.host}:{self.server.ports.control}",
            "ami_user": self.account.name,
            "ami_secret": self.account.secret,
            "etc": str(self.server.etc),
            "log": str(self.server.log),
        }

    @property
    def address(self) -> str:
        return f"{self.server.host}:{self.server.ports.sip}"

    async def call(self, number: str, caller: str, held: LabRelease) -> AsteriskCall:
        """Call, and follow the channel that enters the deployed numbers next."""
        folder = Path(held.request.environment.sounds)
        book = PromptBook(sound_files(folder))
        reader = TraceReader(held.request.graph, held.request.release8, str(folder))
        live = AsteriskCall(reader, lambda: book)
        listening = asyncio.create_task(self._listen(live))
        outgoing = await self.caller.call(number, caller, Dialling(speaks=True))
        live.connect(outgoing)
        if not outgoing.is_answered:
            listening.cancel()
            raise ServerError(f"nobody answers {number}: {outgoing.status} {outgoing.reason}")
        if not await live.until(lambda: live.begun, BEGINS_WITHIN_S):
            raise ServerError("the server answered the call but does not tell of it")
        return live

    async def _listen(self, live: AsteriskCall) -> None:
        """Give the call its channel's events, until that channel is gone."""
        loop = asyncio.get_running_loop()
        channel = ""
        with self.ami.events("Newexten", "VarSet", "Hangup") as events:
            async for event in events:
                told = dict(event.headers)
                if not channel and told.get("Context") == ENTRY:
                    channel = told.get("Uniqueid", "")
                if channel and told.get("Uniqueid") == channel:
                    live.take({**told, AT: f"{loop.time():.6f}"})
                    if told.get("Event") == "Hangup":
                        return
