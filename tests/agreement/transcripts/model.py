"""A transcript: what the caller did and when, what the server did, and the trace that came of it.

Moments are whole milliseconds since the answer. Steps of a dialplan are kept without what differs
from call to call: moments, folders, the release. Knows no server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowc.graph.ids import BlockId
from flowc.live.acts import HangUp, Press, Speak
from flowc.machine.trace import Assigned, Ended, Entered, HungUp, Marked, Offered, Step, Trace
from flowc.target import DialScene, QueueScene

What = Press | Speak | HangUp
Acts = tuple[tuple[int, What], ...]
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Transcript:
    """One call. `made`: the name of what it was made from; `steps`: of the dialplan, if there is one."""

    name: str
    made: str
    acts: Acts
    trace: Trace
    steps: tuple[str, ...] = ()
    queues: tuple[QueueScene, ...] = ()
    dials: tuple[DialScene, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcripts:
    """The calls of one set on one server.

    `digests` of the rendered texts by what they were made from: where one is another today, the
    dialplan's steps are no longer what they were. `folder`: how many characters the name of the
    sounds' folder had, for a long list of sounds is laid out by it. `lengths` of the sounds that were
    said, in ms.
    """

    server: str
    digests: Mapping[str, str]
    folder: int
    lengths: Mapping[str, int]
    calls: tuple[Transcript, ...] = field(default=())


def place(target: str, name: str) -> Path:
    """Where a set's transcripts of a server are kept."""
    return FOLDER / target / f"{name}.json"


# --- what differs from call to call

_MOMENT = re.compile(r"(?<![0-9])1[6-9][0-9]{8}(?:[0-9]{3}|[0-9]{6})?(?![0-9])")
_UNIQUE = re.compile(r"<moment>\.[0-9]+")
_LEFT = re.compile(r"(TIMEOUT\(absolute\)=)[0-9.]+")
_MEASURED = re.compile(r"\b((?:RS|V_call_waited|QEHOLDTIME)=|ARRAY\(RV,RS\)=,)[0-9]+")
_RUNTIME = re.compile(r"agi://[^/]+/[0-9a-f]+/")
_SCENE = re.compile(
    r"(Queue\(fl-[a-z0-9_]+-)[0-9]+(?=-[0-9]+,)|(flowc-lab-dialled\^s\^1\()[a-z0-9]+"
)


def masked(step: str, own: Mapping[str, str]) -> str:
    """A step as any call would tell it; `own`: the call's own words, and what stands for each."""
    for word, stands in own.items():
        step = step.replace(word, stands)
    step = _UNIQUE.sub("<call>", _MOMENT.sub("<moment>", step))
    step = _SCENE.sub(r"\1\2<call>", _RUNTIME.sub("agi://<runtime>/", step))
    return _MEASURED.sub(r"\1<measured>", _LEFT.sub(r"\1<left>", step))


# --- as JSON: a call a line, so that a change can be read


def save(transcripts: Transcripts, path: Path) -> None:
    """Write a set."""
    table: dict[str, int] = {}
    calls = [_call(each, table) for each in transcripts.calls]
    head = {
        "server": transcripts.server,
        "digests": dict(transcripts.digests),
        "folder": transcripts.folder,
        "lengths": dict(sorted(transcripts.lengths.items())),
    }
    lines = [f"{_text(name)}: {_text(value)}" for name, value in head.items()]
    lines.append(f'"words": {_rows(table)}')
    lines.append(f'"calls": {_rows(calls)}')
    path.parent.mkdir(exist_ok=True)
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


def load(path: Path) -> Transcripts:
    """Read a set."""
    read = json.loads(path.read_text(encoding="utf-8"))
    calls = tuple(_read_call(each, read["words"]) for each in read["calls"])
    return Transcripts(read["server"], read["digests"], read["folder"], read["lengths"], calls)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _rows(values: Iterable[object]) -> str:
    return "[\n" + ",\n".join(map(_text, values)) + "]"


def _call(call: Transcript, table: dict[str, int]) -> dict[str, Any]:
    def number(word: str) -> int:
        return table.setdefault(word, len(table))

    told = zip(call.trace.times, call.trace.steps, strict=True)
    fields: dict[str, Any] = {
        "name": call.name,
        "made": call.made,
        "acts": [[at, _act(what)] for at, what in call.acts],
        "trace": [[at, number(_step(step))] for at, step in told],
        "steps": [number(step) for step in call.steps],
        "queues": [[q.queue, q.outcome, q.answers_s, q.talks_s] for q in call.queues],
        "dials": [[d.outcome, d.talks_s, d.accept] for d in call.dials],
    }
    return {name: value for name, value in fields.items() if value}


def _read_call(read: Mapping[str, Any], words: Sequence[str]) -> Transcript:
    told = read["trace"]
    return Transcript(
        name=read["name"],
        made=read["made"],
        acts=tuple((at, _read_act(what)) for at, what in read.get("acts", ())),
        trace=Trace(
            tuple(_read_step(words[place]) for _, place in told), tuple(at for at, _ in told)
        ),
        steps=tuple(words[place] for place in read.get("steps", ())),
        queues=tuple(QueueScene(*each) for each in read.get("queues", ())),
        dials=tuple(DialScene(*each) for each in read.get("dials", ())),
    )


def _act(what: What) -> str:
    match what:
        case Press(key):
            return key
        case Speak(seconds):
            return f"speaks {seconds}"
        case HangUp():
            return "hangs up"


def _read_act(word: str) -> What:
    if word == "hangs up":
        return HangUp()
    return Speak(float(word.split()[1])) if word.startswith("speaks ") else Press(word)


def _step(step: Step) -> str:
    match step:
        case Entered(block):
            return f"entered {block}"
        case Offered(sounds):
            return f"offered {' '.join(sounds)}"
        case Ended(block, outcome):
            return f"ended {block} {outcome}"
        case Assigned(variable, value):
            return f"assigned {variable} {_text(value)}"
        case Marked(name):
            return f"marked {name}"
        case HungUp(by):
            return f"hung up {by}"


def _read_step(word: str) -> Step:
    kind, _, rest = word.partition(" ")
    match kind:
        case "entered":
            return Entered(BlockId.parse(rest))
        case "offered":
            return Offered(tuple(rest.split(" ")))
        case "ended":
            block, _, outcome = rest.partition(" ")
            return Ended(BlockId.parse(block), outcome)
        case "assigned":
            variable, _, value = rest.partition(" ")
            return Assigned(variable, json.loads(value))
        case "marked":
            return Marked(rest)
        case "hung":
            return HungUp(rest.removeprefix("up "))
        case _:
            raise ValueError(f"{word!r} is no step")
