"""What lies between a server and its runtime, and spoils what the runtime says.

A fault begins with the first question that passes. Knows the two protocols only as far as to tell a
question from a sign of life, and to lie in one place.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

PROCESS = ("kill", "stop")  # faults of the runtime itself, not of its words
JUNK = {
    "words": b"open sesame\n\n" * 3,
    "bytes": b"\x16\x03\x01\x00\xff\xfe\x80 \x1b[2J\r\n\n",
    "a web page": b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
}
# In each protocol the words by which an answer is known; a lie changes one letter of them.
LIES = (
    (b'SET VARIABLE AD "', b'SET VARIABLE AD "9'),
    (b"outcome=s", b"outcome=snever_"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the runtime or its words, from the first question on.

    `kill`, `stop`: its process, `after_s`. `cut`, `hold`: only `most_bytes` more of what it says pass,
    then the connection is closed, or stays as it is. `slow`: each piece comes `after_s` late. `junk`:
    instead of its words come others (of JUNK, or for ever). `lies`: its answers are not what was
    asked. `refuse`: it is not there.
    """

    kind: Literal["kill", "stop", "cut", "hold", "slow", "junk", "lies", "refuse"]
    after_s: float = 0.0
    most_bytes: int = 0
    words: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "kill" | "stop" | "slow":
                return f"{self.kind} {self.after_s:.2f} s"
            case "cut" | "hold":
                return f"{self.kind} after {self.most_bytes} bytes"
            case "junk":
                return f"junk: {self.words}"
            case _:
                return self.kind


@dataclass
class Proxy:
    """Takes connections at `port` and passes them on to `onward`.

    `asks_first`: each connection is a question, and the far side is the runtime; else the near side is
    the runtime, on one connection for all. `whole_lines`: an answer is held between two lines only.
    """

    onward: int
    asks_first: bool
    whole_lines: bool
    port: int = 0
    fault: Fault | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    broke_at: float = 0.0  # when words were last spoilt
    _listening: asyncio.Server | None = None
    _served: set[asyncio.Task[None]] = field(default_factory=set)

    async def begin(self, fault: Fault | None) -> None:
        """The next fault; it waits for a question. A runtime that refuses is not listened for."""
        self.fault, self.broke_at = fault, 0.0
        self.asked.clear()
        if fault is not None and fault.kind == "refuse":
            self.close()
        elif self._listening is None:
            self._listening = await asyncio.start_server(self.serve, "127.0.0.1", self.port)

    def close(self) -> None:
        """Listen no more, and let go of every connection."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for task in self._served:
            task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._served.add(task)  # else nobody holds a connection that is held
        task.add_done_callback(self._served.discard)
        if self.asks_first:
            self.asked.set()
        if self._is_shut():
            writer.close()
            return
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self.onward)
        except OSError:
            writer.close()
            return
        await self._between((reader, writer), (back, forth))

    async def _between(self, near: Ends, far: Ends) -> None:
        server, runtime = (near, far) if self.asks_first else (far, near)
        asking = asyncio.create_task(self._questions(server[0], runtime[1]))
        saying = asyncio.create_task(self._words(runtime[0], server[1]))
        try:
            done, _ = await asyncio.wait({asking, saying}, return_when=asyncio.FIRST_COMPLETED)
            if saying in done and self._holds():
                await asyncio.wait({asking})  # until the server gives up
        except asyncio.CancelledError:
            pass  # nobody waits for this task
        for pump in (asking, saying):
            pump.cancel()
        for _, writer in (near, far):
            writer.close()

    def _is_shut(self) -> bool:
        """A runtime that keeps one connection for all calls does not get through a second time."""
        spoilt = self.fault is not None and self.fault.kind in ("cut", "hold", "junk")
        return spoilt and not self.asks_first and self.asked.is_set()

    def _holds(self) -> bool:
        return self.fault is not None and self.fault.kind in ("hold", "junk")

    def _broke(self) -> None:
        self.broke_at = asyncio.get_running_loop().time()

    async def _questions(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if b"flowc%3A%3Aask" in data or b"flowc::ask" in data:
                    self.asked.set()
                sink.write(data)
                await sink.drain()

    async def _words(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """What the runtime says, spoilt as the fault has it once a question has been asked."""
        left: int | None = None
        with suppress(OSError):
            while data := await source.read(65536):
                fault = self.fault if self.asked.is_set() else None
                if fault is not None and fault.kind in ("cut", "hold"):
                    left = fault.most_bytes if left is None else left
                    sink.write(self._within(data, left))
                    left -= len(data)
                    if left <= 0:
                        await sink.drain()
                        self._broke()
                        return
                elif fault is not None and fault.kind == "junk":
                    self._broke()
                    await _talk_junk(fault.words, sink)
                    return
                else:
                    await self._say(fault, data, sink)

    def _within(self, data: bytes, most: int) -> bytes:
        data = data[:most]
        return data[: data.rfind(b"\n") + 1] if self.whole_lines and self._holds() else data

    async def _say(self, fault: Fault | None, data: bytes, sink: asyncio.StreamWriter) -> None:
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.after_s)
        if fault is not None and fault.kind == "lies":
            for true, lie in LIES:
                data = data.replace(true, lie)
        sink.write(data)
        await sink.drain()


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _talk_junk(words: str, sink: asyncio.StreamWriter) -> None:
    """Once, or for ever; the connection then stays as it is."""
    while words == "for ever":
        sink.write(JUNK["words"])
        await sink.drain()
        await asyncio.sleep(0.005)
    sink.write(JUNK[words])
    await sink.drain()
