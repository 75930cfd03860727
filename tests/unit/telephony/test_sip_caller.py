"""The caller's own SIP and ears, against peers that lose packets: what a good server never shows."""

from __future__ import annotations

import asyncio
import random
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.telephony import rtp, sip, ulaw
from flowc.telephony.caller import Caller, Dialling
from flowc.telephony.dialog import SipSocket
from flowc.telephony.hearing import Heard, find_prompts, load_prompt
from flowc.telephony.phones import Answers, Phones, Rejects, tone
from flowc.telephony.rtp import Packet
from flowc.telephony.sip import Message
from flowc.telephony.sound import Sound


class _Forgetful:
    """A server that ignores the first INVITE, and answers as if it had lost the first ACK."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.socket: SipSocket | None = None

    def receive(self, message: Message, sender: tuple[str, int]) -> None:
        self.seen.append(message)
        assert self.socket is not None
        if message.method == "INVITE" and self.count("INVITE") > 1:
            sdp = rtp.offer("127.0.0.1", 9)
            answer = sip.respond(message, "200 OK", "far", "sip:far@127.0.0.1", sdp)
            self.socket.send(answer, sender)
            self.socket.send(answer, sender)
        elif message.method == "BYE" and self.count("BYE") > 1:
            self.socket.send(sip.respond(message, "200 OK"), sender)

    def count(self, method: str) -> int:
        return sum(message.method == method for message in self.seen)


@asynccontextmanager
async def _forgetful() -> AsyncIterator[_Forgetful]:
    server = _Forgetful()
    server.socket = await SipSocket.opened("127.0.0.1", 0, server.receive)
    try:
        yield server
    finally:
        server.socket.close()


def test_what_the_server_loses_is_sent_again() -> None:
    async def scenario() -> _Forgetful:
        async with _forgetful() as server:
            assert server.socket is not None
            async with Caller(("127.0.0.1", server.socket.port)) as caller:
                call = await caller.call("100")
                assert call.is_answered
                await call.hang_up()
            return server

    server = asyncio.run(scenario())
    assert [server.count(method) for method in ("INVITE", "ACK", "BYE")] == [2, 2, 2]
    first, again = (m.header("via") for m in server.seen if m.method == "INVITE")
    acks = {m.header("via") for m in server.seen if m.method == "ACK"}
    assert first == again  # the same transaction
    assert first not in acks  # an ACK to a 200 is a transaction of its own
    assert all(sip.tag_of(m.header("to")) == "far" for m in server.seen if m.method == "BYE")


def test_callers_and_phones_understand_each_other_without_a_server() -> None:
    async def scenario() -> None:
        async with Phones(0, Answers(after=0.05, says=tone(0.3), hangs_up=0.6)) as phones:
            port = phones.port
            phones.behave("busy one", Rejects(486))
            async with Caller(("127.0.0.1", port)) as caller:
                refused = await caller.call("busy one", "张三")
                assert (refused.status, phones.calls[0].from_number) == (486, "张三")
                call = await caller.call("1", "2")
                await call.press("1#", spacing=0.1)
                await call.ended.wait()
                assert [key for key, _ in phones.calls[1].keys_heard] == ["1", "#"]
                assert tone(0.2) in call.heard.stream().sound

    asyncio.run(scenario())


@pytest.mark.parametrize("text", ["x\r\nRoute: evil", "x\n", "\0"])
def test_a_header_cannot_break_out_of_its_line(text: str) -> None:
    async def scenario() -> None:
        async with Caller(("127.0.0.1", 9)) as caller:
            for how in (Dialling(headers={"X-A": text}), Dialling(display_name=text)):
                with pytest.raises(ValueError, match="line end"):
                    caller.dial("1", how=how)

    asyncio.run(scenario())


@given(st.text(min_size=1), st.text())
def test_any_number_is_one_word_of_the_request_line(number: str, name: str) -> None:
    try:
        address = sip.uri(number, "127.0.0.1", 5060)
    except UnicodeEncodeError:  # half a surrogate pair is no text
        return
    assert not set(address) & set(' \r\n\t<>"@') - {"@"}
    assert address.count("@") == 1


@given(st.binary(max_size=300))
def test_no_datagram_is_a_traceback(data: bytes) -> None:
    sip.parse(data)
    sip.parse(b"SIP/2.0 " + data)
    rtp.parse(data, 0.0)
    rtp.parse(b"\x90\x00" + data, 0.0)
    rtp.parse(b"\xb0\x00" + data, 0.0)


def test_u_law_survives_a_round_trip_within_its_own_step() -> None:
    every = bytes(range(256))
    again = ulaw.encode(ulaw.decode(every))
    assert all(a == b or {a, b} == {0x7F, 0xFF} for a, b in zip(every, again, strict=True))


def _prompts(folder: Path) -> dict[str, Path]:
    """`one` and `two` begin with the same half second."""
    common = _noise("common", 4000)
    sounds = {"one": common + _noise("one", 4000), "two": common + _noise("two", 6000)}
    for name, samples in sounds.items():
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(array("h", samples).tobytes())
    return {name: folder / f"{name}.wav" for name in sounds}


def _noise(seed: str, length: int) -> list[int]:
    source = random.Random(seed)
    return [source.randrange(-8000, 8000) for _ in range(length)]


def _heard(*parts: tuple[float, bytes], lost: frozenset[int] = frozenset()) -> Sound:
    """Packets of 20 ms; `parts` are sounds and when each begins, `lost` numbers of packets."""
    sound, number = Sound(0.0), 0
    for start, payload in parts:
        for place in range(0, len(payload), 160):
            packet = Packet(
                start + place / 8000, 0, number, number * 160, 7, payload[place : place + 160]
            )
            if number not in lost:
                sound.packets.append(packet)
            number += 1
    return sound


def test_prompts_are_told_in_order_with_their_times(tmp_path: Path) -> None:
    prompts = _prompts(tmp_path)
    one, two = _sounds(prompts)
    heard = _heard((0.5, two), (3.0, one))
    assert find_prompts(heard, prompts) == [
        Heard("two", 0.5, 1.25, complete=True),
        Heard("one", 3.0, 1.0, complete=True),
    ]


def test_a_lost_packet_does_not_hide_a_prompt(tmp_path: Path) -> None:
    prompts = _prompts(tmp_path)
    one, _ = _sounds(prompts)
    assert find_prompts(_heard((0.0, one), lost=frozenset({3, 30, 31})), prompts) == [
        Heard("one", 0.0, 1.0, complete=True)
    ]


def test_a_prompt_cut_before_it_differs_may_be_either(tmp_path: Path) -> None:
    prompts = _prompts(tmp_path)
    one, two = _sounds(prompts)
    assert find_prompts(_heard((0.0, one[:3200]), (0.6, two)), prompts) == [
        Heard("one", 0.0, 0.4, complete=False, also=("two",)),
        Heard("two", 0.6, 1.25, complete=True),
    ]


def test_silence_and_strange_sounds_are_no_prompt(tmp_path: Path) -> None:
    prompts = _prompts(tmp_path)
    assert find_prompts(_heard((0.0, bytes([0xFF]) * 8000), (1.0, tone(1.0))), prompts) == []
    assert find_prompts(_heard(), prompts) == []


def test_packets_that_overtook_each_other_are_put_back(tmp_path: Path) -> None:
    prompts = _prompts(tmp_path)
    heard = _heard((0.0, _sounds(prompts)[0]))
    packets = heard.packets
    packets[4], packets[5] = packets[5], packets[4]
    packets.insert(9, packets[8])  # and one came twice
    assert [each.seconds for each in find_prompts(heard, prompts)] == [1.0]
    assert heard.stream().sound == _sounds(prompts)[0]


def test_a_prompt_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 16000, 0, "NONE", ""))
    for bad in (path, tmp_path / "text.wav"):
        (tmp_path / "text.wav").write_text("no sound")
        with pytest.raises(ValueError, match=r"is not 8 kHz|is no WAV"):
            find_prompts(_heard(), {"x": bad})


def _sounds(prompts: dict[str, Path]) -> tuple[bytes, bytes]:
    return load_prompt(prompts["one"]), load_prompt(prompts["two"])
