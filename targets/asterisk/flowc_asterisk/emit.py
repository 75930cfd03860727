"""The files of a release. Pure: the same request gives the same bytes.

| path                          | what it is                                             |
|-------------------------------|--------------------------------------------------------|
| release/extensions.conf       | the release's contexts; loaded while calls are in it   |
| release/musiconhold.conf      | its fillers                                            |
| release/source_map.json       | where each step came from                              |
| entry/extensions.conf         | the numbers; replaced by the next release's            |
| entry/queues.conf             | the queues                                             |
| sounds/nil.wav, quiet.wav     | silences that must lie in the release's sounds folder  |
"""

from __future__ import annotations

import io
import wave

from flowc.target import Artifact, Bundle, EmitError, EmitRequest, Problem
from flowc.target.source_map import FILE as SOURCE_MAP
from flowc_asterisk import quote
from flowc_asterisk.entry import entry_dialplan
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.lower import lower
from flowc_asterisk.queues import QUIET, music_conf, queues_conf
from flowc_asterisk.render import render, source_map

NIL_MS, QUIET_MS = 20, 5000
RELEASE_FILE = "release/extensions.conf"
_LEGEND = """\
Not to be changed here: a deploy would refuse to go on.
A context is fl-<release>.<flow>.<node>, an extension in it a block of that node. Above it stands where
the node is written, and `flowc where` leads there from a line of the log.
V_...: a variable of the flow, S: folder of sounds, L: language, K and B: keys, P and PP: what is said,
CT: nodes/silences/wrong keys/repeats, BL: ways back, O: outcome, AN AB AO AD: a question to flowc run
"""


def emit(request: EmitRequest) -> Bundle:
    """Everything that the server needs but the prompts. Raises EmitError."""
    dialplan, release = lower(request)
    try:
        spans = {str(id_): str(block.origin.span) for id_, block in request.graph.blocks.items()}
        body = render(dialplan, f"flowc release {release.id}\n{_LEGEND}", spans)
        entry = render(entry_dialplan(release), f"flowc entry to release {release.id}")
        queues, music = queues_conf(release), music_conf(release)
    except (NotNativeError, quote.QuoteError) as reason:
        raise EmitError((Problem(str(reason)),)) from reason
    origins = tuple(request.graph.blocks)
    artifacts = (
        Artifact(RELEASE_FILE, body.text.encode(), origins),
        Artifact("release/musiconhold.conf", music.encode()),
        Artifact(f"release/{SOURCE_MAP}", source_map(body, RELEASE_FILE, spans).encode()),
        Artifact("entry/extensions.conf", entry.text.encode()),
        Artifact("entry/queues.conf", queues.encode()),
        Artifact("sounds/nil.wav", silence(NIL_MS)),
        Artifact(f"sounds/{QUIET}.wav", silence(QUIET_MS)),
    )
    return Bundle("asterisk", request.release, artifacts)


def silence(milliseconds: int) -> bytes:
    """A WAV file of silence, 8 kHz, 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 8000, 0, "NONE", ""))
        writer.writeframes(bytes(2 * 8 * milliseconds))
    return file.getvalue()
