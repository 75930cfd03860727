"""Sound as numbers: resampled to the telephone's rate, trimmed, and made equally loud.

Samples are floats from -1 to 1, mono. It knows no engine and no file. numpy and
soxr are heavy and optional: whoever imports this module does so when sound is made.
"""

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

TELEPHONE_RATE = 8000
FULL_SCALE = 32768.0
LOUDNESS = 10 ** (-19 / 20)  # -19 dBFS, root mean square over what is said
PEAK = 10 ** (-1 / 20)  # nothing comes nearer to full scale than 1 dB
_SILENCE = 10 ** (-45 / 20)  # below the loudest sample
_LEAD = TELEPHONE_RATE // 100  # 10 ms are kept before the first sound ...
_TAIL = TELEPHONE_RATE // 25  # ... and 40 ms after the last
_FADE = TELEPHONE_RATE // 200


def spoken_pcm(samples: Samples, rate: int) -> bytes:
    """What an engine said, as the telephone wants it: 8000 Hz, trimmed, -19 dBFS.

    Silence gives no bytes.
    """
    return to_pcm(_levelled(_trimmed(resampled(samples, rate))))


def from_pcm(pcm: bytes) -> Samples:
    """16-bit little-endian mono samples as numbers."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(FULL_SCALE)


def resampler_version() -> str:
    """The version of the resampler, which has a part in how a prompt sounds."""
    return str(soxr.__version__)


def resampled(samples: Samples, rate: int) -> Samples:
    """The samples at 8000 Hz."""
    if rate == TELEPHONE_RATE or not samples.size:
        return samples
    return np.asarray(soxr.resample(samples, rate, TELEPHONE_RATE, "HQ"), dtype=np.float32)


def to_pcm(samples: Samples) -> bytes:
    """16-bit little-endian samples, turned down as a whole where a peak would clip."""
    peak = float(np.abs(samples).max(initial=0.0))
    gain = min(1.0, PEAK / peak) if peak else 1.0
    return np.round(samples * (gain * FULL_SCALE)).astype("<i2").tobytes()


def _trimmed(samples: Samples) -> Samples:
    """Without the silence round it, and faded in and out over 5 ms so that no edge clicks."""
    peak = float(np.abs(samples).max(initial=0.0))
    loud = np.flatnonzero(np.abs(samples) > peak * _SILENCE)
    if not loud.size:
        return samples[:0]
    kept = samples[max(0, int(loud[0]) - _LEAD) : int(loud[-1]) + _TAIL].copy()
    ramp = np.linspace(0, 1, min(_FADE, kept.size), dtype=np.float32)
    kept[: ramp.size] *= ramp
    kept[kept.size - ramp.size :] *= ramp[::-1]
    return kept


def _levelled(samples: Samples) -> Samples:
    """As loud as every other prompt, but never so loud that a peak clips."""
    if not samples.size:
        return samples
    loudness = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
    return samples * np.float32(LOUDNESS / loudness)
