"""What leaves the flow's hands on a real FreeSWITCH: the runtime, queues, telephones, recordings."""

from __future__ import annotations

import asyncio
import io
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from native_graphs import at, block, graph, said
from support_freeswitch import Bench, Placed, bench, needs_server
from test_outside_asterisk import (
    HOSTILE,
    LOOKUP,
    NAME,
    PHONES,
    REQUEST,
    TICKET,
    Scene,
    dialled,
    one,
)

from flowc.expression.types import Scalar
from flowc.graph.as_json import release_to_json
from flowc.graph.exits import Hangup, Jump, Switch
from flowc.graph.model import FlowGraph, Limits
from flowc.graph.operations import (
    OUTCOME,
    Enqueue,
    Invoke,
    InvokeKind,
    Mark,
    Play,
    Record,
    outcomes,
)
from flowc.graph.release import Release
from flowc.machine.trace import Assigned, Ended, Entered, HungUp, Marked, Trace
from flowc.runtime.app import Runtime, RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.runtime.services.scripts import ScriptedReply
from flowc.target import Environment, QueueSettings
from flowc.telephony.call import CallEnded
from flowc.telephony.phones import Answers, Phones, tone
from flowc_freeswitch.esl.gateway import EslGateway

pytestmark = [pytest.mark.pbx, needs_server]

LONG = "sofia/gateway/trunk/long"
AGENT, NOBODY = "sofia/gateway/trunk/agent", "sofia/gateway/trunk/nobody"
QUEUES = {
    "open": QueueSettings((AGENT,), ring_s=5),
    "long": QueueSettings((LONG,), ring_s=5),
    "slow": QueueSettings((NOBODY,), ring_s=20),
    "keyed": QueueSettings((NOBODY,), ring_s=20),
    "empty": QueueSettings(()),
}
REPLIES: dict[str, ScriptedReply] = {
    "answered": ScriptedReply("done", {"name": HOSTILE}),
    "missing": ScriptedReply("not_found"),
    "slow": ScriptedReply("done", {"name": "x"}, after_s=1.6),
    "silent": ScriptedReply("silent"),
    "refused": ScriptedReply("error"),
    "perhaps": ScriptedReply("unknown"),
}


def asked(kind: InvokeKind, what: str, seconds: int = 60, filler: str = "") -> FlowGraph:
    """A question to the runtime, answered as its name says."""
    said_ = said(filler) if filler else ()
    invoke = Invoke(f"f.{what}", kind, "s", what, (), (NAME,), ("not_found",), 2000, said_)
    return one(invoke, limits=Limits(seconds))


SCENES: dict[str, Scene] = {
    "an answer is taken": Scene(asked(LOOKUP, "answered"), "done", (0, 1)),
    "a declared result is taken": Scene(asked(LOOKUP, "missing"), "not_found", (0, 1)),
    "a slow answer is waited for": Scene(asked(LOOKUP, "slow"), "done", (1.5, 2.5)),
    "a filler is said and cut by the answer": Scene(
        asked(LOOKUP, "slow", filler="ask"), "done", (1.5, 2.5)
    ),
    "no answer is an error of a look-up": Scene(asked(LOOKUP, "silent"), "error", (1.9, 3)),
    "no answer leaves a request unknown": Scene(asked(REQUEST, "silent"), "unknown", (1.9, 3)),
    "a refusal is an error of a request": Scene(asked(REQUEST, "refused"), "error", (0, 1)),
    "what may have happened is unknown": Scene(asked(REQUEST, "perhaps"), "unknown", (0, 1)),
    "a talk ends and the caller goes on": Scene(dialled("100"), "after_agent", (0.4, 3)),
    "a busy telephone": Scene(dialled("101"), "busy", (0, 2)),
    "nobody answers": Scene(dialled("102"), "no_answer", (1.5, 3.5)),
    "a number that the far side does not know": Scene(dialled("103"), "failed", (0, 2)),
    "a list rings on until someone answers": Scene(dialled("101", "100"), "after_agent", (0.4, 3)),
    "the outcome is the last number's": Scene(dialled("102", "101"), "busy", (1.5, 4.5)),
    "a number that is not allowed is not dialled": Scene(dialled("200"), "failed", (0, 1)),
    "the called party accepts": Scene(dialled("104", accept="1"), "after_agent", (1, 5)),
    "another key does not accept": Scene(dialled("105", accept="1"), "no_answer", (0.5, 6)),
    "a voicemail does not accept": Scene(dialled("106", accept="1"), "no_answer", (0.5, 6)),
    "the called party accepts without being asked": Scene(
        dialled("104", accept="1", is_asked=False), "after_agent", (1, 5)
    ),
    "another key does not accept without being asked": Scene(
        dialled("105", accept="1", is_asked=False), "no_answer", (0.5, 6)
    ),
    "a voicemail that is asked nothing does not accept": Scene(
        dialled("106", accept="1", is_asked=False), "no_answer", (0.5, 6)
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


def afterwards() -> FlowGraph:
    """Says something long; when the caller has gone, the runtime is asked and a mark is set."""
    invoke = Invoke("f.answered", TICKET, "s", "answered", (), (NAME,), (), 2000)
    ways = (("done", at("told")), ("error", at("gone")), ("unknown", at("gone")))
    return graph(
        block("go", Play(said("ask", "ask", "ask")), to=Jump(at("go"))),
        block("after", invoke, to=Switch(OUTCOME, ways)),
        block("told", Mark("told"), to=Hangup()),
        block("gone", to=Hangup()),
        variables={"f.name": Scalar.TEXT},
        on_hangup=at("after"),
    )


def talked() -> FlowGraph:
    """An agent takes the call; the caller hangs up in the talk."""
    wait = Enqueue("long", 10)
    return graph(
        block("go", wait, to=Switch(OUTCOME, tuple((way, at("end")) for way in outcomes(wait)))),
        block("after", Mark("over"), to=Hangup()),
        on_hangup=at("after"),
    )


@dataclass
class Result:
    trace: Trace
    seconds: float  # from the first block to the last
    steps: list[str]


async def _play(made: Bench, runtime: Runtime, name: str, index: int) -> Result:
    scene, token = SCENES[name], f"o{index}"
    scripts = runtime.broker.scripts
    assert scripts is not None
    scripts.register(token, {f"s.{what}": (reply,) for what, reply in REPLIES.items()})
    placed = await made.call(name, token)
    acting = asyncio.create_task(_act(placed, scene))
    try:
        trace = await placed.finished(40)
    finally:
        acting.cancel()
    entered = [
        at for step, at in zip(trace.steps, trace.times, strict=True) if isinstance(step, Entered)
    ]
    return Result(trace, (entered[-1] - entered[0]) / 1000, placed.steps)


async def _act(placed: Placed, scene: Scene) -> None:
    with suppress(CallEnded):
        if scene.says:
            await asyncio.sleep(0.5)
            await placed.call.say(tone(scene.says))
        if scene.keys:
            await asyncio.sleep(scene.keys_after - (scene.says and scene.says + 0.5))
            await placed.call.press(scene.keys)


def _serve(made: Bench, folder: Path) -> RuntimeSettings:
    """The runtime's folders, with every release that the server holds."""
    for installed in made.installed.values():
        path = folder / "releases" / installed.release / "release.json"
        path.parent.mkdir(parents=True)
        path.write_text(release_to_json(Release(installed.release, installed.graph)))
    return RuntimeSettings(folder, folder / "releases", folder / "texts", test_mode=True)


async def _play_all(folder: Path) -> dict[str, Result | BaseException | str]:
    graphs = {name: scene.graph for name, scene in SCENES.items()}
    graphs |= {"afterwards": afterwards(), "talked": talked()}
    environment = Environment(str(folder / "sounds"), str(folder / "recordings"), queues=QUEUES)
    recordings = {"zh/ask": 200, "en/ask": 200}
    async with bench(graphs, recordings, folder, environment=environment) as made:
        await made.esl.api("reload mod_callcenter")
        async with (
            Phones(made.server.ports.phones) as phones,
            running(_serve(made, folder / "runtime"), Log(io.StringIO())) as runtime,
        ):
            for number, behaviour in {**PHONES, "long": Answers(hangs_up=20)}.items():
                phones.behave(number, behaviour)
            results = await _with_gateway(made, runtime)
            down = await _play(made, runtime, "an answer is taken", 99)
        log = made.server.log.read_text(encoding="utf-8", errors="replace")
    names = (*SCENES, "afterwards", "talked")
    return {**dict(zip(names, results, strict=True)), "down": down, "log": log}


async def _with_gateway(made: Bench, runtime: Runtime) -> list[Result | BaseException]:
    gateway = EslGateway(
        runtime.broker,
        runtime.releases,
        made.server.instance.password,
        port=made.server.ports.control,
    )
    async with gateway.serving():
        while not (await made.esl.api("global_getvar flowc_beat")).strip().isdigit():
            await asyncio.sleep(0.05)
        calls = (_play(made, runtime, name, index) for index, name in enumerate(SCENES))
        left = (_leave(made, runtime, name) for name in ("afterwards", "talked"))
        return await asyncio.gather(*calls, *left, return_exceptions=True)


async def _leave(made: Bench, runtime: Runtime, name: str) -> Result:
    """A caller who hangs up after two seconds."""
    assert runtime.broker.scripts is not None
    runtime.broker.scripts.register(name, {f"s.{what}": (one,) for what, one in REPLIES.items()})
    placed = await made.call(name, name)
    await asyncio.sleep(2)
    await placed.call.hang_up()
    trace = await placed.finished(20)
    return Result(trace, 0.0, placed.steps)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result | BaseException | str]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("outside")))


def _of(played: dict[str, Result | BaseException | str], name: str) -> Result:
    result = played[name]
    if isinstance(result, BaseException):
        raise result
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize("name", SCENES)
def test_it_ends_with_the_outcome_and_in_the_time(
    name: str, played: dict[str, Result | BaseException | str]
) -> None:
    result, scene = _of(played, name), SCENES[name]
    told = "\n".join(result.steps)
    assert [s.outcome for s in result.trace.steps if isinstance(s, Ended)] == [scene.outcome], told
    assert isinstance(result.trace.steps[-1], HungUp), told
    assert any(isinstance(step, Marked) for step in result.trace.steps), told
    least, most = scene.seconds
    assert least <= result.seconds <= most + 1.0, told


def test_what_a_back_end_says_is_held_as_it_is(
    played: dict[str, Result | BaseException | str],
) -> None:
    assert Assigned("f.name", HOSTILE) in _of(played, "an answer is taken").trace.steps


def test_a_runtime_that_has_gone_is_an_error_at_once(
    played: dict[str, Result | BaseException | str],
) -> None:
    down = _of(played, "down")
    assert [s.outcome for s in down.trace.steps if isinstance(s, Ended)] == ["error"]
    assert down.seconds < 1


def test_the_runtime_answers_when_the_caller_has_gone(
    played: dict[str, Result | BaseException | str],
) -> None:
    steps = _of(played, "afterwards").trace.steps
    assert HungUp("caller") in steps
    assert steps[-1] == Marked("told"), steps[-8:]


def test_a_caller_who_hangs_up_in_a_talk_is_followed_once(
    played: dict[str, Result | BaseException | str],
) -> None:
    steps = _of(played, "talked").trace.steps
    assert [step for step in steps if not isinstance(step, Entered)] == [
        HungUp("caller"),
        Marked("over"),
    ]


def test_no_script_of_ours_broke(played: dict[str, Result | BaseException | str]) -> None:
    log = str(played["log"])
    assert not [line for line in log.splitlines() if "mod_lua" in line and "ERR" in line]
    assert " flowc " not in "".join(line for line in log.splitlines() if "[ERR]" in line)
