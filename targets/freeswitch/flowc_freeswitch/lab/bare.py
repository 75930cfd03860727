"""A private FreeSWITCH to be deployed to, as if it were an operator's; see `flowc.target.BareServer`.

Knows no release before it is called: what answers has come there by a deploy.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flowc.target import LabRelease, ServerError
from flowc.telephony import ulaw
from flowc.telephony.caller import Caller, Dialling
from flowc.telephony.hearing import PromptBook
from flowc.telephony.sounds import sound_files
from flowc_freeswitch.entry import ENTRY, TOKEN_HEADER, keeps
from flowc_freeswitch.esl.client import Esl
from flowc_freeswitch.esl.wire import Event
from flowc_freeswitch.lab.configuration import LabPlan
from flowc_freeswitch.lab.executor_call import FreeswitchCall
from flowc_freeswitch.lab.find import find_server
from flowc_freeswitch.lab.server import FreeswitchServer, wake_events
from flowc_freeswitch.lowering import Release
from flowc_freeswitch.trace import SUBCLASS

BEGINS_WITHIN_S = 30.0
ENDED = "CHANNEL_HANGUP_COMPLETE"
PUBLIC = "public"
# What an operator writes to send his numbers to flowc; calls that name a token tell what they do.
_DIALPLAN = f"""\
<context name="{PUBLIC}">
<extension name="numbers">
<condition field="destination_number" expression="^([+]?[0-9]+)$">
<action application="set" data="flowc_token=${{sip_h_{TOKEN_HEADER}}}"/>
<action application="transfer" data="$1 XML {ENTRY}"/>
</condition>
</extension>
</context>
"""


@asynccontextmanager
async def bare_server(
    root: Path, tell: Callable[[str], None]
) -> AsyncIterator[FreeswitchBareServer]:
    """Boot one; it is gone when the context closes. Raises LabUnavailableError."""
    async with AsyncExitStack() as stack:
        found = find_server()
        server = FreeswitchServer(found, LabPlan(PUBLIC, "notice", dialplan=_DIALPLAN))
        await stack.enter_async_context(server)
        esl = await stack.enter_async_context(server.connect())
        await esl.subscribe(SUBCLASS, kinds=(ENDED,))
        await wake_events(esl, SUBCLASS)
        caller = await stack.enter_async_context(Caller((server.host, server.ports.sip)))
        tell(f"FreeSWITCH {(await esl.api('version short')).strip()} ({found.program})")
        bare = FreeswitchBareServer(server, root, caller)
        listening = asyncio.create_task(bare.listen(esl))
        try:
            yield bare
        finally:
            listening.cancel()


@dataclass(frozen=True, slots=True)
class FreeswitchBareServer:
    """The server, and a caller beside it."""

    server: FreeswitchServer
    root: Path
    caller: Caller
    _live: dict[str, FreeswitchCall] = field(default_factory=dict)  # by token
    _silent: set[str] = field(default_factory=set)  # tokens of calls that tell nothing of their end

    @property
    def words(self) -> Mapping[str, str]:
        known = self.server.instance
        return {
            "root": str(self.root),
            "runtime": f"{self.server.host}:{known.control}",
            "token": known.password,
            "etc": str(known.etc),
        }

    @property
    def address(self) -> str:
        return f"{self.server.host}:{self.server.ports.sip}"

    async def call(self, number: str, caller: str, held: LabRelease) -> FreeswitchCall:
        """Call, and follow what the call tells under a token of its own."""
        token = secrets.token_hex(8)
        folder = Path(held.request.environment.sounds)
        book = PromptBook(sound_files(folder), ulaw.encode_exactly)
        live = self._live[token] = FreeswitchCall(lambda: book)
        if not keeps(Release(held.request)):
            self._silent.add(token)
        how = Dialling(headers={TOKEN_HEADER: token}, speaks=True)
        outgoing = await self.caller.call(number, caller, how)
        live.connect(outgoing)
        if not outgoing.is_answered:
            raise ServerError(f"nobody answers {number}: {outgoing.status} {outgoing.reason}")
        if not await live.until(lambda: live.begun, BEGINS_WITHIN_S):
            raise ServerError("the server answered the call but does not tell of it")
        return live

    async def listen(self, esl: Esl) -> None:
        """Give each event to the call that it belongs to."""
        loop = asyncio.get_running_loop()
        async for event in esl.events():
            self._take(event, loop.time())

    def _take(self, event: Event, at: float) -> None:
        if event.headers.get("Event-Name") == ENDED:
            token = event.headers.get("variable_flowc_token", "")
            if token in self._silent:
                left = event.headers.get("variable_sip_hangup_disposition") == "recv_bye"
                self._live[token].end("caller" if left else "flow", at)
        elif (live := self._live.get(event.headers.get("Flowc-Token", ""))) is not None:
            live.take(event.headers, event.body, at)
