"""A booted FreeSWITCH that holds every variant of the measured path.

All variants play the same files and leave the same record; each is a number of one context. Knows
nothing of figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from freeswitch_lines import Lines
from path_project import LARGE_NUMBER, LARGE_RELEASE, NUMBER, by_hand, compiled, large_project
from path_scripts import MEASURED, SCRIPTS

from flowc.target import Bundle
from flowc.telephony.caller import Caller
from flowc_freeswitch import TARGET
from flowc_freeswitch.callcenter import SECTIONS, agent_name
from flowc_freeswitch.esl.client import Esl
from flowc_freeswitch.lab.configuration import CALLCENTER, DIALPLAN, LabPlan
from flowc_freeswitch.lab.find import find_server
from flowc_freeswitch.lab.server import FreeswitchServer

CONTEXT = "flowc-entry"
NUMBERS = {
    "compiled": NUMBER,
    "lua": "7001",
    "xml": "7002",
    "null": "7003",
    "large": LARGE_NUMBER,
}
GAP_S = 0.1  # between calls of one variant; the others are called meanwhile
RECORD = "mod_cdr_csv"
AGENT = "sofia/lab/anna@127.0.0.1"
_RECORDS = """\
<configuration name="cdr_csv.conf" description="marks">
  <settings>
    <param name="default-template" value="marks"/>
    <param name="legs" value="a"/>
    <param name="master-file-only" value="true"/>
  </settings>
  <templates>
    <template name="marks">${uuid} ${context} ${destination_number} ${by} ${record}${flowc_record}</template>
  </templates>
</configuration>
"""


@dataclass(frozen=True, slots=True)
class FreeswitchField:
    """What is measured on: the lines into it, and its process."""

    server: FreeswitchServer
    lines: Lines
    version: str
    variants: tuple[str, ...]

    def pids(self, variant: str) -> tuple[int, ...]:
        """The server alone works for each."""
        del variant
        return (self.server.pid,)

    async def measured(self, variant: str, calls: int) -> Counter[str]:
        """Place so many measured calls; the marks they left, once all have ended."""
        return await self.lines.all(NUMBERS[variant], (MEASURED,) * calls, GAP_S)

    async def played(self, variant: str, names: Sequence[str]) -> Counter[str]:
        """Place the calls of these names, all at once; the marks they left."""
        known = {script.name: script for script in SCRIPTS}
        return await self.lines.all(NUMBERS[variant], tuple(known[each] for each in names), 0.0)


@asynccontextmanager
async def fields(
    folder: Path, variants: tuple[str, ...]
) -> AsyncIterator[tuple[FreeswitchField, ...]]:
    """Boot as many servers as there are variants, and load every variant on each."""
    sounds = folder / "sounds"
    bundles = [compiled(TARGET, sounds, AGENT)]
    if "large" in variants:
        project = large_project(folder / "large")
        bundles.append(compiled(TARGET, sounds, AGENT, project, LARGE_RELEASE))
    async with AsyncExitStack() as stack:
        booted = [await _booted(stack, bundles, sounds) for _ in variants]
        version = (await booted[0][0].api("version short")).strip()
        yield tuple(FreeswitchField(*each, version, variants) for each in booted)


async def _booted(
    stack: AsyncExitStack, bundles: Sequence[Bundle], sounds: Path
) -> tuple[FreeswitchServer, Lines]:
    server = FreeswitchServer(find_server(), LabPlan(CONTEXT, "warning"))
    await stack.enter_async_context(server)
    _install(server, bundles, sounds)
    async with server.connect() as esl:
        await _ready(esl)
    caller = await stack.enter_async_context(Caller((server.host, server.ports.sip)))
    return server, Lines(caller, server.instance.log.parent / "cdr-csv/Master.csv")


def _install(server: FreeswitchServer, bundles: Sequence[Bundle], sounds: Path) -> None:
    """The releases' scripts and the hand-written one; all numbers in one context."""
    scripts = server.instance.scripts
    for bundle in bundles:
        own = scripts / "flowc" / bundle.release[:8]
        own.mkdir(parents=True)
        for artifact in bundle.artifacts:
            kind, _, name = artifact.path.partition("/")
            if kind == "scripts":
                (own / name).write_bytes(artifact.content)
    (scripts / "native.lua").write_text(by_hand("freeswitch", "native.lua", sounds))
    etc = server.instance.etc
    # By hand first: what stands later is found later.
    ours = (_entries(bundle, sounds) for bundle in bundles)
    entries = by_hand("freeswitch", "entries.xml", sounds) + "".join(ours)
    native = by_hand("freeswitch", "native.xml", sounds).rpartition("</include>")[0]
    context = f'  <context name="{CONTEXT}">\n{entries}  </context>\n'
    (etc / DIALPLAN).write_text(f"{native}{context}</include>\n")
    queues = (etc / CALLCENTER).read_text()
    for name in SECTIONS:
        lines = bundles[0].artifact(f"entry/{name}.xml").text.splitlines(keepends=True)[1:-1]
        if name == "queues":
            lines.append(by_hand("freeswitch", "queue.xml", sounds))
        queues = queues.replace(f"  </{name}>\n", f"{''.join(lines)}  </{name}>\n")
    (etc / CALLCENTER).write_text(f"{queues}{_RECORDS}")


def _entries(bundle: Bundle, sounds: Path) -> str:
    """The extensions of a release's numbers; its scripts are not beside sounds that all share."""
    dialplan = bundle.artifact("entry/dialplan.xml").text
    own = dialplan.partition(f'<context name="{CONTEXT}">\n')[2].partition("  </context>")[0]
    return own.replace(f"{sounds.parent}/scripts/", f"flowc/{bundle.release[:8]}/")


async def _ready(esl: Esl) -> None:
    """Have the server read what was installed; nobody sits in the queues, so that nobody waits."""
    await _demand(esl, "reloadxml", "+OK [Success]")
    await _demand(esl, f"load {RECORD}", "+OK")
    await _demand(esl, "reload mod_callcenter", "+OK")
    away = f"callcenter_config agent set status {agent_name(AGENT)} 'Logged Out'"
    await _demand(esl, away, "+OK")
    await _demand(esl, "fsctl loglevel warning", "+OK")


async def _demand(esl: Esl, words: str, wanted: str) -> None:
    said = (await esl.api(words)).strip()
    if wanted not in said:
        raise SystemExit(f"`{words}` on the server: {said}")
