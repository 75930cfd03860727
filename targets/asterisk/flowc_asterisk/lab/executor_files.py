"""The configuration of a server of tests: its door, and the releases behind it side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flowc.target import LabRelease
from flowc_asterisk import quote
from flowc_asterisk.dialplan import Context, Dialplan
from flowc_asterisk.emit import RELEASE_FILE
from flowc_asterisk.entry import ENTRY, LAB_ENTRY, entry_dialplan
from flowc_asterisk.lab.server import AsteriskServer
from flowc_asterisk.lower import lower
from flowc_asterisk.render import render

DOOR, HOLD, WAIT = "flowc-lab-door", "flowc-lab-hold", "flowc-lab-wait"
RELEASE_HEADER = "X-Flowc-Release"
# A call says by a header which release it is for. HOLD and WAIT are the two halves of a caller who
# takes the only place in a queue.
_DOOR = f"""[{DOOR}]
exten => _[+0-9]!,1,Set(FR=${{FILTER(0-9a-f,${{PJSIP_HEADER(read,{RELEASE_HEADER})}})}})
 same => n,Goto({LAB_ENTRY}-${{FR}},${{FILTER(0-9+,${{EXTEN}})}},1)
[{HOLD}]
exten => s,1,Answer()
 same => n,Wait(3600)
[{WAIT}]
exten => _.,1,Answer()
 same => n,Queue(${{EXTEN}},c)
"""


def install(server: AsteriskServer, releases: Sequence[LabRelease], queues: str) -> None:
    """Write what the server takes in, and the sounds that a bundle brings along."""
    texts = {"extensions": _extensions(releases), "queues": queues, "musiconhold": _music(releases)}
    for name, text in texts.items():
        server.included(name).write_text(text, encoding="utf-8")
    for release in releases:
        if release.has_sounds:
            _write_sounds(release)
        if release.has_recordings:
            Path(release.request.environment.recordings).mkdir(parents=True, exist_ok=True)


def _extensions(releases: Sequence[LabRelease]) -> str:
    texts = [_DOOR]
    entries: dict[str, Context] = {}
    for release in releases:
        texts.append(release.bundle.artifact(RELEASE_FILE).text)
        for context in _entries(release):
            entries.setdefault(context.name, context)
    texts.append(render(Dialplan(tuple(entries.values())), "flowc lab").text)
    return "\n".join(texts)


def _entries(release: LabRelease) -> list[Context]:
    """The release's ways in, under a name of its own; what all share keeps its name."""
    _, lowered = lower(release.request)
    own = f"{LAB_ENTRY}-{quote.release8(release.request.release8)}"
    return [
        replace(context, name=own) if context.name == LAB_ENTRY else context
        for context in entry_dialplan(lowered).contexts
        if context.name != ENTRY
    ]


def _music(releases: Sequence[LabRelease]) -> str:
    return "\n".join(each.bundle.artifact("release/musiconhold.conf").text for each in releases)


def _write_sounds(release: LabRelease) -> None:
    folder = Path(release.request.environment.sounds)
    for artifact in release.bundle.artifacts:
        if artifact.path.startswith("sounds/"):
            file = folder / artifact.path.removeprefix("sounds/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(artifact.content)
