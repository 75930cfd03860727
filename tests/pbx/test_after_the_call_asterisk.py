"""What happens at the end of a call on a real server: its record, and questions when the caller is gone."""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from native_graphs import at, block, graph, said
from support import Bench, bench

from flowc.expression.types import Scalar
from flowc.graph.exits import Hangup, Jump, Switch
from flowc.graph.model import FlowGraph, Limits
from flowc.graph.operations import (
    OUTCOME,
    Collect,
    Cue,
    CueKind,
    Digits,
    Invoke,
    InvokeKind,
    Mark,
    Play,
    Record,
    outcomes,
)
from flowc.machine.trace import Assigned, Marked, Trace
from flowc.target import Environment
from flowc.telephony.phones import tone
from flowc_asterisk.protocol import ANSWER, BEGUN, DONE, NONCE

pytestmark = pytest.mark.pbx

ASK = Collect(Digits(1, 4), "f.typed", first_ms=20_000)
RECORD = Record("f.words", 20, 15)


def waiting(**fields: object) -> FlowGraph:
    """The caller passes a mark and is asked for digits at the node `ask`."""
    ways = Switch(OUTCOME, tuple((way, at("end")) for way in outcomes(ASK)))
    return graph(
        block("go", Mark("passed"), to=Jump(at("ask"))),
        block("ask", Cue(said("ask"), CueKind.RETRY), ASK, to=ways),
        *fields.pop("more", ()),  # type: ignore[misc]  # blocks, by name
        variables={"f.typed": Scalar.DIGITS},
        **fields,
    )


def opening(what: str) -> FlowGraph:
    """A ticket is opened when the caller has gone; each outcome is a mark."""
    ticket = Invoke(f"f.{what}", InvokeKind.TICKET, "tickets", "open", (), (), (), 2000)
    ways = outcomes(ticket)
    more = (
        block("after", ticket, to=Switch(OUTCOME, tuple((w, at(f"after.{w}")) for w in ways))),
        *(block(f"after.{way}", Mark(way), to=Hangup()) for way in ways),
    )
    return waiting(on_hangup=at("after"), more=more)


def recording() -> FlowGraph:
    ways = Switch(OUTCOME, tuple((way, at("end")) for way in outcomes(RECORD)))
    return graph(
        block("go", RECORD, to=ways),
        block("after", Mark("over"), to=Hangup()),
        on_hangup=at("after"),
        variables={"f.words": Scalar.TEXT},
    )


def too_long() -> FlowGraph:
    late = block("late", Play(said("hello")), to=Jump(at("end")))
    return waiting(limits=Limits(2, at("late")), more=(late,))


GRAPHS = {
    "hangs up": waiting(),
    "is led out": waiting(),
    "is too long": waiting(limits=Limits(2)),
    "is led out by the limit": too_long(),
    "opened": opening("opened"),
    "refused": opening("refused"),
    "hung": opening("hung"),
    "hung when begun": opening("late"),
    "speaks": recording(),
    "says nothing": recording(),
}


@asynccontextmanager
async def runtime(freed: asyncio.Event | None = None, hangs: str = "") -> AsyncIterator[str]:
    """Opens work orders; one that hangs says nothing until it is `freed`, or once it has begun."""
    freed = freed or asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def command(text: str) -> str:
            writer.write(f"{text}\n".encode())
            return (await reader.readline()).decode()

        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\n\n")
            if hangs == "at once":
                await freed.wait()
            told = await command(f"GET VARIABLE {NONCE}")
            nonce = told.partition("(")[2].partition(")")[0]
            await command(f"SET VARIABLE {BEGUN} {nonce}")
            if hangs == "when begun":
                await freed.wait()
            await command(f"SET VARIABLE {ANSWER} done")
            await command(f"SET VARIABLE {DONE} {nonce}")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@dataclass
class Result:
    trace: Trace
    after_s: float  # from the caller's hanging up until the server let the channel go
    record: str = ""


# One for each runtime that hangs: who is let go first must not free the other a moment too soon.
Freed = dict[str, asyncio.Event]

LET_GO_S = 12.0


async def _play(made: Bench, name: str, index: int, freed: Freed) -> tuple[str, Result]:
    placed = await made.call(name, f"e{index}")
    loop = asyncio.get_running_loop()
    if name in ("is led out", "is too long", "is led out by the limit"):
        if name == "is led out":
            await placed.until(lambda: any(" Read(" in step for step in placed.steps))
            await asyncio.sleep(0.8)
            await placed.call.press("1#", spacing=0.1, length=0.06)
    else:
        wanted = " Record(" if name in ("speaks", "says nothing") else " Read("
        await placed.until(lambda: any(wanted in step for step in placed.steps))
        if name == "speaks":
            await placed.call.say(tone(2.0))
        await placed.call.hang_up()
    gone = loop.time()
    if name.startswith("hung"):
        with suppress(TimeoutError):
            await placed.finished(LET_GO_S)
        freed[name].set()
    trace = await placed.finished(30)
    return placed.channel, Result(trace, loop.time() - gone)


async def _play_all(folder: Path) -> dict[str, Result]:
    freed = {name: asyncio.Event() for name in ("hung", "hung when begun")}
    async with (
        runtime() as address,
        runtime(freed["hung"], "at once") as hung,
        runtime(freed["hung when begun"], "when begun") as late,
    ):
        environment = Environment(
            str(folder / "sounds"), str(folder / "recordings"), address, "secret"
        )
        async with bench(
            GRAPHS,
            {"zh/ask": 200, "en/ask": 200, "zh/hello": 200, "en/hello": 200},
            folder,
            environment=environment,
            runtimes={"refused": "127.0.0.1:9", "hung": hung, "hung when begun": late},
        ) as made:
            results = await asyncio.gather(
                *(_play(made, name, index, freed) for index, name in enumerate(GRAPHS))
            )
            records = await _all_records(made.server.cdr, [channel for channel, _ in results])
    for channel, result in results:
        result.record = records.get(channel, "")
    return dict(zip(GRAPHS, (result for _, result in results), strict=True))


async def _all_records(file: Path, channels: list[str]) -> dict[str, str]:
    """The records of these calls; the server writes each a moment after its call."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 10
    records = _records(file)
    while loop.time() < end and not all(records.get(channel) for channel in channels):
        await asyncio.sleep(0.05)
        records = _records(file)
    return records


def _records(file: Path) -> dict[str, str]:
    """What the server itself has written of each call, by its id."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {line[0]: line[-1] for line in csv.reader(lines) if line}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("after")))


@pytest.mark.parametrize(
    ("name", "ended"),
    [
        ("hangs up", "by=caller at=f.ask to={} from=138****0000 passed"),
        ("is led out", "by=flow at=f.end to={} from=138****0000 passed"),
        ("is too long", "by=limit at=f.ask to={} from=138****0000 passed"),
        ("is led out by the limit", "by=limit at=f.end to={} from=138****0000 passed"),
    ],
)
def test_the_record_tells_who_ended_the_call_and_where(
    name: str, ended: str, played: dict[str, Result]
) -> None:
    release, _, told = played[name].record.partition(" ")
    index = list(GRAPHS).index(name)
    assert told == ended.format(7000 + index)
    assert release == f"{index + 1:08x}"


def test_a_ticket_opened_after_the_call_holds_the_channel_for_no_2_s(
    played: dict[str, Result],
) -> None:
    assert Marked("done") in played["opened"].trace.steps
    assert played["opened"].after_s < 2


def test_a_runtime_that_is_down_holds_no_channel(played: dict[str, Result]) -> None:
    assert Marked("error") in played["refused"].trace.steps
    assert played["refused"].after_s < 2


@pytest.mark.parametrize(("name", "outcome"), [("hung", "error"), ("hung when begun", "unknown")])
def test_a_runtime_that_hangs_holds_the_channel_for_no_longer_than_2_s(
    name: str, outcome: str, played: dict[str, Result]
) -> None:
    """Surely not done is what was not begun."""
    assert Marked(outcome) in played[name].trace.steps
    assert played[name].after_s < 2.1


def test_who_hangs_up_while_speaking_has_left_a_recording(played: dict[str, Result]) -> None:
    told = [s for s in played["speaks"].trace.steps if isinstance(s, Assigned)]
    assert [step.value is None for step in told] == [False]


def test_who_hangs_up_at_the_tone_has_left_none(played: dict[str, Result]) -> None:
    told = [s for s in played["says nothing"].trace.steps if isinstance(s, Assigned)]
    assert [step.value is None for step in told] == [False, True]
