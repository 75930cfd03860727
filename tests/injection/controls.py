"""The negative controls: with the door of a sink off, the test must see the words get out.

A control that finds nothing shows a test that cannot fail there. `fired` tells what was seen first.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from flowc.diagnostics.as_github import as_github
from tests.injection import doors, emitted, projects, strings
from tests.injection.cases import Sink, Tally
from tests.injection.off import DOORS, off
from tests.injection.strings import Attack

Fired = dict[str, str]
AT_DOORS = (
    *(Sink.AGI, Sink.AMI, Sink.ESL, Sink.LUA, Sink.XML, Sink.LOG, Sink.CSV, Sink.FILES),
    *(Sink.HTTP, Sink.SQL, Sink.SPEECH),
)
OF_PROJECTS = (Sink.DIALPLAN, Sink.PICTURES, Sink.REPORTS)


async def without_servers(tell: Callable[[str], None] = lambda _: None) -> Fired:
    """Every sink's own door off, one after another."""
    fired = {f"{sink}: its door": await at_its_door(sink) for sink in AT_DOORS}
    fired |= {f"{sink}: its door": of_projects(sink) for sink in OF_PROJECTS}
    for control, what in fired.items():
        tell(f"control, {control} off: {what[:150] or 'NOTHING WAS SEEN'}")
    return fired


async def at_its_door(sink: Sink) -> str:
    """What is seen first with the door of a protocol or a back end off."""
    with tempfile.TemporaryDirectory(prefix="flowc-controls-") as name:
        async with doors.doors(Path(name)) as all_:
            with off(DOORS[sink]):
                for attack in strings.CORE:
                    text = attack.armed("c0", name)
                    try:
                        found = await doors.wrong_at(all_, sink, text)
                    except Exception as error:  # what breaks the reader has got through
                        return f"{attack.name}: {type(error).__name__}: {error}"
                    if found:
                        return f"{attack.name} {text[:80]!r}: {found[0]}"
    return ""


def of_projects(sink: Sink) -> str:
    """What is seen first with the door of what is made of a project off."""
    seen = {Sink.DIALPLAN: _emitted, Sink.PICTURES: _drawn, Sink.REPORTS: _reported}[sink]
    return next(seen(), "")


def _emitted() -> Iterator[str]:
    attacks = tuple(each for each in strings.CORE if "\n" in each.text or "${" in each.text)[:20]
    with off(DOORS[Sink.DIALPLAN]):
        for each in emitted.sweep(attacks, targets=("asterisk",)).broken:
            yield str(each)


def _drawn() -> Iterator[str]:
    twin = projects.made_of({})
    with off(DOORS[Sink.PICTURES]):
        for attack in strings.CORE:
            tally = Tally()
            projects._try(tally, "node title", attack, twin)
            yield from (str(each) for each in tally.broken if each.sink is Sink.PICTURES)


def _reported() -> Iterator[str]:
    attack = Attack("a command", "x\n::error file=x::forged")
    with off(DOORS[Sink.REPORTS]):
        compiled = projects.compile_files(projects.files({"queue": attack.text}))
        lines = as_github(compiled.found, "en").split("\n")
        if len(lines) > len(compiled.found) + 1:
            yield f"{json.dumps(lines)[:200]}"
