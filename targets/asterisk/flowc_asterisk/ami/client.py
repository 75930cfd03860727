"""The manager interface as the rest of flowc sees it: log in, act, read events. Raises AmiError.

Everything sent passes the check in `message`. Knows actions, and nothing of flows or deploys.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from flowc_asterisk.ami.connection import PlainAction, PlainManager
from flowc_asterisk.ami.errors import (
    ActionFailed,
    ActionRefused,
    ActionTimeout,
    AmiError,
    LoginRefused,
    PbxUnreachable,
)
from flowc_asterisk.ami.events import EventStream
from flowc_asterisk.ami.message import (
    AmiMessage,
    Value,
    checked_fields,
    checked_variables,
)

ACTION_SECONDS = 10.0
MOST_EVENTS = 10_000


@dataclass(frozen=True, slots=True)
class DialplanLine:
    """One line of the dialplan as the server holds it. `include` names an included context, and
    then there is neither extension nor application. `priority` is its number, `label` may be empty."""

    context: str
    extension: str
    priority: int
    label: str
    application: str
    data: str
    include: str
    registrar: str


@dataclass(frozen=True, slots=True)
class Originate:
    """A call to be made by the server: ring `channel`, then run the dialplan at the place named.

    `variables` hold letters, digits and `_.+-` only. `timeout`: seconds to ring.
    """

    channel: str
    context: str
    extension: str = "s"
    priority: int = 1
    caller_id: str = ""
    timeout: float = 30.0
    variables: Mapping[str, str] | None = None


class Ami:
    """A logged-in connection; `connect` makes one. Every method raises AmiError's kinds:
    ActionRefused before sending, ActionTimeout, PbxUnreachable, and where said ActionFailed."""

    def __init__(
        self, host: str, port: int, user: str, secret: str, *, events: bool = True
    ) -> None:
        self._where = f"{host}:{port}"
        self._streams: list[EventStream] = []
        self._lost = False
        self._manager = PlainManager(
            self._dispatch,
            self._connection_lost,
            host=host,
            port=port,
            username=user,
            secret=secret,
            events="on" if events else "off",
        )

    async def log_in(self, timeout: float) -> None:
        """Connect and log in. Raises PbxUnreachable or LoginRefused."""
        checked_fields("Login", {key: self._manager.config[key] for key in ("username", "secret")})
        try:
            welcome = await self._manager.log_in(timeout)
        except TimeoutError as error:
            raise PbxUnreachable(f"nothing at {self._where} answers as Asterisk's AMI") from error
        except OSError as error:
            raise PbxUnreachable(
                f"no Asterisk manager at {self._where}: does Asterisk run there, with `enabled = yes` "
                "in manager.conf? The environment's `ami:` says where it is"
            ) from error
        if not welcome:
            user = self._manager.config["username"]
            raise LoginRefused(f"Asterisk at {self._where} refuses the AMI user {user!r}")

    def close(self) -> None:
        """Leave. Whatever still waits is told that the connection is closed."""
        self._manager.close()
        self._connection_lost()

    async def action(
        self, name: str, *, timeout: float = ACTION_SECONDS, **fields: Value
    ) -> AmiMessage:
        """Send one action; its response, also where that is an error: see its `succeeded`."""
        return (await self.action_list(name, timeout=timeout, **fields))[0]

    async def action_list(
        self, name: str, *, timeout: float = ACTION_SECONDS, **fields: Value
    ) -> tuple[AmiMessage, ...]:
        """Send one action; its response and the events that belong to it."""
        return await self._send(name, fields, timeout)

    async def _send(
        self, name: str, fields: Mapping[str, Value], timeout: float
    ) -> tuple[AmiMessage, ...]:
        action = PlainAction(checked_fields(name, fields))
        if self._lost:
            raise PbxUnreachable(f"the connection to Asterisk at {self._where} is closed")
        future = self._manager.send_action(action)
        try:
            async with asyncio.timeout(timeout):
                answer: tuple[AmiMessage, ...] = await future
        except TimeoutError as error:
            self._manager.protocol.forget_future(future)
            raise ActionTimeout(f"Asterisk did not answer {name} in {timeout:g} s") from error
        return answer

    async def demand(
        self, name: str, *, timeout: float = ACTION_SECONDS, **fields: Value
    ) -> AmiMessage:
        """Like `action`, but an error response raises ActionFailed with the server's words."""
        return _succeeded(name, await self.action(name, timeout=timeout, **fields))

    async def command(self, command: str, *, timeout: float = ACTION_SECONDS) -> str:
        """Run a console command; what it printed. Needs the right `command`: else ActionFailed."""
        answer = await self.demand("Command", timeout=timeout, Command=command)
        return "\n".join(answer.all("Output"))

    def events(self, *names: str, most: int = MOST_EVENTS) -> EventStream:
        """The events of those names (all, without any), from now on; `most` may wait unread."""
        stream = EventStream(names, most, self._forget)
        self._streams.append(stream)
        if self._lost:
            self._forget(stream)
            stream.end(PbxUnreachable(f"the connection to Asterisk at {self._where} is closed"))
        return stream

    async def dialplan_show(self, context: str) -> tuple[DialplanLine, ...]:
        """A context as the server holds it, without the right `command`; empty where it has none."""
        response, *lines = await self.action_list("ShowDialPlan", Context=context)
        if not response.succeeded:
            if "Did not find" in response.get("Message"):
                return ()
            _succeeded("ShowDialPlan", response)
        return tuple(_dialplan_line(line) for line in lines if line.event == "ListDialplan")

    async def queue_status(self, queue: str = "") -> tuple[AmiMessage, ...]:
        """Queues (QueueParams), their members (QueueMember) and callers (QueueEntry)."""
        fields: dict[str, Value] = {"Queue": queue} if queue else {}
        return await self._listed("QueueStatus", fields)

    async def core_show_channels(self) -> tuple[AmiMessage, ...]:
        """Every channel that is up (CoreShowChannel). Raises ActionFailed where one is missing.

        A caller's number may write lines of their own channel's event: `all` values of a header count.
        """
        response, *items = await self._send("CoreShowChannels", {}, ACTION_SECONDS)
        _succeeded("CoreShowChannels", response)
        channels = tuple(item for item in items if item.event == "CoreShowChannel")
        if items and items[-1].get("ListItems") != str(len(channels)):
            raise ActionFailed("Asterisk's list of channels is not whole")
        return channels

    async def reload(self, module: str) -> None:
        """Have a module (`pbx_config`, `app_queue`, `res_musiconhold`) read its files anew.

        Success says only that it did so, not that the files were sound.
        """
        await self.demand("Reload", Module=module, timeout=60.0)

    async def originate(self, call: Originate) -> AmiMessage:
        """Make a call and wait until it is answered or given up: an OriginateResponse event."""
        milliseconds = round(call.timeout * 1000)
        answers = await self.action_list(
            "Originate",
            timeout=call.timeout + ACTION_SECONDS,
            Channel=call.channel,
            Context=call.context,
            Exten=call.extension,
            Priority=call.priority,
            CallerID=call.caller_id,
            Timeout=milliseconds,
            Async=True,
            Variable=checked_variables(call.variables or {}),
        )
        return answers[-1] if len(answers) > 1 else _succeeded("Originate", answers[0])

    async def _listed(self, name: str, fields: Mapping[str, Value]) -> tuple[AmiMessage, ...]:
        response, *items = await self._send(name, fields, ACTION_SECONDS)
        _succeeded(name, response)
        return tuple(item for item in items if not item.event.endswith("Complete"))

    def _dispatch(self, event: AmiMessage) -> None:
        for stream in tuple(self._streams):
            stream.put(event)

    def _connection_lost(self) -> None:
        self._lost = True
        for stream in tuple(self._streams):
            stream.end(PbxUnreachable(f"the connection to Asterisk at {self._where} was closed"))

    def _forget(self, stream: EventStream) -> None:
        if stream in self._streams:
            self._streams.remove(stream)


@asynccontextmanager
async def connect(
    host: str, port: int, user: str, secret: str, *, events: bool = True, timeout: float = 10.0
) -> AsyncIterator[Ami]:
    """A logged-in manager connection. Raises PbxUnreachable, LoginRefused or ActionRefused.

    Without `events` the server sends none, which is right for whoever only acts.
    """
    ami = Ami(host, port, user, secret, events=events)
    try:
        await ami.log_in(timeout)
        yield ami
    finally:
        ami.close()


def _succeeded(name: str, response: AmiMessage) -> AmiMessage:
    if not response.succeeded:
        raise ActionFailed(
            f"Asterisk refuses {name}: {response.get('Message') or 'no reason given'}"
        )
    return response


def _dialplan_line(event: AmiMessage) -> DialplanLine:
    priority = event.get("Priority")
    return DialplanLine(
        context=event.get("Context"),
        extension=event.get("Extension"),
        priority=int(priority) if priority.isdigit() else 0,
        label=event.get("ExtensionLabel"),
        application=event.get("Application"),
        data=event.get("AppData"),
        include=event.get("IncludeContext"),
        registrar=event.get("Registrar"),
    )


__all__ = [
    "ActionFailed",
    "ActionRefused",
    "ActionTimeout",
    "Ami",
    "AmiError",
    "DialplanLine",
    "LoginRefused",
    "Originate",
    "PbxUnreachable",
    "connect",
]
