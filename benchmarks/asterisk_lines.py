"""Calls on Local channels: the cheapest caller there is. Presses keys, and reads the calls' records.

Knows a booted lab server, and nothing of what answers.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
from collections import Counter
from collections.abc import Sequence

from path_scripts import KEY_S, Script

from flowc_asterisk.ami.client import Ami, connect
from flowc_asterisk.lab.server import AsteriskServer

CALLER = "bench-caller"
NUMBER = "7000"
END_SECONDS = 90.0
QUIET_SECONDS = 4.0  # with no call up and no new record: then no more will come


def caller_dialplan(scripts: Sequence[Script]) -> str:
    """The context that every caller's leg runs in."""
    return f"[{CALLER}]\n" + "".join(map(_leg, scripts))


def _leg(script: Script) -> str:
    """The caller's own leg."""
    key = int(1000 * KEY_S)
    steps = [
        step
        for seconds, keys in script.presses
        for step in (f"Wait({seconds})", *([f"SendDTMF({keys},{key},{key})"] if keys else []))
    ]
    lines = "".join(f" same => n,{step}\n" for step in (*steps, "Wait(80)"))
    return f"exten => {script.name},1,NoOp()\n{lines}"


class Lines:
    """Places calls and tells how they ended, by the record that each call leaves."""

    def __init__(self, server: AsteriskServer, ami: Ami) -> None:
        self.server = server
        self._ami = ami
        self._read = 0  # bytes of the record file that were taken
        self._numbers = itertools.count()

    async def place(self, context: str, script: str) -> None:
        """One call into a context; returns as soon as the server has taken it on."""
        await self._ami.demand(
            "Originate",
            Channel=f"Local/{NUMBER}@{context}/n",
            Context=CALLER,
            Exten=script,
            Priority="1",
            CallerID="13800000000",
            Timeout="30000",
            Async="1",  # not `true`: then our client waits until it is answered
        )

    async def all(self, context: str, script: str, count: int, gap: float) -> Counter[str]:
        """Place `count` calls, `gap` seconds apart; what their records say, once all have ended."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for index in range(count):
            await asyncio.sleep(max(0.0, begun + index * gap - loop.time()))
            await self.place(context, script)
        return await self.ended(count)

    async def ended(self, count: int) -> Counter[str]:
        """Wait until no call is up and the records are written: two legs a call, or no more come."""
        loop = asyncio.get_running_loop()
        marks: list[str] = []
        last = loop.time()
        async with asyncio.timeout(END_SECONDS):
            while len(marks) < 2 * count and loop.time() < last + QUIET_SECONDS:
                await asyncio.sleep(0.1)
                more = self._records()
                marks += more
                last = loop.time() if more or await self._calls() else last
        return Counter(mark for mark in marks if mark)

    async def _calls(self) -> int:
        return int((await self._ami.demand("CoreStatus")).get("CoreCurrentCalls", "0"))

    def _records(self) -> list[str]:
        """The last word of each new record's user field: the last mark of that call."""
        if not self.server.cdr.exists():
            return []
        with self.server.cdr.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        self._read += len(whole) + bool(whole)
        rows = csv.reader(whole.decode().splitlines())
        return [row[-1].rpartition(" ")[2] for row in rows]

    async def steps(self, context: str, script: str) -> tuple[str, ...]:
        """Every step of dialplan that one call runs on the answering side, in order."""
        server = self.server
        account = (server.account.name, server.account.secret)
        found: list[str] = []
        async with connect(server.host, server.ports.control, *account) as ami:
            with ami.events("Newexten", "Hangup") as events:
                await self.place(context, script)
                async for event in events:
                    if not event.get("Channel").endswith(";2"):
                        continue
                    if event.event == "Hangup":
                        break
                    found.append(f"{event.get('Application')}({event.get('AppData')})")
        await self.ended(1)
        return tuple(found)
