"""Calls to the lab's Asterisk: what a caller hears, presses and says, and who takes the call."""

from __future__ import annotations

import asyncio
import io
import itertools
import random
import wave
from array import array
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from flowc.telephony.call import EndedBy
from flowc.telephony.caller import Caller, Dialling
from flowc.telephony.hearing import PromptBook, find_prompts, load_prompt
from flowc.telephony.phones import Answers, Phones, Rejects, Rings, tone
from flowc_asterisk.lab.configuration import LabPlan
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer
from flowc_asterisk.lab.tree import AsteriskTree

pytestmark = pytest.mark.pbx


@pytest.fixture(scope="module")
def tree() -> AsteriskTree:
    return ensure_asterisk()


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Prompts that no other resembles: noise of different seeds and lengths, and every sample."""
    folder = tmp_path_factory.mktemp("sounds")
    lengths = {"welcome": 8000, "choose": 9933, "bye": 4000}
    sounds = {name: folder / f"{name}.wav" for name in (*lengths, "every_sample", "nil")}
    for name, length in lengths.items():
        noise = random.Random(name)
        _write(sounds[name], [noise.randrange(-9000, 9000) for _ in range(length)])
    _write(sounds["every_sample"], range(-32768, 32768))
    _write(sounds["nil"], [0] * 160)
    return sounds


def _write(path: Path, samples: Iterable[int]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(array("h", samples).tobytes())


def _dialplan(sounds: dict[str, Path]) -> str:
    folder = next(iter(sounds.values())).parent
    return f"""
[lab]
exten => menu,1,Answer()
 same => n,Read(D,{folder}/welcome&{folder}/choose&{folder}/nil,8,,1,1)
 same => n,NoOp(GOT ${{D}} FROM ${{CALLERID(num)}} NAMED ${{CALLERID(name)}})
 same => n,NoOp(HEADER ${{PJSIP_HEADER(read,X-Flowc)}})
 same => n,Playback({folder}/bye)
 same => n,Hangup(17)
exten => every,1,Answer()
 same => n,Playback({folder}/every_sample)
exten => pause,1,Answer()
 same => n,Playback({folder}/welcome)
 same => n,Wait(1)
 same => n,Playback({folder}/bye)
exten => busy,1,Busy(5)
exten => ring,1,Ringing()
 same => n,Wait(30)
exten => wait,1,Answer()
 same => n,Wait(30)
exten => take,1,Answer()
 same => n,Record({folder}/taken.wav,0,2,kq)
exten => outside,1,Answer()
 same => n,Dial(PJSIP/10001@trunk,20,g)
 same => n,NoOp(FIRST ${{DIALSTATUS}})
 same => n,Dial(PJSIP/10002@trunk,20,g)
 same => n,NoOp(SECOND ${{DIALSTATUS}})
 same => n,Dial(PJSIP/1001,1,g)
 same => n,NoOp(THIRD ${{DIALSTATUS}})
 same => n,Playback({folder}/bye)
exten => queue,1,Answer()
 same => n,Queue(help,c,,,20)
 same => n,NoOp(AFTER ${{QUEUESTATUS}})
 same => n,Playback({folder}/bye)
"""


@asynccontextmanager
async def _server(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> AsyncIterator[tuple[AsteriskServer, Caller]]:
    queue = "[help]\nstrategy=ringall\nmember => PJSIP/1001\n"
    plan = LabPlan(agents=("1001",), dialplan=_dialplan(sounds), queues=queue)
    async with (
        AsteriskServer(tree, plan) as server,
        Caller((server.host, server.ports.sip)) as caller,
    ):
        yield server, caller


def test_u_law_is_encoded_byte_for_byte_as_the_server_does(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> bytes:
        async with _server(tree, sounds) as (_, caller):
            call = await caller.call("every")
            await call.ended.wait()
            return call.heard.stream().sound

    heard, sent = asyncio.run(scenario()), load_prompt(sounds["every_sample"])
    assert len(sent) - len(heard) <= 22
    assert heard == sent[: len(heard)]


def test_a_caller_hears_each_prompt_whole_presses_keys_and_is_hung_up_on(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (server, caller):
            how = Dialling(display_name='王"五\\', headers={"X-Flowc": "${EXTEN},1"})
            call = await caller.call("menu", "13800000000", how)
            quiet = await call.until_quiet(0.2)
            assert call.answered_at is not None
            assert quiet - call.answered_at == pytest.approx(2.29, abs=0.15)
            ends = await call.press("1*A#", spacing=0.06, length=0.04)
            gaps = [after - before for before, after in itertools.pairwise(ends)]
            assert gaps == pytest.approx([0.06] * 3, abs=0.015)
            await call.ended.wait()
            assert (call.ended_by, call.end_cause) == (EndedBy.SERVER, 17)
            found = find_prompts(call.heard, sounds)
            assert [(each.prompt, each.complete) for each in found] == [
                ("welcome", True),
                ("choose", True),
                ("bye", True),
            ]
            assert [each.seconds for each in found] == [1.0, 1.242, 0.5]
            log = server.log.read_text()
            assert "GOT 1*A FROM 13800000000" in log
            assert 'NAMED 王\\"五' in log  # the server keeps SIP's own backslash
            assert "HEADER ${EXTEN},1" in log

    asyncio.run(scenario())


def test_a_key_cuts_a_prompt_and_the_cut_is_seen(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (_, caller):
            call = await caller.call("menu")
            await call.wait_ended(0.5)  # the first prompt is half said by then
            await call.press("9#", length=0.06)
            await call.ended.wait()
            first, last = find_prompts(call.heard, sounds)
            assert (first.prompt, first.complete) == ("welcome", False)
            assert 0.4 < first.seconds < 0.75
            assert (last.prompt, last.complete) == ("bye", True)

    asyncio.run(scenario())


def test_the_recording_keeps_the_gap_between_prompts(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> bytes:
        async with _server(tree, sounds) as (_, caller):
            call = await caller.call("pause")
            await call.ended.wait()
            return call.recording()

    with wave.open(io.BytesIO(asyncio.run(scenario()))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.getnframes() / 8000 == pytest.approx(2.5, abs=0.2)
        samples = array("h", file.readframes(file.getnframes()))
    assert max(map(abs, samples[int(1.2 * 8000) : int(1.8 * 8000)])) == 0


def test_a_refused_call_tells_its_status(tree: AsteriskTree, sounds: dict[str, Path]) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (_, caller):
            busy = await caller.call("busy")
            assert (busy.is_answered, busy.status) == (False, 486)
            nowhere = await caller.call("no such number;x=1")
            assert (nowhere.is_answered, nowhere.status) == (False, 404)
            assert busy.ended.is_set()

    asyncio.run(scenario())


def test_a_caller_who_gives_up_while_it_rings_cancels(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (server, caller):
            call = caller.dial("ring")
            await call.ringing.wait()
            await call.hang_up()
            assert (call.status, call.ended_by) == (487, EndedBy.US)
            at_once = caller.dial("ring")
            await at_once.hang_up()  # before any answer at all
            assert at_once.status == 487
            late = await caller.call("ring", answer_within=0.3)
            assert (late.status, late.is_answered) == (487, False)
            assert "0 active channels" in await server.cli("core show channels")

    asyncio.run(scenario())


def test_a_caller_hangs_up_and_the_server_knows(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (server, caller):
            call = await caller.call("wait")
            assert "1 active channel" in await server.cli("core show channels")
            await call.hang_up()
            assert call.ended_by is EndedBy.US
            assert "0 active channels" in await server.cli("core show channels")

    asyncio.run(scenario())


def test_what_a_caller_says_is_recorded_by_the_server(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (_, caller):
            call = await caller.call("take")
            await call.say(tone(1.0))
            await call.ended.wait()

    asyncio.run(scenario())
    with wave.open(str(sounds["nil"].parent / "taken.wav")) as file:
        samples = array("h", file.readframes(file.getnframes()))
    assert sum(abs(sample) > 1000 for sample in samples) > 0.8 * 8000


def test_phones_answer_refuse_and_ring_as_they_were_told(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (server, caller), Phones(server.ports.phones) as phones:
            phones.behave("10001", Answers(after=0.2, says=tone(0.5), hangs_up=0.8))
            phones.behave("10002", Rejects(486))
            phones.behave("1001", Rings())
            call = await caller.call("outside", "13900000000")
            await call.ended.wait()
            log = server.log.read_text()
            for words in ("FIRST ANSWER", "SECOND BUSY", "THIRD NOANSWER"):
                assert words in log
            assert [(each.number, each.status) for each in phones.calls] == [
                ("10001", 200),
                ("10002", 486),
                ("1001", 487),
            ]
            assert phones.calls[0].from_number == "13900000000"
            assert tone(0.1) in call.heard.stream().sound
            assert [each.prompt for each in find_prompts(call.heard, sounds)] == ["bye"]

    asyncio.run(scenario())


def test_an_agent_takes_a_call_from_a_queue_and_the_caller_goes_on_afterwards(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (server, caller), Phones(server.ports.phones) as phones:
            phones.behave("1001", Answers(after=0.5, presses=((0.2, "5"),), hangs_up=0.8))
            call = await caller.call("queue")
            agent = await phones.rung("1001")
            await call.ended.wait()
            assert (agent.status, agent.ended_by) == (200, EndedBy.US)
            assert [key for key, _ in call.keys_heard] == ["5"]
            assert "AFTER CONTINUE" in server.log.read_text()
            assert [each.prompt for each in find_prompts(call.heard, sounds)][-1] == "bye"

    asyncio.run(scenario())


def test_a_hundred_calls_at_once_each_hear_everything_and_are_understood(
    tree: AsteriskTree, sounds: dict[str, Path]
) -> None:
    async def scenario() -> None:
        async with _server(tree, sounds) as (server, caller):
            book = PromptBook(sounds)

            async def one(number: int) -> list[str]:
                how = Dialling(speaks=False)
                call = await caller.call("menu", str(1000 + number), how)
                await call.until_quiet(0.2)
                await call.press(f"{number:02}#")
                await call.ended.wait()
                return [each.prompt for each in find_prompts(call.heard, book) if each.complete]

            results = await asyncio.gather(*(one(number) for number in range(100)))
            assert results == [["welcome", "choose", "bye"]] * 100
            log = server.log.read_text()
            assert all(f"GOT {number:02} FROM {1000 + number} " in log for number in range(100))

    asyncio.run(scenario())
