"""The two systems, as the runs see them: which sink is which, what is sent there, how one is booted."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowc.graph.model import FlowGraph
from flowc.target import LabUnavailableError, QueueSettings
from flowc_freeswitch.lab.find import VARIABLE, find_server
from tests.injection import calling, flows, on_asterisk, on_freeswitch, projects
from tests.injection.cases import Broken, Sink, Source, Tally
from tests.injection.runs import Assault, Kind, ServerDiedError, Tell
from tests.injection.secrets import found_in
from tests.injection.strings import ALL, CORE, KEYS, Attack
from tests.injection.world import SECRET, TOKEN, World, world

ASTERISK = Kind("asterisk", "a", Sink.DIALPLAN, Sink.AGI, Sink.AMI, Sink.DIALPLAN)
FREESWITCH = Kind("freeswitch", "f", Sink.LUA, Sink.ESL, Sink.ESL, Sink.XML)
Booting = Callable[..., Any]


@dataclass(frozen=True)
class System:
    """One telephone system, and how it is booted for a run."""

    kind: Kind
    boot: Booting


SYSTEMS = {
    "asterisk": System(ASTERISK, on_asterisk.on_asterisk),
    "freeswitch": System(FREESWITCH, on_freeswitch.on_freeswitch),
}


def why_left_out(name: str) -> str:
    """Why a system is not tried on this machine; "" where it is."""
    if name != "freeswitch":
        return ""
    try:
        find_server()
    except LabUnavailableError as reason:
        return f"{reason} ({VARIABLE} names another prefix)"
    return ""


def plan(every: int) -> tuple[tuple[Source, tuple[Attack, ...]], ...]:
    """What is said from where; `every` 1 is all of it, 10 a tenth."""
    return tuple(
        (source, attacks[::every])
        for source, attacks in (
            (Source.CALLER_NUMBER, ALL),
            (Source.CALLER_NAME, CORE),
            (Source.DIALLED, CORE),
            (Source.ASSERTED, CORE[::2]),
            (Source.DIVERSION, CORE[1::3]),
            (Source.HEADERS, CORE[1::2]),
            (Source.LAB_HEADERS, CORE[2::3]),
            (Source.KEYS, KEYS),
            (Source.INFO, CORE[::3]),
            (Source.HTTP_TEXT, ALL),
            (Source.HTTP_DIGITS, CORE[::2]),
            (Source.HTTP_SHAPE, CORE[1::2]),
            (Source.HTTP_BODY, CORE[::2]),
            (Source.SQL_TEXT, CORE),
            (Source.SQL_WORDS, CORE[1::2]),
        )
    )


Graphs = Callable[[Path], Mapping[str, FlowGraph]]
Queues = Callable[[Path], Mapping[str, QueueSettings]]


@asynccontextmanager
async def booted(
    system: System, graphs: Graphs, tell: Tell, queues: Queues = lambda _: flows.QUEUES
) -> AsyncIterator[Assault]:
    """A world, a server in it with these flows, and an assault that has not begun.

    Flows and queues are made once it is known where canaries would be left.
    """
    with tempfile.TemporaryDirectory(prefix="flowc-injection-") as name:
        folder = Path(name)
        canaries = folder / "canaries"
        canaries.mkdir()
        async with (
            world(folder / "world", graphs(canaries)) as around,
            system.boot(around, folder / "world/pbx", queues(canaries)) as server,
        ):
            yield Assault(system.kind, server, around, canaries, tell)


async def assaulted(name: str, every: int, tell: Tell) -> Tally:
    """Everything through calls to one system: sources outside, and authors' projects."""
    system = SYSTEMS[name]
    # Canaries of projects are never made: whose file would be found is told by its name alone.
    hostile = {each.text: each for each in CORE[::every]}
    projects_ = projects.called((calling.PLAIN, *hostile))
    graphs = {**flows.graphs(), **{f"project {text}": graph for text, graph in projects_.items()}}
    known = {
        text.removeprefix("project "): number
        for number, text in enumerate(graphs, 1)
        if text.startswith("project ")
    }
    async with booted(system, lambda _: graphs, tell) as assault:
        with suppress(ServerDiedError):
            await assault.all(plan(every))
            await assault.authors(known, [hostile[text] for text in known if text in hostile])
            await assault.direct(CORE[::every])
        tally = assault.tally
        shown = list(_secrets_shown(assault.world, assault.server))
    tally.secrets += len(shown)
    for each in shown:
        tally.broken.append(Broken(name, Source.DIRECT, Sink.FILES, "a secret", "", each))
    return tally


def _secrets_shown(around: World, server: Any) -> Sequence[str]:
    """Where the environment's values stand: no release, log, record or store may show them."""
    secrets = {"the services' secret": SECRET, "the runtime's token": TOKEN}
    folders = (around.folder, server.folder)
    return [each for folder in folders for each in found_in(folder, secrets)]
