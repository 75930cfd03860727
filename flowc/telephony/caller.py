"""Virtual callers: they dial a server on loopback, press keys and hear, hundreds in one process.

Own SIP and RTP on asyncio, standard library only. Any SIP server will do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from flowc.telephony import sip
from flowc.telephony.call import EndedBy, LiveCall
from flowc.telephony.dialog import GIVE_UP, Address, Dialog, Repeater, SipSocket
from flowc.telephony.media import MediaStream, SoundClock
from flowc.telephony.sip import Message


@dataclass(frozen=True, slots=True)
class Dialling:
    """How a call presents itself: display name, further headers, and whether it sends silence.

    A caller who does not `speaks` sends only a few packets of sound at first, which is all that a
    test of many calls needs; keys and `say` work all the same.
    """

    display_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    speaks: bool = True


class OutgoingCall(LiveCall):
    """A call that we began. `ringing`: set when the server said so; `settled`: when it decided."""

    def __init__(self, dialog: Dialog, media: MediaStream, extra: Mapping[str, str]) -> None:
        super().__init__(dialog, media)
        self.ringing = asyncio.Event()
        self.settled = asyncio.Event()
        self._cancel: Repeater | None = None
        self._wants_end = False
        self._heard_back = False
        self._number = dialog.sequence
        self._ack = b""
        invite = dialog.request("INVITE", self._number, tuple(extra.items()), self.offer())
        self._invite = Repeater(lambda: dialog.send(invite), self._unheard, longest=GIVE_UP)

    def begin_hang_up(self) -> None:
        """CANCEL before the answer, BYE after it."""
        if self.is_answered:
            super().begin_hang_up()
            return
        self._wants_end = True
        if self._heard_back and self._cancel is None and not self.ended.is_set():
            cancel = self.dialog.request("CANCEL", self._number)
            self._cancel = Repeater(lambda: self.dialog.send(cancel), self._unheard)

    def receive(self, message: Message, sender: Address) -> None:
        """Responses to our INVITE are ours; the rest is every call's."""
        if message.is_response and message.method == "INVITE":
            if message.sequence == self._number:
                self._respond_to(message)
        elif message.is_response and message.method == "CANCEL":
            if self._cancel is not None:
                self._cancel.stop()
        else:
            super().receive(message, sender)

    def _respond_to(self, response: Message) -> None:
        self._invite.stop()
        self._heard_back = True
        if response.status < 200:
            self._progress(response)
        elif self.settled.is_set():
            self.dialog.send(self._ack)  # our ACK was lost, so the answer came again
        elif response.status < 300:
            self._accepted(response)
        else:
            self._refused(response)

    def _progress(self, response: Message) -> None:
        if response.status >= 180:
            self.ringing.set()
        if response.body:
            self.media.connect(response.body)
        if self._wants_end:
            self.begin_hang_up()

    def _accepted(self, response: Message) -> None:
        self.dialog.remote = response.header("to")
        self.dialog.target = sip.address_of(response.header("contact")) or self.dialog.target
        self.dialog.renew(self._number)
        self._settle(response)
        self.begin(response.body)
        if self._wants_end:  # our CANCEL crossed the answer
            self.begin_hang_up()

    def _refused(self, response: Message) -> None:
        self.dialog.remote = response.header("to")
        self._settle(response)
        self.end(EndedBy.US if self._wants_end else EndedBy.SERVER)

    def _settle(self, response: Message) -> None:
        self.status, self.reason = response.status, response.reason
        self._ack = self.dialog.request("ACK", self._number)
        self.dialog.send(self._ack)
        if self._cancel is not None:
            self._cancel.stop()
        self.settled.set()

    def _unheard(self) -> None:
        """Nobody answered in 32 s: to the caller the same as a refusal."""
        self.status, self.reason = 408, "no response from the server"
        self.settled.set()
        self.end(EndedBy.US)


class Caller:
    """`async with Caller((host, port)) as caller:` - dials that server; hangs up all at the end."""

    def __init__(self, server: Address) -> None:
        self._server = server
        self._clock = SoundClock()
        self._socket: SipSocket | None = None
        self._calls: list[OutgoingCall] = []

    async def __aenter__(self) -> Caller:
        self._socket = await SipSocket.opened("127.0.0.1", 0, self._stray)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        live = [call for call in self._calls if not call.ended.is_set()]
        for call in live:
            call.begin_hang_up()
        if live:
            await asyncio.wait([asyncio.ensure_future(call.wait_ended(5.0)) for call in live])
        for call in self._calls:
            call.media.close()
        self._opened.close()

    def dial(
        self, number: str, from_number: str = "anonymous", how: Dialling | None = None
    ) -> OutgoingCall:
        """Begin a call and return at once; its `ringing`, `settled` and `ended` tell the rest.

        `number`, `from_number` and the display name may be any text; it is encoded as SIP asks.
        Raises ValueError for a header that holds a line end.
        """
        manner = how or Dialling()
        host, port = self._server
        name = sip.quoted(manner.display_name)
        local = f"{name}<{sip.uri(from_number, self._opened.host)}>;tag={sip.new_token()}"
        target = sip.uri(number, host, port)
        call_id = sip.new_token()
        dialog = Dialog(self._opened, call_id, local, f"<{target}>", target, self._server)
        media = MediaStream(self._clock, self._opened.host, speaks=manner.speaks)
        try:
            call = OutgoingCall(dialog, media, manner.headers)
        except ValueError:
            media.close()
            raise
        self._calls.append(call)
        return call

    async def call(
        self,
        number: str,
        from_number: str = "anonymous",
        how: Dialling | None = None,
        *,
        answer_within: float = 60.0,
    ) -> OutgoingCall:
        """Dial and wait until the call is answered or refused: see its `is_answered`, `status`.

        Where neither comes `answer_within` s, we hang up as a caller would; the call has then ended.
        """
        call = self.dial(number, from_number, how)
        try:
            async with asyncio.timeout(answer_within):
                await call.settled.wait()
        except TimeoutError:
            await call.hang_up()
        return call

    @property
    def _opened(self) -> SipSocket:
        if self._socket is None:
            raise RuntimeError("the caller has not been entered")
        return self._socket

    def _stray(self, message: Message, sender: Address) -> None:
        """A request that belongs to no call of ours."""
        if not message.is_response and message.method != "ACK":
            self._opened.send(sip.respond(message, "481 Call Does Not Exist"), sender)
