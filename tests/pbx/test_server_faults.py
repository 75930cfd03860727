"""The server is killed under calls, and the disk is full while it records: on both servers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stand import BackEnd, Standing, back_end, built, servers, standing, written
from sweep import SlowDesk

from flowc.machine.trace import Ended, Entered
from flowc.runtime.app import RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.runtime.tickets import Ticket
from flowc.target import LabCall, LiveLabCall, load_target
from flowc_asterisk.ami.errors import AmiError
from flowc_freeswitch.esl.client import EslError

pytestmark = pytest.mark.pbx

BACK_END_S = 2.0
ROOM = "64k"  # of the disk that recordings are on: four seconds
CALLERS = 3
_FILES = {
    "services/far.yaml": """service: far
kind: http
url: http://127.0.0.1:{back_end}
allow_private: yes
requests:
  order:
    with: {{number: digits}}
    gives: text
    key: "{{number}}"
    deadline: 5s
    post: /orders
    body: {{number: "{{number}}"}}
    at: name
""",
    "flows/order.flow.yaml": """flow: order
nodes:
  ask:
    request: far.order
    with: {{number: call.from}}
    as: name
    then: bye
    error: bye
    unknown: bye
  bye: {{hangup: 再见。}}
""",
    "flows/open.flow.yaml": """flow: open
nodes:
  ask: {{ticket: open, class: fault, then: bye, error: bye, unknown: bye}}
  bye: {{hangup: 再见。}}
""",
    "flows/record.flow.yaml": """flow: record
nodes:
  ask: {{voicemail: 请留言, as: words, max_length: 12s, silence: 9s, then: kept, empty: bye, error: sorry}}
  kept: {{say: 已收到, then: bye}}
  sorry: {{say: 暂时无法留言, then: bye}}
  bye: {{hangup: 再见。}}
""",
}


def _project(name: str, root: Path) -> str:
    return f"""project: ends
languages: [zh]
numbers: {{"200": order, "300": open, "500": record}}
tickets: {{fault: {{handle: 4h}}}}
environments: {{lab: {{target: {name}, root: {root}}}}}
"""


@dataclass
class World:
    """A server that calls have been placed on, its runtime, and what the runtime logs."""

    on: Standing
    far: BackEnd
    calls: list[LabCall]
    log: Path
    tickets: list[Ticket]

    def lines(self, event: str) -> list[dict[str, str]]:
        told = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [each for each in told if each["event"] == event]


@asynccontextmanager
async def world(name: str, folder: Path, numbers: list[str]) -> AsyncIterator[World]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    root = folder / "root"
    words = {"root": str(root), "runtime": address, "token": "ends"}
    async with back_end(BACK_END_S) as far:
        files = {path: text.format(back_end=far.port) for path, text in _FILES.items()}
        compiled = written(folder, {"flowc.yaml": _project(name, root), **files})
        made = await built(name, compiled, folder, words)
        calls = [
            LabCall(
                f"e{index}",
                made.release8,
                number,
                f"1390000{index:04}",
                1_790_000_000,
                speaks=number == "500",
            )
            for index, number in enumerate(numbers)
        ]
        log = folder / "runtime.log"
        settings = RuntimeSettings(folder, root / "releases", root / "texts")
        with log.open("w", encoding="utf-8") as stream:
            async with running(settings, Log(stream)) as runtime:
                desk = SlowDesk(runtime.tickets)
                slow = replace(runtime, broker=replace(runtime.broker, desk=desk))
                gateway = load_target(name).gateway(slow, made.environment)
                async with gateway.serving():
                    made_world = None
                    with suppress(AmiError, EslError):  # the server may have died
                        async with standing(name, compiled, made, calls) as on:
                            made_world = World(on, far, calls, log, [])
                            yield made_world
                    await asyncio.sleep(4)  # what nobody takes is given up after 3 s
                    assert made_world is not None
                    made_world.tickets.extend(await runtime.tickets.list())


# --- the server is killed


async def _kill(name: str, folder: Path) -> World:
    numbers = ["200", "300"] * CALLERS
    async with world(name, folder, numbers) as made:
        live = await asyncio.gather(*map(made.on.live.call, made.calls))
        await asyncio.gather(*(each.until(lambda each=each: _asks(each), 10) for each in live))
        await asyncio.sleep(0.5)
        os.kill(made.on.server.pid, signal.SIGKILL)
        await asyncio.sleep(BACK_END_S)
    return made


def _asks(call: LiveLabCall) -> bool:
    return any(isinstance(s, Entered) and s.block.node == "ask" for s in call.trace.steps)


@pytest.mark.parametrize("name", servers())
def test_what_was_under_way_when_the_server_died_is_done_once_and_told_to_the_operator(
    name: str, tmp_path: Path
) -> None:
    made = asyncio.run(_kill(name, tmp_path))
    assert Counter(made.far.orders.values()) == {1: CALLERS}
    assert [each.state for each in made.tickets] == ["abandoned"] * CALLERS
    lost = made.lines("answer_lost")
    assert Counter(each["asked"] for each in lost) == {
        "far.order": CALLERS,
        "tickets.open": CALLERS,
    }
    assert {each["outcome"] for each in lost} == {"done"}
    assert not made.lines("defect")


# --- the disk is full


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can't be made here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


async def _fill(name: str, folder: Path) -> tuple[list[str], list[str]]:
    """The outcome of a message that is longer than the disk, and the blocks after it."""
    async with world(name, folder, ["500"]) as made:
        (asked,) = made.calls
        call = await made.on.live.call(asked)
        await call.until(lambda: _asks(call), 10)
        await asyncio.sleep(1.5)
        await call.speak(9.0)
        await call.until(lambda: bool(_outcomes(call)), 12)
        await asyncio.sleep(0.5)
        await call.hang_up()
        await call.until(lambda: call.is_over, 5)
    nodes = [step.block.node for step in call.trace.steps if isinstance(step, Entered)]
    return _outcomes(call), nodes


def _outcomes(call: LiveLabCall) -> list[str]:
    return [step.outcome for step in call.trace.steps if isinstance(step, Ended)]


@pytest.mark.parametrize("name", servers())
def test_a_message_that_the_disk_has_no_room_for_is_an_error(name: str, tmp_path: Path) -> None:
    with small_disk(tmp_path / "root/recordings"):
        outcomes, nodes = asyncio.run(_fill(name, tmp_path))
    assert outcomes == ["error"]
    assert "sorry" in nodes
