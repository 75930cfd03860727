"""The negative controls on real servers: the same calls and the same eyes, with the doors off.

What must be seen: a caller taken for somebody else, a variable that nobody set, a telephone that
rings, a file that a word has made, a line that a word has written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flowc.expression.tree import Literal
from flowc.graph.exits import Jump
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Answer, Assign, Mark
from flowc.target import QueueSettings
from tests.injection import flows, off
from tests.injection.cases import Case, Sink, Source
from tests.injection.controls import Fired
from tests.injection.off import DOORS
from tests.injection.runs import Assault, Tell
from tests.injection.servers import SYSTEMS, booted
from tests.injection.strings import CORE, Attack
from tests.injection.words import MARK, NOTICE

_BY_TEXT = {each.text: each for each in CORE}


def _of(*texts: str) -> list[Attack]:
    return [_BY_TEXT[text] for text in texts]


def constants(*words: str) -> FlowGraph:
    """A call that holds an author's constants, and makes a mark of the last."""
    graph = flows.message()
    assigned = [
        Assign(f"f.word{place}", Literal(word, flows.TEXT)) for place, word in enumerate(words)
    ]
    block = flows.block(
        "take", Answer(), *assigned, Mark("good"), Mark(words[-1]), to=Jump(flows.at("end"))
    )
    names = {f"f.word{place}": flows.TEXT for place in range(len(words))}
    return replace(graph, blocks={**graph.blocks, block.id: block}, variables=names)


async def _said(assault: Assault, number: str) -> None:
    """A call to the constants: what it leaves is found by the name of its canary."""
    case = Case(
        f"{assault.kind.prefix}k", Source.AUTHOR, "a constant", "", "13600000001", number=number
    )
    await assault._judge(Source.AUTHOR, await assault._played([case], "a control's constants"))


def _fired(assault: Assault, sinks: Sequence[Sink]) -> Fired:
    return {f"{sink} on {assault.kind.system}": _first(assault, sink) for sink in sinks}


def _first(assault: Assault, sink: Sink) -> str:
    return next((str(each) for each in assault.tally.broken if each.sink is sink), "")


async def on_asterisk(tell: Tell) -> Fired:
    """The dialplan's quotes and filters, the gateway's, the back ends' and the manager's."""
    sinks = (
        *(Sink.DIALPLAN, Sink.AGI, Sink.DIAL, Sink.LOG, Sink.CDR, Sink.FILES, Sink.SQL, Sink.HTTP),
        Sink.AMI,
    )

    def graphs(canaries: Path) -> dict[str, FlowGraph]:
        said = constants(f"${{SHELL(touch {canaries}/ak)}}", "x\nFORGEDak", "a b=c")
        return {flows.ALL: flows.everything(), "constants": said}

    careless = off.off((*off.ASTERISK, *off.RUNTIME))
    with careless:
        async with booted(SYSTEMS["asterisk"], graphs, tell) as assault:
            await assault.learn([Source.CALLER_NUMBER, Source.SQL_TEXT, Source.DIALLED])
            await assault.group(
                Source.CALLER_NUMBER, _of('" = "" | "1"="1', " by=limit paid unsuspended")
            )
            texts = ('x"\nSET VARIABLE ADMIN yes', "100@trunk&PJSIP/premium99", "1&admin=1#")
            rows = ("x', 'y'); INSERT INTO canary VALUES ('@ID@');--",)
            await assault.group(Source.SQL_TEXT, _of(*texts, *rows))
            await _said(assault, "7001")
            with off.off(DOORS[Sink.AMI]):
                await assault.direct(_of("Bob,ADMIN=1"))
            return _fired(assault, sinks)


async def on_freeswitch(tell: Tell) -> Fired:
    """The interpreter's checks, Lua's and XML's quotes, the event socket's."""

    def graphs(canaries: Path) -> dict[str, FlowGraph]:
        return {
            flows.ALL: flows.everything(),
            "constants": constants("plain", "a b=c"),
            "code": constants(f'"..os.execute"touch {canaries}/fk".."', "x"),
        }

    def queues(canaries: Path) -> dict[str, QueueSettings]:
        order = f'<X-PRE-PROCESS cmd="exec" data="touch {canaries}/fx"/>'
        return {f'x"/>\n{order}\n<queue name="': QueueSettings(())}

    fired: Fired = {}
    with off.off((*off.FREESWITCH, *off.RUNTIME)):
        async with booted(SYSTEMS["freeswitch"], graphs, tell, queues) as assault:
            fired[f"{Sink.XML} on freeswitch"] = _taken(assault, "fx")
            await assault.learn([Source.CALLER_NUMBER, Source.SQL_TEXT, Source.DIALLED])
            await assault.group(Source.CALLER_NUMBER, _of('" = "" | "1"="1'))
            rows = ("x', 'y'); INSERT INTO canary VALUES ('@ID@');--", f"x\n{MARK}{NOTICE}")
            texts = ("100,sofia/gateway/trunk/premium99", "${system(@RUN@)}", "1&admin=1#")
            await assault.group(Source.SQL_TEXT, _of(*texts, *rows))
            await _said(assault, "7001")
            sinks = (Sink.DIAL, Sink.LOG, Sink.CDR, Sink.FILES, Sink.SQL, Sink.HTTP)
            fired |= _fired(assault, sinks)
            assault.tally.broken.clear()
            await _said(assault, "7002")
            fired[f"{Sink.LUA} on freeswitch"] = _first(assault, Sink.FILES)
            assault.tally.broken.clear()
            orders = "x\n\napi system @RUN@\n\n"
            with off.off(off.ESL_EVENTS):
                await assault.group(Source.SQL_TEXT, _of(orders, orders, orders))
            fired[f"{Sink.ESL} on freeswitch"] = _first(assault, Sink.FILES)
    return fired


def _taken(assault: Assault, name: str) -> str:
    """A canary that was there before any call, taken away."""
    path = assault.canaries / name
    if not path.exists():
        return ""
    path.unlink()
    return f"a file was made when the server read its files: {name}"
