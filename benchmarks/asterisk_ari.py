"""The measured path as an ARI application on aiohttp: run as a process of its own.

`python asterisk_ari.py SOUNDS HOST:PORT USER SECRET` prints `ready` once its web socket stands. As
lean as such an application gets: one playback a list of files, keys from the event stream.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

SOUNDS, WHERE, USER, SECRET = sys.argv[1:5]
APPLICATION = "hotline"
TRIES = 3
FIRST_S, BETWEEN_S = 10.0, 5.0
_ids = itertools.count()


@dataclass
class Leg:
    """One call: its keys as they come, and which playbacks are over."""

    http: aiohttp.ClientSession
    id: str
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    finished: dict[str, asyncio.Event] = field(default_factory=dict)

    async def post(self, path: str, **values: str) -> None:
        await self._send("POST", f"channels/{self.id}{path}", values)

    async def _send(self, method: str, path: str, values: dict[str, str]) -> None:
        async with self.http.request(method, f"http://{WHERE}/ari/{path}", params=values) as answer:
            await answer.read()
            answer.raise_for_status()

    async def begin(self, *names: str) -> str:
        """Start a list of files; the playback's id."""
        id_ = f"p{next(_ids)}"
        self.finished[id_] = asyncio.Event()
        media = ",".join(f"sound:{SOUNDS}/{name}" for name in names)
        await self.post(f"/play/{id_}", media=media)
        return id_

    async def play(self, *names: str) -> None:
        """Say a list of files whole."""
        await self.finished[await self.begin(*names)].wait()

    async def entry(self, most: int, *names: str) -> str:
        """What the caller typed; the first key cuts the prompt."""
        playback = await self.begin(*names)
        key = await self._first(playback)
        if not self.finished[playback].is_set():
            with suppress(aiohttp.ClientResponseError):  # it may end by itself meanwhile: 404
                await self._send("DELETE", f"playbacks/{playback}", {})
        typed = ""
        while key not in ("", "#"):
            typed += key
            key = await self._next(BETWEEN_S) if len(typed) < most else ""
        return typed

    async def _first(self, playback: str) -> str:
        key = asyncio.ensure_future(self.keys.get())
        over = asyncio.ensure_future(self.finished[playback].wait())
        await asyncio.wait((key, over), return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        await asyncio.wait((key,), timeout=FIRST_S)
        return key.result() if key.done() else ""

    async def _next(self, seconds: float) -> str:
        try:
            return await asyncio.wait_for(self.keys.get(), seconds)
        except TimeoutError:
            return ""


async def hotline(leg: Leg) -> None:
    """The call."""
    await leg.post("/answer")
    await leg.play("hotline.greeting.say")
    choice = await choose(leg)
    account = await ask(leg) if choice == "1" else ""
    if account:
        price = "10250" if account.startswith("8") else "20380"
        await leg.play(*(f"_/n{digit}" for digit in price))
    mark = "told" if account else "faults" if choice == "2" else "person"
    await leg.post("/variable", variable="MARKS", value=mark)
    await leg.play("hotline.goodbye.hangup")
    await leg.post("/continue")


async def choose(leg: Leg) -> str:
    names = ("hotline.top.menu", "hotline.top.prompt")
    for _ in range(TRIES):
        key = await leg.entry(1, *names)
        if key in ("0", "1", "2"):
            return key
        names = ("hotline.top.if_wrong", "hotline.top.prompt")
    return "0"


async def ask(leg: Leg) -> str:
    name = "hotline.ask.prompt"
    for _ in range(TRIES):
        account = await leg.entry(8, name)
        if len(account) == 8:
            return account
        name = "hotline.ask.if_wrong"
    return ""


class Switchboard:
    """Hands each event to the call that it is of."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.legs: dict[str, Leg] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def take(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "StasisStart":
                leg = self.legs[event["channel"]["id"]] = Leg(self.http, event["channel"]["id"])
                self.tasks[leg.id] = asyncio.create_task(hotline(leg))
                self.tasks[leg.id].add_done_callback(_complain)
            case "ChannelDtmfReceived":
                leg = self.legs[event["channel"]["id"]]
                leg.keys.put_nowait(event["digit"])
            case "PlaybackFinished":
                playback = event["playback"]
                found = self.legs.get(playback["target_uri"].removeprefix("channel:"))
                if found is not None:
                    found.finished[playback["id"]].set()
            case "StasisEnd":
                self.legs.pop(event["channel"]["id"])
                self.tasks.pop(event["channel"]["id"]).cancel()


def _complain(task: asyncio.Task[None]) -> None:
    """A call that failed is told at once; one that hung up is no failure."""
    if not task.cancelled() and task.exception() is not None:
        print(repr(task.exception()), file=sys.stderr)


async def main() -> None:
    account = b64encode(f"{USER}:{SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {account}"}
    connections = aiohttp.TCPConnector(limit=50)  # the server's own limit is 100 sessions
    async with aiohttp.ClientSession(headers=headers, connector=connections) as http:
        board = Switchboard(http)
        url = f"ws://{WHERE}/ari/events?app={APPLICATION}&api_key={USER}:{SECRET}"
        async with http.ws_connect(url) as socket:
            print("ready", flush=True)
            async for message in socket:
                board.take(message.json())


asyncio.run(main())
