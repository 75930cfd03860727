"""WAV files: any that a studio or an engine makes is read, one form is written.

Read: 8 to 32 bit, float, A-law and mu-law, plain or extensible, any rate and
number of channels. Written: 8000 Hz, mono, 16 bit, which every server plays
as it is. Files are hostile: every length is checked before it is believed.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowc.speech.sound import TELEPHONE_RATE, Samples

MOST_SECONDS = 1200
_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_STREAMED = (0, 0xFFFFFFFF, 0x7FFFFFFF)
_LEAST_RATE, _MOST_RATE = 4000, 384_000


class BrokenWavError(Exception):
    """The bytes are no WAV that can be played; the message says why."""


@dataclass(frozen=True, slots=True)
class _Form:
    code: int
    channels: int
    rate: int
    frame_bytes: int
    bits: int


def write_wav(pcm: bytes) -> bytes:
    """A WAV file of 16-bit mono samples at 8000 Hz."""
    form = struct.pack("<HHIIHH", _PCM, 1, TELEPHONE_RATE, TELEPHONE_RATE * 2, 2, 16)
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"data", pcm)
    return _chunk(b"RIFF", body)


def read_wav(content: bytes) -> tuple[Samples, int]:
    """The samples, mixed to mono, and their rate. Raises BrokenWavError."""
    chunks = _chunks(content)
    form = _form(chunks.get(b"fmt "))
    sound = chunks.get(b"data")
    if not sound:
        raise BrokenWavError("it holds no sound")
    whole = len(sound) - len(sound) % form.frame_bytes
    if whole > MOST_SECONDS * form.rate * form.frame_bytes:
        raise BrokenWavError(f"it is longer than {MOST_SECONDS // 60} minutes")
    return _mono(_decoded(sound[:whole], form), form.channels), form.rate


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """The chunks by name, the first of each."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise BrokenWavError("it is no WAV file")
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        there = len(content) - at - 8
        if name == b"data" and length in _STREAMED:
            length = there
        if length > there:
            raise BrokenWavError("it is cut short")
        found.setdefault(name, content[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return found


def _form(chunk: bytes | None) -> _Form:
    if chunk is None or len(chunk) < 16:
        raise BrokenWavError("it does not say its form")
    code, channels, rate, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", chunk)
    if code == _EXTENSIBLE and len(chunk) >= 26:
        code = struct.unpack_from("<H", chunk, 24)[0]
    form = _Form(code, channels, rate, frame_bytes, bits)
    if not (1 <= channels <= 16 and _LEAST_RATE <= rate <= _MOST_RATE):
        raise BrokenWavError(f"it has {channels} channels at {rate} Hz")
    if (code, bits) not in _READABLE or frame_bytes != channels * bits // 8:
        raise BrokenWavError(f"its form {code} of {bits} bits is not read here")
    return form


_READABLE = {(_PCM, bits) for bits in (8, 16, 24, 32)} | {
    (_FLOAT, 32),
    (_FLOAT, 64),
    (_A_LAW, 8),
    (_MU_LAW, 8),
}


def _decoded(sound: bytes, form: _Form) -> Samples:
    """The samples from -1 to 1, channels still in turn."""
    match form.code, form.bits:
        case 1, 8:
            samples = _scaled(np.frombuffer(sound, np.uint8).astype(np.int32) - 128, 7)
        case 1, 16:
            samples = _scaled(np.frombuffer(sound, "<i2"), 15)
        case 1, 24:
            samples = _scaled(_widened(sound), 31)
        case 1, _:
            samples = _scaled(np.frombuffer(sound, "<i4"), 31)
        case 3, bits:
            samples = np.frombuffer(sound, f"<f{bits // 8}").astype(np.float32)
        case 6, _:
            samples = _scaled(_a_law(np.frombuffer(sound, np.uint8)), 15)
        case _:
            samples = _scaled(_mu_law(np.frombuffer(sound, np.uint8)), 15)
    return np.clip(np.nan_to_num(samples), -1, 1).astype(np.float32)


def _scaled(samples: NDArray[np.signedinteger], bits: int) -> Samples:
    return samples.astype(np.float32) / np.float32(2**bits)


def _widened(sound: bytes) -> NDArray[np.int32]:
    """24-bit samples as the upper three bytes of 32-bit ones."""
    wide = np.zeros((len(sound) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(sound, np.uint8).reshape(-1, 3)
    return wide.reshape(-1).view("<i4")


def _mu_law(codes: NDArray[np.uint8]) -> NDArray[np.int32]:
    """ITU-T G.711 mu-law, to 16 bits."""
    code = ~codes & 0xFF
    size = (((code & 0x0F).astype(np.int32) << 3) + 0x84) << ((code & 0x70) >> 4)
    return np.where(code & 0x80, 0x84 - size, size - 0x84).astype(np.int32)


def _a_law(codes: NDArray[np.uint8]) -> NDArray[np.int32]:
    """ITU-T G.711 A-law, to 16 bits."""
    code = codes ^ 0x55
    segment = ((code & 0x70) >> 4).astype(np.int32)
    step = (code & 0x0F).astype(np.int32) << 4
    size = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int32)


def _mono(samples: Samples, channels: int) -> Samples:
    return np.asarray(samples.reshape(-1, channels).mean(axis=1), dtype=np.float32)
