"""Hostile words from callers and back ends on a real FreeSWITCH: held as they are, run as nothing."""

from __future__ import annotations

import asyncio
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from native_graphs import at, block, graph
from support_freeswitch import Bench, Placed, bench, needs_server
from test_outside_asterisk import LOOKUP, NAME
from test_outside_freeswitch import _serve

from flowc.expression.tree import Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Jump, Switch
from flowc.graph.model import FlowGraph
from flowc.graph.operations import OUTCOME, Assign, Dial, Invoke, Mark, outcomes
from flowc.machine.trace import Assigned, Ended, Trace
from flowc.runtime.app import Runtime, running
from flowc.runtime.logs import Log
from flowc.runtime.services.scripts import ScriptedReply
from flowc.telephony.caller import Dialling
from flowc.telephony.phones import Answers, Phones
from flowc_freeswitch.esl.gateway import EslGateway

pytestmark = [pytest.mark.pbx, needs_server]

# `!` stands for the command that would leave a file behind.
FROM_BACK_ENDS = (
    "${system(!)}",
    "$${system(!)}",
    "%{system(!)}",
    "$\u200b{system !}",
    "x'}loopback/premium99/flowc-lab,{a='",
    "100/atk,loopback/premium99",
    "^^:100:loopback/premium99",
    '"..os.execute"!".."',
    "~os.execute('!')",
    "a&outcome=sdone&v.f.name=sx",
    "\\' api system !",
)
FROM_CALLERS = (
    "1${system(!)}",
    "~os.execute('!')",
    "'}loopback/premium99/flowc-lab,",
    "138%0d%0aX-Flowc-Token: other",
)


def flow() -> FlowGraph:
    """Asks, keeps the caller's number, and dials what the back end said."""
    invoke = Invoke("f.ask", LOOKUP, "s", "hostile", (), (NAME,), (), 2000)
    dial = Dial((Read("f.name", Scalar.TEXT),), ("1*", "*"), 2)
    caller = Assign("f.caller", Read("call.from", Scalar.DIGITS))
    return graph(
        block(
            "go", caller, invoke, to=Switch(OUTCOME, (("done", at("ring")), ("error", at("end"))))
        ),
        block("ring", dial, to=Switch(OUTCOME, tuple((o, at("ended")) for o in outcomes(dial)))),
        block("ended", Mark("over"), to=Jump(at("end"))),
        variables={"f.name": Scalar.TEXT, "f.caller": Scalar.DIGITS},
    )


@dataclass
class Played:
    traces: dict[str, Trace]
    canaries: list[str]
    rang: list[str]


async def _play(
    made: Bench, runtime: Runtime, token: str, said: str, how: Dialling, number: str
) -> Trace:
    assert runtime.broker.scripts is not None
    runtime.broker.scripts.register(token, {"s.hostile": (ScriptedReply("done", {"name": said}),)})
    placed: Placed = await made.call("flow", token, how=how, caller=number)
    return await placed.finished(30)


async def _play_all(folder: Path) -> Played:
    async with bench({"flow": flow()}, {}, folder) as made:
        command = f"touch {folder}/canary-"
        async with (
            Phones(made.server.ports.phones, Answers(hangs_up=0.1)) as phones,
            running(_serve(made, folder / "runtime"), Log(io.StringIO())) as runtime,
            EslGateway(
                runtime.broker,
                runtime.releases,
                made.server.instance.password,
                port=made.server.instance.control,
            ).serving(),
        ):
            while not (await made.esl.api("global_getvar flowc_beat")).strip().isdigit():
                await asyncio.sleep(0.05)
            calls = {}
            for index, text in enumerate(FROM_BACK_ENDS):
                said = text.replace("!", f"{command}b{index}")
                calls[text] = _play(made, runtime, f"b{index}", said, Dialling(), "13800000000")
            for index, text in enumerate(FROM_CALLERS):
                name = text.replace("!", f"{command}c{index}")
                how = Dialling(display_name=name)
                calls[text + " as a caller"] = _play(made, runtime, f"c{index}", "x", how, name)
            traces = await asyncio.gather(*calls.values())
    canaries = [path.name for path in folder.glob("canary-*")]
    return Played(
        dict(zip(calls, traces, strict=True)), canaries, [one.number for one in phones.calls]
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("hostile")))


def test_nothing_that_was_said_is_run(played: Played) -> None:
    assert played.canaries == []


def test_nothing_that_was_said_is_dialled(played: Played) -> None:
    assert played.rang == []


@pytest.mark.parametrize("text", FROM_BACK_ENDS)
def test_what_a_back_end_says_is_held_as_it_is(text: str, played: Played) -> None:
    steps = played.traces[text].steps
    held = [str(s.value) for s in steps if isinstance(s, Assigned) and s.variable == "f.name"]
    start, _, end = text.partition("!")
    assert len(held) == 1
    assert held[0].startswith(start)
    assert held[0].endswith(end)
    assert [s.outcome for s in steps if isinstance(s, Ended)] == ["done", "failed"]


@pytest.mark.parametrize("text", FROM_CALLERS)
def test_a_callers_number_is_digits_or_nothing(text: str, played: Played) -> None:
    steps = played.traces[f"{text} as a caller"].steps
    for step in steps:
        if isinstance(step, Assigned) and step.variable == "f.caller":
            assert set(str(step.value)) <= set("0123456789+")
