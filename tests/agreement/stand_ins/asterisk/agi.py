"""The server's side of an AGI conversation; the other side is the real gateway, on the call's own loop.

Conversations take no time but what the gateway takes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from flowc_asterisk.agi.gateway import AgiGateway

from ..line import SPOKE, Line, StandInError
from ..runtime import Hung, ScriptedRuntime
from .functions import CALLERS
from .substitution import substitute

if TYPE_CHECKING:
    from .channel import Channel

MOST_VALUE = 1023  # bytes of a variable that a conversation is told


class Link:
    """A connection of the server: bytes to the gateway, and lines from it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        # The loop is all that a reader asks of the world.
        self.reader = asyncio.StreamReader(loop=line.loop)
        self.lines: deque[str] = deque()
        self.is_closed = False
        self._rest = b""

    def send(self, text: str) -> None:
        """Say something to the gateway."""
        self.reader.feed_data(text.encode("latin-1"))

    def hang_up(self) -> None:
        """Close the server's end."""
        self.reader.feed_eof()

    # --- what the gateway writes to

    def write(self, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\n")
        self.lines.extend(each.decode("latin-1") for each in whole)
        self._line.spoke = True

    def close(self) -> None:
        self.is_closed = True
        self._line.spoke = True

    def get_extra_info(self, _: str) -> tuple[str, int]:
        return "127.0.0.1", 1


def connect(line: Line, runtime: ScriptedRuntime | Hung, token: str) -> Link:
    """A connection that the gateway has accepted."""
    link = Link(line)
    if isinstance(runtime, ScriptedRuntime):
        gateway = AgiGateway(runtime.broker, runtime, token, clock=lambda: line.epoch_ms / 1000)
        line.loop.create_task(gateway.accept(link.reader, link))  # type: ignore[arg-type]
    return link


def agi(channel: Channel, url: str) -> bool:
    """Runs a conversation to its end. Keys are dropped; a hang-up, or the call's limit, ends it."""
    host = channel.host
    if host.runtime is None:
        channel.set("AGISTATUS", "FAILURE")
        return True
    talk = _Talk(channel, connect(host.line, host.runtime, host.token), channel.is_over)
    talk.link.send(_header(channel, url))
    status = talk.status()
    talk.link.hang_up()
    host.line.loop.run()
    channel.set("AGISTATUS", status)
    return status != "HANGUP"


class _Talk:
    def __init__(self, channel: Channel, link: Link, is_dead: bool) -> None:
        self.channel, self.link, self.is_dead = channel, link, is_dead

    def status(self) -> str:
        """Converse until one of both ends."""
        line = self.channel.host.line
        while True:
            self._answer_all()
            if self.link.is_closed:
                return "SUCCESS"
            line.spoke = False
            told = line.pass_to(None) if self.is_dead else self.channel.pass_to(None)
            if told is None:
                self.link.send("HANGUP\n")
                if self.channel.variables.get("AGIEXITONHANGUP") != "yes":
                    raise StandInError("a conversation goes on without its caller")
                return "HANGUP"
            if told == SPOKE:
                line.spoke = False

    def _answer_all(self) -> None:
        loop = self.channel.host.line.loop
        loop.run()
        while self.link.lines:
            self.link.send(f"{self._reply(self.link.lines.popleft())}\n")
            loop.run()

    def _reply(self, line: str) -> str:
        channel = self.channel
        match _words(line):
            case ["GET", "FULL", "VARIABLE", text]:
                return f"200 result=1 ({substitute(text, channel)})"
            case ["GET", "VARIABLE", name]:
                value = channel.variable(name)
                return "200 result=0" if value is None else f"200 result=1 ({value[:MOST_VALUE]})"
            case ["SET", "VARIABLE", name, value]:
                channel.set(name, value)
                return "200 result=1"
            case ["DATABASE", "GET", family, key]:
                found = channel.host.database.get(f"{family}/{key}")
                return "200 result=0" if found is None else f"200 result=1 ({found})"
            case ["SET", "MUSIC", "ON", name]:
                channel.host.music.append((channel.now, name))
                return "200 result=0"
            case ["SET", "MUSIC", "OFF"]:
                channel.host.music.append((channel.now, ""))
                return "200 result=0"
            case _:
                raise StandInError(f"no command of a conversation: {line}")


def _words(line: str) -> list[str]:
    """Parted at blanks outside quotes; a backslash keeps the sign behind it."""
    words: list[str] = []
    is_quoted = is_escaped = is_within = False
    for sign in line:
        if sign == "\\" and not is_escaped:
            is_escaped = True
            continue
        if sign == '"' and not is_escaped:
            is_quoted = not is_quoted
            if is_quoted and not is_within:
                words.append("")
                is_within = True
            continue
        if sign in " \t" and not is_quoted and not is_escaped:
            is_within = False
            continue
        if not is_within:
            words.append("")
            is_within = True
        words[-1] += sign
        is_escaped = False
    return words


def _header(channel: Channel, url: str) -> str:
    _, _, script = url.removeprefix("agi://").partition("/")
    fields = {
        "network": "yes",
        "network_script": script,
        "request": url,
        "channel": CALLERS,
        "language": "en",
        "type": "PJSIP",
        "uniqueid": channel.host.unique_id
        if channel.master is None
        else f"{channel.host.unique_id}7",
        "version": "22",
        "callerid": channel.caller or "unknown",
        "calleridname": "unknown",
        "context": channel.context,
        "extension": channel.exten,
        "priority": str(channel.priority),
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "1",
    }
    return "".join(f"agi_{name}: {value}\n" for name, value in fields.items()) + "\n"
