"""What the speech tests share: one running engine, and a way to look at sound."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from flowc.speech.espeak import EspeakEngine


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener with instruments would say of 16-bit samples at 8000 Hz."""

    seconds: float
    loudness: float  # dBFS, root mean square
    peak: float  # dBFS
    leading_silence: float  # seconds below -40 dB of the peak
    trailing_silence: float


@pytest.fixture(scope="session")
def espeak() -> Iterator[EspeakEngine]:
    """The real engine, started once."""
    engine = EspeakEngine(workers=2)
    yield engine
    engine.close()


def heard(pcm: bytes) -> Heard:
    """The measurements of some samples that are not all silence."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
    peak = np.abs(samples).max()
    loud = np.flatnonzero(np.abs(samples) > peak / 100)
    return Heard(
        seconds=len(samples) / 8000,
        loudness=20 * float(np.log10(np.sqrt(np.mean(samples**2)))),
        peak=20 * float(np.log10(peak)),
        leading_silence=int(loud[0]) / 8000,
        trailing_silence=(len(samples) - 1 - int(loud[-1])) / 8000,
    )


@pytest.fixture
def listen() -> object:
    """The function that measures samples."""
    return heard
