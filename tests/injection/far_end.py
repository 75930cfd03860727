"""The back ends of the calls: one over HTTP, one in SQLite. They say hostile words, and write down
what they are told, as raw as it comes. Knows no telephone system.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ANSWER = {"name": "Bob", "number": "123", "word": "plain"}
_SCHEMA = """
create table answers (caller text primary key, name text, number text, word text, result text);
create table heard (caller text, text text, word text);
create table canary (id text);
create table tickets (id text);
insert into tickets values ('kept');
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it came in: its first line, its headers as they stood, its body."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Says:
    """What the HTTP back end says to one caller: a body, a status, further lines of its head."""

    body: bytes
    status: str = "200 OK"
    head: bytes = b""

    @classmethod
    def json(cls, answer: object) -> Says:
        return cls(json.dumps(answer).encode("utf-8", "surrogatepass"))


@dataclass
class FarEnd:
    """Both back ends. `says` by caller's number; who is not there is told something plain."""

    folder: Path
    port: int = 0
    says: dict[str, Says] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "near.db"

    def fill(self, rows: Iterable[tuple[str, str, str, str, str | None]]) -> None:
        """Answers of the SQL back end: caller, name, number, word, result."""
        with sqlite3.connect(self.file) as base:
            base.executemany("insert or replace into answers values (?, ?, ?, ?, ?)", rows)
        base.close()

    def make(self) -> None:
        with sqlite3.connect(self.file) as base:
            base.executescript(_SCHEMA)
        base.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            while True:
                asked = await _request(reader)
                self.heard.append(asked)
                told = self._reply(asked)
                length = f"Content-Length: {len(told.body)}\r\n".encode()
                head = f"HTTP/1.1 {told.status}\r\nContent-Type: application/json\r\n".encode()
                writer.write(head + told.head + length + b"\r\n" + told.body)
        writer.close()

    def _reply(self, asked: Heard) -> Says:
        target = asked.first.split(" ")[1] if asked.first.count(" ") >= 2 else ""
        path, _, _ = target.partition("?")
        if path.startswith("/api/ask/"):
            return self.says.get(path.removeprefix("/api/ask/"), Says.json(ANSWER))
        return Says(b"{}")


async def _request(reader: asyncio.StreamReader) -> Heard:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = tuple((name, value.strip()) for name, _, value in (x.partition(":") for x in lines))
    made = Heard(first, headers, b"")
    length = int(made.header("content-length") or 0)
    return Heard(first, headers, await reader.readexactly(length))


@asynccontextmanager
async def far_end(folder: Path) -> AsyncIterator[FarEnd]:
    """Both back ends while the context is open."""
    folder.mkdir(parents=True, exist_ok=True)
    end = FarEnd(folder)
    end.make()
    server = await asyncio.start_server(end.serve, "127.0.0.1", 0)
    end.port = server.sockets[0].getsockname()[1]
    try:
        yield end
    finally:
        server.close()
