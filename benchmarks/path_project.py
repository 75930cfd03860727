"""The measured path as flowc compiles it for a target, and the sounds that all variants play.

`large_project` is the same path in a project of a thousand nodes more. Knows no server and no figures.
"""

from __future__ import annotations

import math
import shutil
import wave
from array import array
from pathlib import Path

from flowc.build import prompt_requests
from flowc.compiler import compile_project
from flowc.graph.prompts import fragment_key
from flowc.speech.readers import digit_fragments
from flowc.target import Bundle, EmitRequest, Environment, QueueSettings, Target

PROJECT = Path(__file__).parent / "hotline_path"
RELEASE, LARGE_RELEASE = "be9c4000" * 8, "be9c4001" * 8
NUMBER, LARGE_NUMBER = "7000", "7004"
NIL = "nil"  # an empty sound, which hand-written dialplans end a prompt with
# Milliseconds. Greeting and Answer are over before the first key, as Asterisk's Playback drops keys.
_LENGTHS = {"hotline.greeting.say": 200, "hotline.ask.prompt": 200, NIL: 20}
_USUAL_MS, _FRAGMENT_MS = 150, 80


def compiled(
    target: Target, sounds: Path, member: str, project: Path = PROJECT, release: str = RELEASE
) -> Bundle:
    """What flowc makes of a project for a target; its sounds are written to `sounds`."""
    read = compile_project(project)
    if read.graph is None:
        raise SystemExit(f"{project} does not compile: {read.found}")
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
    return target.emit(EmitRequest(read.graph, release, environment, keys, fragments))


def large_project(folder: Path, flows: int = 100) -> Path:
    """The path's project with so many flows of ten nodes, each leading to the next."""
    shutil.copytree(PROJECT, folder)
    settings = folder / "flowc.yaml"
    settings.write_text(settings.read_text().replace(NUMBER, LARGE_NUMBER))
    hotline = folder / "flows/hotline.flow.yaml"
    faults = "      2: {name: faults, to: faults}\n"
    more = f"{faults}      3: {{name: more, to: more_0}}\n"
    spoken = "for faults press 2"
    text = hotline.read_text().replace(faults, more).replace(spoken, f"{spoken}, for more press 3")
    hotline.write_text(text)
    for index in range(flows):
        onward = f"more_{index + 1}" if index + 1 < flows else "bye"
        (folder / f"flows/more_{index}.flow.yaml").write_text(_flow(f"more_{index}", onward))
    return folder


def _flow(name: str, onward: str) -> str:
    """A menu and eight sentences, one after another, and a last one."""
    steps = "".join(
        f"  say_{step}: {{say: Sentence {step}., then: {f'say_{step + 1}' if step < 8 else onward}}}\n"
        for step in range(1, 9)
    )
    menu = "  top:\n    menu: Please choose.\n    choices: {1: {name: more, to: say_1}, 2: {name: nothing, to: bye}}\n    gave_up: person\n"
    return f"flow: {name}\nnodes:\n{menu}{steps}  bye: {{hangup: Goodbye.}}\n"


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
