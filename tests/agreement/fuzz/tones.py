"""Short tones instead of speech: each prompt of a random project is a recording of its own folder.

A few sounds serve all prompts, so that servers and caches hold each once. Which one a prompt gets
hangs on its key alone, so its length is known without a file.
"""

from __future__ import annotations

import os
import wave
from array import array
from collections.abc import Iterable
from functools import cache
from math import sin, tau
from pathlib import Path
from zlib import crc32

RATE = 8000
VOICES = 61  # of prompts
SHORT_VOICES = 19  # of the pieces that values are read out in
LENGTHS_MS = (300, 340, 380, 420, 460, 520, 640, 820, 1100, 1500)


def length_ms(key: str) -> int:
    """How long the tone of a sound key is: `zh/flow_0.n1.prompt`, `zh/_/n7`."""
    return _length(_voice(key))


def recordings(keys: Iterable[str], project: Path, pool: Path) -> None:
    """Put the recording of each key into a project's folder. `pool` keeps the sounds themselves."""
    for key in keys:
        language, _, id_ = key.replace("/_/", "/").partition("/")
        place = project / "prompts" / language / f"{id_}.wav"
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(_sound(_voice(key), pool), place)


def _voice(key: str) -> int:
    if "/_/" in key:
        return VOICES + crc32(key.encode()) % SHORT_VOICES
    return crc32(key.encode()) % VOICES


def _length(voice: int) -> int:
    return 160 + voice % 5 * 20 if voice >= VOICES else LENGTHS_MS[voice % len(LENGTHS_MS)]


def _sound(voice: int, pool: Path) -> Path:
    path = pool / f"{voice}.wav"
    if not path.is_file():
        pool.mkdir(parents=True, exist_ok=True)
        part = pool / f"{voice}.{os.getpid()}.part"
        with wave.open(str(part), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(_samples(voice))
        part.rename(path)
    return path


@cache
def _samples(voice: int) -> bytes:
    """A tone that rises, so that no two pieces of any two are alike."""
    count = RATE * _length(voice) // 1000
    low, rise = 200 + 37 * voice, 90 + 11 * voice
    phases = (tau * (low + rise * n / RATE) * n / RATE for n in range(count))
    return array("h", (int(9000 * sin(phase)) for phase in phases)).tobytes()
