"""What leaves the flow's hands on a real server: the runtime, queues, telephones, recordings."""

from __future__ import annotations

import asyncio
import io
import sys
import time
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from native_graphs import at, block, digits, graph, said
from support import Bench, Placed, bench

from flowc.expression.tree import IsSet, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Hangup, Jump, Switch
from flowc.graph.model import FlowGraph, Limits
from flowc.graph.operations import (
    OUTCOME,
    Assign,
    Dial,
    Ending,
    Enqueue,
    Given,
    Invoke,
    InvokeKind,
    Mark,
    Record,
    outcomes,
)
from flowc.machine.trace import Assigned, Ended, HungUp, Marked, Trace
from flowc.target import Environment, QueueSettings
from flowc.telephony.call import CallEnded
from flowc.telephony.phones import Answers, Behaviour, Phones, Rejects, Rings, tone
from flowc_asterisk.protocol import ANSWER, BEGUN, DONE, NONCE, filler_class
from flowc_asterisk.quote import variable

pytestmark = pytest.mark.pbx

LOOKUP, REQUEST, TICKET = InvokeKind.LOOKUP, InvokeKind.REQUEST, InvokeKind.TICKET
NAME = Given("f.name", ("name",), Scalar.TEXT)
HOSTILE = '${SHELL(id)}","x=1'


def one(operation: Ending, **fields: object) -> FlowGraph:
    """One operation; each of its outcomes is a mark, and the call goes on to its end."""
    ways = outcomes(operation)
    parts = [f"go.way_{i}" for i in range(len(ways))]
    switch = Switch(OUTCOME, tuple(zip(ways, map(at, parts), strict=True)))
    marks = [
        block(part, Mark(way.replace("*", "star").replace("#", "hash")), to=Hangup())
        for part, way in zip(parts, ways, strict=True)
    ]
    types = {"f.name": Scalar.TEXT, "f.recording": Scalar.TEXT}
    return graph(block("go", operation, to=switch), *marks, variables=types, **fields)


def asked(kind: InvokeKind, what: str, seconds: int = 60) -> FlowGraph:
    invoke = Invoke(f"f.{what}", kind, "s", what, (), (NAME,), ("not_found",), 2000)
    return one(invoke, limits=Limits(seconds))


def filled() -> FlowGraph:
    """The same slow question twice, with something said while it is waited for."""
    invoke = Invoke("f.filled", LOOKUP, "s", "slow", (), (NAME,), (), 9000, said("ask"))
    return graph(
        block("go", invoke, to=Switch(OUTCOME, (("done", at("next")), ("error", at("end"))))),
        block("next", to=Branch(IsSet(Read("f.twice", Scalar.BOOL)), at("end"), at("twice"))),
        block("twice", Assign("f.twice", Literal(1, Scalar.BOOL)), to=Jump(at("go"))),
        variables={"f.name": Scalar.TEXT, "f.twice": Scalar.BOOL},
    )


def dialled(
    *numbers: str, accept: str = "", is_asked: bool = True, allowed: tuple[str, ...] = ("1*",)
) -> FlowGraph:
    prompt = said("ask") if accept and is_asked else ()
    return one(Dial(tuple(map(digits, numbers)), allowed, 2, accept, prompt))


PHONES: dict[str, Behaviour] = {
    "100": Answers(hangs_up=0.5),
    "101": Rejects(486),
    "102": Rings(),
    "103": Rejects(404),
    "104": Answers(presses=((0.9, "1"),), hangs_up=1.6),
    "105": Answers(presses=((0.9, "2"),), hangs_up=3.0),
    "106": Answers(hangs_up=1.0),
    "200": Answers(hangs_up=0.5),
    "agent": Answers(hangs_up=0.7),
    "nobody": Rings(),
}
QUEUES = {
    "open": QueueSettings(("PJSIP/agent",), ring_s=5),
    "slow": QueueSettings(("PJSIP/nobody",), ring_s=20),
    "keyed": QueueSettings(("PJSIP/nobody",), ring_s=20),
    "empty": QueueSettings(()),
}


@dataclass(frozen=True)
class Scene:
    graph: FlowGraph
    outcome: str  # "" where the call ends inside
    seconds: tuple[float, float]  # how long it takes, at least and at most
    keys: str = ""
    keys_after: float = 1.0
    says: float = 0.0


SCENES: dict[str, Scene] = {
    "an answer is taken": Scene(asked(LOOKUP, "answered"), "done", (0, 1)),
    "a declared result is taken": Scene(asked(LOOKUP, "missing"), "not_found", (0, 1)),
    "a slow answer is waited for while the gateway lives": Scene(
        asked(LOOKUP, "slow"), "done", (3.9, 5)
    ),
    "a hung runtime is left after 2.5 s": Scene(asked(LOOKUP, "hung"), "error", (2.4, 3)),
    "a hung request may have happened": Scene(asked(REQUEST, "hung"), "unknown", (2.4, 3)),
    "a runtime that dies in a look-up is an error": Scene(asked(LOOKUP, "dies"), "error", (0, 1)),
    "a runtime that dies in a request leaves it unknown": Scene(
        asked(REQUEST, "dies"), "unknown", (0, 1)
    ),
    "an outcome without the nonce is not believed": Scene(
        asked(TICKET, "forgets"), "unknown", (0, 1)
    ),
    "an unreached runtime has surely done nothing": Scene(
        asked(REQUEST, "refused"), "error", (0, 1)
    ),
    "an unreached runtime is an error of a look-up": Scene(
        asked(LOOKUP, "refused"), "error", (0, 1)
    ),
    "the call's own limit holds again after a question": Scene(
        asked(LOOKUP, "slow", seconds=2), "done", (3.9, 5)
    ),
    "a filler is said": Scene(filled(), "done", (3.9, 5)),
    "a talk ends and the caller goes on": Scene(dialled("100"), "after_agent", (0.4, 3)),
    "a busy telephone": Scene(dialled("101"), "busy", (0, 2)),
    "nobody answers": Scene(dialled("102"), "no_answer", (1.5, 3.5)),
    "a number that the far side does not know": Scene(dialled("103"), "failed", (0, 2)),
    "a list rings on until someone answers": Scene(dialled("101", "100"), "after_agent", (0.4, 3)),
    "the outcome is the last number's": Scene(dialled("102", "101"), "busy", (1.5, 4.5)),
    "a number that is not allowed is not dialled": Scene(dialled("200"), "failed", (0, 1)),
    "a prefix alone is no number where more is asked": Scene(
        dialled("100", allowed=("1000*", "10")), "failed", (0, 1)
    ),
    "the called party accepts": Scene(dialled("104", accept="1"), "after_agent", (1, 5)),
    "another key does not accept": Scene(dialled("105", accept="1"), "no_answer", (0.5, 5)),
    "a voicemail does not accept": Scene(dialled("106", accept="1"), "no_answer", (0.5, 5)),
    "the called party accepts without being asked": Scene(
        dialled("104", accept="1", is_asked=False), "after_agent", (1, 5)
    ),
    "a voicemail that is asked nothing does not accept": Scene(
        dialled("106", accept="1", is_asked=False), "no_answer", (0.5, 5)
    ),
    "an agent takes the call": Scene(one(Enqueue("open", 10)), "after_agent", (0.6, 5)),
    "the wait is too long": Scene(one(Enqueue("slow", 2)), "waited_too_long", (1.5, 4)),
    "no agent is there": Scene(one(Enqueue("empty", 10)), "no_agents", (0, 1)),
    "a key leaves the queue": Scene(
        one(Enqueue("keyed", 10, exit_keys=("1", "2"))), "key_2", (0.9, 3), keys="2"
    ),
    "something said is recorded": Scene(
        one(Record("f.recording", 10, 2)), "done", (1, 4), "#", 2.0, says=1.2
    ),
    "silence is an empty recording": Scene(one(Record("f.recording", 10, 2)), "empty", (1.5, 4)),
}


@dataclass
class Runtime:
    """A runtime that does at each site what the site's name says."""

    seen: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            await self._converse(reader, writer)
        writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        header = (await reader.readuntil(b"\n\n")).decode()
        site = next(x for x in header.splitlines() if x.startswith("agi_network_script: "))
        what = site.rpartition(".")[2]

        async def command(text: str) -> str:
            writer.write(f"{text}\n".encode())
            return (await reader.readline()).decode()

        nonce = (await command(f"GET VARIABLE {NONCE}")).partition("(")[2].partition(")")[0]
        self.seen.append(nonce)
        await command(f"SET VARIABLE {BEGUN} {nonce}")
        if what == "hung":
            await reader.read()
        if what == "slow":
            for _ in range(4):
                await command('SET VARIABLE TIMEOUT(absolute) "2.5"')
                await asyncio.sleep(1)
        if what == "dies":
            return
        if what == "filled":
            release = header.partition("agi_network_script: ")[2].split("/")[1]
            await asyncio.sleep(1)
            await command(f"SET MUSIC ON {filler_class(release, 'f.filled', 'zh')}")
            await asyncio.sleep(1)
            await command("SET MUSIC OFF")
        escaped = HOSTILE.replace('"', '\\"')
        await command(f'SET VARIABLE {variable("f.name")} "{escaped}"')
        answer = {"missing": "not_found"}.get(what, "done")
        await command(f"SET VARIABLE {ANSWER} {answer}")
        if what != "forgets":
            await command(f"SET VARIABLE {DONE} {nonce}")


@dataclass
class Result:
    trace: Trace
    seconds: float
    steps: list[str]
    heard: bytes


async def _play(made: Bench, name: str, index: int) -> Result:
    scene = SCENES[name]
    placed = await made.call(name, f"o{index}")
    began = asyncio.get_running_loop().time()
    acting = asyncio.create_task(_act(placed, scene))
    try:
        trace = await placed.finished(40)
    finally:
        acting.cancel()
    return Result(
        trace, asyncio.get_running_loop().time() - began, placed.steps, placed.call.recording()
    )


async def _act(placed: Placed, scene: Scene) -> None:
    with suppress(CallEnded):
        if scene.says:
            await asyncio.sleep(0.4)
            await placed.call.say(tone(scene.says))
        if scene.keys:
            await asyncio.sleep(scene.keys_after - (scene.says and scene.says + 0.4))
            await placed.call.press(scene.keys)


async def _play_all(folder: Path) -> dict[str, Result | BaseException]:
    graphs = {name: scene.graph for name, scene in SCENES.items()}
    refused = {name: "127.0.0.1:9" for name in graphs if "unreached" in name}
    async with Runtime().serving() as address:
        environment = Environment(
            str(folder / "sounds"), str(folder / "recordings"), address, "secret", queues=QUEUES
        )
        async with (
            bench(
                graphs,
                {"zh/ask": 200, "en/ask": 200},
                folder,
                environment=environment,
                agents=("agent", "nobody"),
                runtimes=refused,
            ) as made,
            Phones(made.server.ports.phones) as phones,
        ):
            for number, behaviour in PHONES.items():
                phones.behave(number, behaviour)
            results = await asyncio.gather(
                *(_play(made, name, index) for index, name in enumerate(SCENES)),
                return_exceptions=True,
            )
    return dict(zip(SCENES, results, strict=True))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result | BaseException]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("outside")))


def _of(played: dict[str, Result | BaseException], name: str) -> Result:
    result = played[name]
    if isinstance(result, BaseException):
        raise result
    return result


@pytest.mark.parametrize("name", SCENES)
def test_it_ends_with_the_outcome_and_in_the_time(
    name: str, played: dict[str, Result | BaseException]
) -> None:
    result, scene = _of(played, name), SCENES[name]
    told = "\n".join(result.steps)
    outcomes_told = {s.outcome for s in result.trace.steps if isinstance(s, Ended)}
    assert outcomes_told == {scene.outcome}, told
    assert isinstance(result.trace.steps[-1], HungUp | Marked), told
    least, most = scene.seconds
    assert least <= result.seconds <= most + 1.0, told


def test_what_a_back_end_says_is_held_as_it_is(
    played: dict[str, Result | BaseException],
) -> None:
    steps = _of(played, "an answer is taken").trace.steps
    assert Assigned("f.name", HOSTILE) in steps


def test_an_answer_that_is_not_believed_leaves_nothing_behind(
    played: dict[str, Result | BaseException],
) -> None:
    for name in ("an outcome without the nonce is not believed", "a declared result is taken"):
        steps = _of(played, name).trace.steps
        assert not [step for step in steps if isinstance(step, Assigned)]


def test_the_limit_of_the_call_ends_it_after_the_question(
    played: dict[str, Result | BaseException],
) -> None:
    result = _of(played, "the call's own limit holds again after a question")
    assert any("TIMEOUT(absolute)=0.1" in step for step in result.steps), time.time()


def test_a_filler_is_said_once_each_time(played: dict[str, Result | BaseException]) -> None:
    result = _of(played, "a filler is said")
    with wave.open(io.BytesIO(result.heard)) as file:
        samples = array("h", file.readframes(file.getnframes()))
    loud = [max(map(abs, samples[i : i + 400])) > 500 for i in range(0, len(samples), 400)]
    begins = [i for i in range(1, len(loud)) if loud[i] and not loud[i - 1]]
    assert [round(begin * 0.05) for begin in begins] == [1, 3]
    assert 6 <= sum(loud) <= 11  # twice 200 ms
