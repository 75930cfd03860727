"""A call in progress as one party lives it: hearing, keys, waiting for quiet, the end.

Both who rings and who answers have one; how the call came about is not known here.
"""

from __future__ import annotations

import asyncio
from enum import Enum

from flowc.telephony import rtp, sip
from flowc.telephony.dialog import Address, Dialog, Repeater
from flowc.telephony.media import MediaStream
from flowc.telephony.sip import Message
from flowc.telephony.sound import Sound


class CallEnded(Exception):  # noqa: N818 - it tells what happened to the call
    """The call was over, so what was asked of it could not be done."""


class EndedBy(Enum):
    """Who ended a call."""

    US = "us"
    SERVER = "server"


class LiveCall:
    """One party's side of a call.

    `status` and `reason`: the final SIP answer (0 before it). `answered_at`, `ended_at`: on the
    event loop's clock, None before. `ended`: set once the call is over or never came about.
    `end_cause`: the Q.850 cause that the server gave, 0 if none.
    """

    def __init__(self, dialog: Dialog, media: MediaStream) -> None:
        self.dialog = dialog
        self.media = media
        self.status, self.reason = 0, ""
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.ended_by: EndedBy | None = None
        self.ended = asyncio.Event()
        self.end_cause = 0
        self.mark = asyncio.get_running_loop().time()
        self._sound = asyncio.Event()
        self._bye: Repeater | None = None
        media.on_sound = self._sound.set
        dialog.socket.listen(dialog.call_id, self.receive)

    @property
    def is_answered(self) -> bool:
        """Whether the call was ever answered, also after its end."""
        return self.answered_at is not None

    @property
    def heard(self) -> Sound:
        """Every packet heard so far; its times count from the answer."""
        return self.media.heard

    @property
    def keys_heard(self) -> tuple[tuple[str, float], ...]:
        """Keys that the server sent, each with the loop's time at which it ended."""
        return tuple(self.media.keys)

    def recording(self) -> bytes:
        """What was heard, as a WAV file of 8 kHz that begins at the answer, gaps included."""
        return self.media.heard.recording()

    async def press(
        self, keys: str, *, spacing: float = 0.2, length: float = 0.08
    ) -> tuple[float, ...]:
        """Press `keys` (0-9 * # A-D), `spacing` s from start to start, each `length` s long.

        Returns the loop's time at the end of each, which is when the server sees it. Raises
        ValueError for what is no key or does not fit, CallEnded where there is nobody to hear it.
        """
        if any(key not in rtp.KEYS for key in keys):
            raise ValueError(f"{keys!r} holds what is no key; keys are {rtp.KEYS}")
        if not 0 < length <= spacing:
            raise ValueError("a key must be longer than nothing and no longer than the spacing")
        self._need_line()
        ends = await self.media.press(keys, spacing=spacing, length=length)
        self.mark = ends[-1] if ends else self.mark
        return ends

    async def say(self, sound: bytes) -> None:
        """Speak u-law `sound` into the call; returns when all is sent."""
        self._need_line()
        await self.media.say(sound)

    async def until_quiet(self, seconds: float = 0.2, *, timeout: float = 60.0) -> float:
        """Wait until sound came after the last `mark` and then none for `seconds`.

        The mark is the answer or the end of the last key pressed; set `mark` to begin elsewhere.
        Returns the loop's time of the last packet, also where the call ends first. Raises
        TimeoutError after `timeout` s, CallEnded where the call ends without a sound.
        """
        async with asyncio.timeout(timeout):
            while (last := self.heard.last_at) is None or last <= self.mark:
                if self.ended.is_set():
                    raise CallEnded("the call ended before anything was heard")
                await self._sound_or_end()
            return await self._quiet(seconds)

    async def _quiet(self, seconds: float) -> float:
        loop = asyncio.get_running_loop()
        while True:
            last = self.heard.last_at or 0.0
            rest = last + seconds - loop.time()
            if rest <= 0 or self.ended.is_set():
                return last
            await self.wait_ended(rest)

    async def wait_ended(self, seconds: float) -> bool:
        """Wait for the call's end, for at most `seconds`; whether it has ended."""
        try:
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        except TimeoutError:
            return False
        return True

    async def _sound_or_end(self) -> None:
        self._sound.clear()
        waits = [asyncio.ensure_future(event.wait()) for event in (self._sound, self.ended)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def hang_up(self) -> None:
        """End the call and wait until the server knows. Does nothing to one that is over."""
        if not self.ended.is_set():
            self.begin_hang_up()
            await self.ended.wait()

    def begin_hang_up(self) -> None:
        """Say good-bye without waiting for the answer."""
        if self._bye is None and not self.ended.is_set():
            request = self.dialog.request("BYE", self.dialog.next_number())
            self.media.close()
            self._bye = Repeater(lambda: self.dialog.send(request), lambda: self.end(EndedBy.US))

    def begin(self, sdp: str) -> None:
        """The call is answered: connect the sound and count times from now."""
        self.answered_at = self.mark = asyncio.get_running_loop().time()
        self.media.heard.zero = self.answered_at
        self.media.connect(sdp)

    def end(self, by: EndedBy) -> None:
        """The call is over. Only the first end counts."""
        if self._bye is not None:
            self._bye.stop()
        if not self.ended.is_set():
            self.ended_at = asyncio.get_running_loop().time()
            self.ended_by = by
            self.media.close()
            self.ended.set()

    def receive(self, message: Message, sender: Address) -> None:
        """Take a message of this call; how it is begun is left to the two kinds of call."""
        if not message.is_response:
            self.receive_request(message, sender)
        elif message.method == "BYE" and message.status >= 200:
            self.end(EndedBy.US)

    def receive_request(self, request: Message, sender: Address) -> None:
        """Answer a request inside the call."""
        body = status = ""
        match request.method:
            case "ACK":
                return
            case "BYE":
                self.end_cause = _cause_of(request) or self.end_cause
                self.end(EndedBy.SERVER)
                status = "200 OK"
            case "INVITE":
                self.media.connect(request.body)
                status, body = "200 OK", self.offer()
            case "OPTIONS" | "INFO" | "NOTIFY" | "UPDATE":
                status = "200 OK"
            case _:
                status = "501 Not Implemented"
        contact = sip.uri("lab", self.dialog.socket.host, self.dialog.socket.port)
        reply = sip.respond(request, status, contact=contact, body=body)
        self.dialog.socket.send(reply, sender)

    def offer(self) -> str:
        """The SDP of our own end."""
        return rtp.offer(self.dialog.socket.host, self.media.port)

    def _need_line(self) -> None:
        if self.ended.is_set() or not self.is_answered:
            raise CallEnded("the call is over" if self.is_answered else "the call is not answered")


def _cause_of(message: Message) -> int:
    """The Q.850 cause in a Reason header, 0 where there is none."""
    for value in message.all("reason"):
        if value.startswith("Q.850"):
            digits = value.partition("cause=")[2].partition(";")[0]
            return int(digits) if digits.isdigit() else 0
    return 0
