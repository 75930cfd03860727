"""Speech as G.711 u-law, encoded by a coarse table as telephone servers do, and decoded for recordings.

Such a table has one entry for each four sample values, so a neighbouring u-law value may come
out where a textbook encoder gives another; prompts are recognised by exact bytes, hence this copy
of its arithmetic. Knows no files and no packets.
"""

from __future__ import annotations

from array import array
from functools import cache
from sys import byteorder

SILENCE = 0xFF
RATE = 8000
_BIAS, _CLIP = 0x84, 32635


def _encode_sample(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = max(magnitude.bit_length() - 8, 0)
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def _decode_byte(byte: int) -> int:
    value = ~byte & 0xFF
    magnitude = ((value & 0x0F) << 3) + _BIAS << (value >> 4 & 0x07)
    return _BIAS - magnitude if value & 0x80 else magnitude - _BIAS


# Index: the sample's upper 14 bits as an unsigned number, filled by the last sample of the four.
_TABLE = bytes(
    _encode_sample((index << 2 | 3) - (0x10000 if index >= 0x2000 else 0))
    for index in range(0x4000)
)
_DECODED = array("h", (_decode_byte(byte) for byte in range(256)))


def encode(pcm: bytes) -> bytes:
    """Signed 16-bit little-endian samples to u-law, one byte a sample."""
    samples = array("H")
    samples.frombytes(pcm[: len(pcm) & ~1])
    if byteorder == "big":
        samples.byteswap()
    return bytes(_TABLE[sample >> 2] for sample in samples)


def encode_exactly(pcm: bytes) -> bytes:
    """The same by the textbook: every sample value has a u-law value of its own."""
    samples = array("h")
    samples.frombytes(pcm[: len(pcm) & ~1])
    if byteorder == "big":
        samples.byteswap()
    return bytes(map(_exact, samples))


@cache
def _exact(sample: int) -> int:
    return _encode_sample(sample)


def decode(ulaw: bytes) -> bytes:
    """u-law to signed 16-bit little-endian samples."""
    samples = array("h", (_DECODED[byte] for byte in ulaw))
    if byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
