"""Calls by SIP to a booted FreeSWITCH: presses keys, and reads the calls' records.

The callers are this process's own and send sound only when they answer and press; so a call costs
the server little beyond the path itself. Knows nothing of what answers.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from path_scripts import KEY_S, Script

from flowc.telephony.call import CallEnded
from flowc.telephony.caller import Caller, Dialling

FROM = "13800000000"
END_S = 90.0
PATIENCE_S = 30.0  # for which a caller who has pressed everything stays


class Lines:
    """Places calls and tells how they ended, by the record that each call leaves."""

    def __init__(self, caller: Caller, records: Path) -> None:
        self._caller, self._records = caller, records
        self._read = 0  # bytes of the records that were taken

    async def all(self, number: str, scripts: tuple[Script, ...], gap: float) -> Counter[str]:
        """Place a call for each script, `gap` seconds apart; what their records say."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with asyncio.timeout(END_S), asyncio.TaskGroup() as calls:
            for index, script in enumerate(scripts):
                await asyncio.sleep(max(0.0, begun + index * gap - loop.time()))
                calls.create_task(self._call(number, script))
        return await self._ended(number, len(scripts))

    async def _call(self, number: str, script: Script) -> None:
        call = await self._caller.call(number, FROM, Dialling(speaks=False))
        try:
            for seconds, keys in script.presses:
                await call.wait_ended(seconds)
                await call.press(keys, spacing=2 * KEY_S, length=KEY_S)
            await call.wait_ended(PATIENCE_S)
        except CallEnded:
            pass  # its record tells
        finally:
            await call.hang_up()

    async def _ended(self, number: str, count: int) -> Counter[str]:
        """Wait until so many records are written. Raises SystemExit where they do not come."""
        marks: list[str] = []
        end = asyncio.get_running_loop().time() + END_S
        while len(marks) < count:
            if asyncio.get_running_loop().time() > end:
                raise SystemExit(f"{number}: {len(marks)} of {count} calls left a record: {marks}")
            await asyncio.sleep(0.05)
            marks += self._new_records()
        return Counter(mark for mark in marks if mark)

    def _new_records(self) -> list[str]:
        """The last mark of each new record."""
        if not self._records.exists():
            return []
        with self._records.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        self._read += len(whole) + bool(whole)
        return [row.rpartition(" ")[2] for row in whole.decode().splitlines()]
