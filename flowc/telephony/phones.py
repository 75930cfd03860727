"""Virtual telephones: they are rung by the server and do what they were told - answer, refuse, ring.

All share one SIP port and are told apart by the number that is rung, so agents, ring lists and
outside lines can be tried together. Knows no queues: it is what a phone sees of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self, assert_never
from urllib.parse import unquote

from flowc.telephony import sip
from flowc.telephony.call import EndedBy, LiveCall
from flowc.telephony.dialog import Address, Dialog, Repeater, SipSocket
from flowc.telephony.media import MediaStream, SoundClock
from flowc.telephony.sip import Message


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers `after` s of ringing; then says `says` (u-law), presses `presses` (each with its
    seconds after the answer) and hangs up `hangs_up` s after the answer, if ever."""

    after: float = 0.3
    says: bytes = b""
    presses: tuple[tuple[float, str], ...] = ()
    hangs_up: float | None = None


@dataclass(frozen=True, slots=True)
class Rejects:
    """Refuses `after` s of ringing: 486 busy, 603 declined, 404 no such number, 480 not there."""

    status: int = 486
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings and is never answered."""


Behaviour = Answers | Rejects | Rings

_REASONS = {404: "Not Found", 480: "Temporarily Unavailable", 486: "Busy Here", 603: "Decline"}


class IncomingCall(LiveCall):
    """A call that rang here. `number` is what was dialled, `from_number` who called."""

    def __init__(self, dialog: Dialog, media: MediaStream, invite: Message) -> None:
        super().__init__(dialog, media)
        self.number = unquote(sip.user_of(invite.target))
        self.from_number = unquote(sip.user_of(sip.address_of(invite.header("from"))))
        self.invite = invite
        self._tag = sip.tag_of(dialog.local)
        self._final: Repeater | None = None
        self._respond("180 Ringing")

    def answer(self) -> None:
        """Pick up. Does nothing where the call is over or answered."""
        if self._final is None and not self.ended.is_set():
            self.status, self.reason = 200, "OK"
            self._repeat("200 OK", self.offer())
            self.begin(self.invite.body)

    def reject(self, status: int) -> None:
        """Refuse with `status`. Does nothing where the call is over or answered."""
        if self._final is None and not self.ended.is_set():
            self.status, self.reason = status, _REASONS.get(status, "Refused")
            self._repeat(f"{status} {self.reason}")
            self.end(EndedBy.US)

    def receive_request(self, request: Message, sender: Address) -> None:
        """The INVITE's own requests first; the rest is every call's."""
        first = request.sequence == self.invite.sequence
        match request.method:
            case "INVITE" if first:
                if self._final is None:
                    self._respond("180 Ringing")
            case "ACK" if first and self._final is not None:
                self._final.stop()
            case "CANCEL":
                self.dialog.socket.send(sip.respond(request, "200 OK", self._tag), sender)
                self._cancelled()
            case _:
                super().receive_request(request, sender)

    def _cancelled(self) -> None:
        if self._final is None:
            self.status, self.reason = 487, "Request Terminated"
            self._repeat("487 Request Terminated")
            self.end(EndedBy.SERVER)

    def _repeat(self, status: str, body: str = "") -> None:
        self._final = Repeater(lambda: self._respond(status, body), lambda: self.end(EndedBy.US))

    def _respond(self, status: str, body: str = "") -> None:
        contact = sip.uri("lab", self.dialog.socket.host, self.dialog.socket.port)
        self.dialog.send(sip.respond(self.invite, status, self._tag, contact, body))


class Phones:
    """`async with Phones(server.ports.phones) as phones:` - every phone that the server can ring.

    A number without a behaviour of its own does `otherwise`. `calls` holds every call that rang,
    in order.
    """

    def __init__(self, port: int, otherwise: Behaviour | None = None) -> None:
        self._port = port
        self._otherwise: Behaviour = otherwise or Rejects(404)
        self._behaviours: dict[str, Behaviour] = {}
        self._clock = SoundClock()
        self._socket: SipSocket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._rang = asyncio.Event()
        self.calls: list[IncomingCall] = []

    async def __aenter__(self) -> Self:
        self._socket = await SipSocket.opened("127.0.0.1", self._port, self._begun)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        live = [call for call in self.calls if not call.ended.is_set()]
        for call in live:
            if call.is_answered:
                call.begin_hang_up()
            else:
                call.reject(480)
        if live:
            await asyncio.wait([asyncio.ensure_future(call.wait_ended(5.0)) for call in live])
        for call in self.calls:
            call.media.close()
        self._opened.close()

    @property
    def port(self) -> int:
        """Where these phones are rung."""
        return self._opened.port

    def behave(self, number: str, behaviour: Behaviour) -> None:
        """What the phone `number` does with the calls that come from now on."""
        self._behaviours[number] = behaviour

    def behaviour_of(self, call: IncomingCall) -> Behaviour:
        """What the phone that rings will do: what its number was told to."""
        return self._behaviours.get(call.number, self._otherwise)

    def calls_to(self, number: str) -> list[IncomingCall]:
        """The calls that rang at `number` so far."""
        return [call for call in self.calls if call.number == number]

    async def rung(self, number: str, *, times: int = 1, timeout: float = 30.0) -> IncomingCall:
        """Wait until `number` has been rung `times` times; the last of those calls. TimeoutError."""
        async with asyncio.timeout(timeout):
            while len(calls := self.calls_to(number)) < times:
                self._rang.clear()
                await self._rang.wait()
        return calls[times - 1]

    @property
    def _opened(self) -> SipSocket:
        if self._socket is None:
            raise RuntimeError("the phones have not been entered")
        return self._socket

    def _begun(self, message: Message, sender: Address) -> None:
        """A message of no call we know: a new call, a question, or a stray."""
        if message.is_response or message.method == "ACK":
            return
        if message.method != "INVITE":
            known = "200 OK" if message.method == "OPTIONS" else "481 Call Does Not Exist"
            self._opened.send(sip.respond(message, known), sender)
            return
        call = self._ring(message, sender)
        task = asyncio.get_running_loop().create_task(_behave(call, self.behaviour_of(call)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _ring(self, invite: Message, sender: Address) -> IncomingCall:
        dialog = Dialog(
            socket=self._opened,
            call_id=invite.header("call-id"),
            local=f"{invite.header('to')};tag={sip.new_token()}",
            remote=invite.header("from"),
            target=sip.address_of(invite.header("contact")),
            peer=sender,
        )
        media = MediaStream(self._clock, self._opened.host, speaks=True)
        call = IncomingCall(dialog, media, invite)
        self.calls.append(call)
        self._rang.set()
        return call


async def _behave(call: IncomingCall, behaviour: Behaviour) -> None:
    """Play the part; whatever ends the call ends it."""
    match behaviour:
        case Rings():
            return
        case Rejects(status, after):
            if not await call.wait_ended(after):
                call.reject(status)
        case Answers():
            if not await call.wait_ended(behaviour.after):
                call.answer()
                await _talk(call, behaviour)
        case _:
            assert_never(behaviour)


async def _talk(call: IncomingCall, behaviour: Answers) -> None:
    """What an answered phone does, each thing at its own time."""
    parts = [_press_at(call, at, keys) for at, keys in behaviour.presses]
    if behaviour.says:
        parts.append(call.say(behaviour.says))
    if behaviour.hangs_up is not None:
        parts.append(_hang_up_at(call, behaviour.hangs_up))
    await asyncio.gather(*parts)


async def _press_at(call: IncomingCall, after: float, keys: str) -> None:
    if not await call.wait_ended(after):
        await call.press(keys)


async def _hang_up_at(call: IncomingCall, after: float) -> None:
    if not await call.wait_ended(after):
        await call.hang_up()


def tone(seconds: float, *, level: int = 0x8E) -> bytes:
    """`seconds` of a plain u-law buzz, for a phone that should be heard talking."""
    period = bytes([level]) * 8 + bytes([level ^ 0x80]) * 8
    return (period * (int(seconds * 8000) // 16 + 1))[: int(seconds * 8000)]
