"""The measured path as flowc compiles it for a target, and the sounds that all variants play.

Knows no server and no figures.
"""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

from flowc.build import prompt_requests
from flowc.compiler import compile_project
from flowc.graph.prompts import fragment_key
from flowc.speech.readers import digit_fragments
from flowc.target import Bundle, EmitRequest, Environment, QueueSettings, Target

PROJECT = Path(__file__).parent / "hotline_path"
RELEASE = "be9c4000" * 8
NIL = "nil"  # an empty sound, which hand-written dialplans end a prompt with
# Milliseconds. Greeting and Answer are over before the first key, as Asterisk's Playback drops keys.
_LENGTHS = {"hotline.greeting.say": 200, "hotline.ask.prompt": 200, NIL: 20}
_USUAL_MS, _FRAGMENT_MS = 150, 80


def compiled(target: Target, sounds: Path, member: str) -> Bundle:
    """What flowc makes of the project for a target; its sounds are written to `sounds`."""
    read = compile_project(PROJECT)
    if read.graph is None:
        raise SystemExit(f"{PROJECT} does not compile: {read.found}")
    keys = frozenset(prompt_requests(read))
    for key in {*keys, NIL}:
        hum(sounds / f"{key}.wav", _length(key))
    fragments = {
        language: {
            sign: fragment_key(language, id_) for sign, id_ in digit_fragments(language).items()
        }
        for language in read.graph.languages
    }
    queues = {"agents": QueueSettings(members=(member,))}
    environment = Environment(str(sounds), str(sounds / "recordings"), queues=queues)
    return target.emit(EmitRequest(read.graph, RELEASE, environment, keys, fragments))


def by_hand(target: str, name: str, sounds: Path) -> str:
    """A hand-written file of a target, with the folder of the sounds."""
    return (PROJECT / target / name).read_text().replace("@S@", str(sounds))


def hum(path: Path, milliseconds: int) -> None:
    """A recording of that length."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = range(8 * milliseconds)
    samples = array("h", (int(6000 * math.sin(math.tau * 400 * at / 8000)) for at in wanted))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


def _length(key: str) -> int:
    name = key.rpartition("/")[2]
    return _LENGTHS.get(name, _FRAGMENT_MS if "/_/" in key else _USUAL_MS)
