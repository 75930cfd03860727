"""A studio's file is read whatever form it has, and a broken one is told from a whole one."""

import io
import struct
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.speech.sound import resampled, to_pcm
from flowc.speech.wav import BrokenWavError, read_wav, write_wav

TONE = (np.sin(2 * np.pi * 440 * np.arange(48000) / 48000) * 0.5).astype(np.float32)


def wav(code: int, bits: int, sound: bytes, channels: int = 1, rate: int = 48000) -> bytes:
    """A WAV file built by hand, as the form's definition says."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate, rate * frame, frame, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"LIST" + struct.pack("<I", 3) + b"abc\0"  # an odd chunk, as editors leave them
    body += b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extensible(sound: bytes) -> bytes:
    """24 bit at 48000 Hz in the form that most editors write."""
    form = struct.pack("<HHIIHH", 0xFFFE, 1, 48000, 144000, 3, 24)
    form += struct.pack("<HHIH", 22, 24, 4, 1) + bytes.fromhex("000000001000800000aa00389b71")
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


def as_24_bit(samples: np.ndarray) -> bytes:
    return b"".join(int(each * 2**23).to_bytes(3, "little", signed=True) for each in samples)


STEREO = np.repeat(TONE, 2)
FORMS = {
    "8 bit": wav(1, 8, (TONE * 127 + 128).astype(np.uint8).tobytes()),
    "16 bit": wav(1, 16, (TONE * 32767).astype("<i2").tobytes()),
    "24 bit": wav(1, 24, as_24_bit(TONE)),
    "32 bit": wav(1, 32, (TONE * 2**31).astype("<i4").tobytes()),
    "float": wav(3, 32, TONE.astype("<f4").tobytes()),
    "double": wav(3, 64, TONE.astype("<f8").tobytes()),
    "stereo": wav(1, 16, (STEREO * 32767).astype("<i2").tobytes(), channels=2),
    "extensible": extensible(as_24_bit(TONE)),
    "streamed": wav(1, 16, (TONE * 32767).astype("<i2").tobytes()).replace(
        b"data" + struct.pack("<I", 96000), b"data\xff\xff\xff\xff"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_that_a_studio_exports_is_the_same_tone(form: str) -> None:
    samples, rate = read_wav(FORMS[form])

    assert rate == 48000
    assert np.abs(samples - TONE).max() < 2 / 127


@pytest.mark.parametrize(("code", "encoder"), [(7, "pcm_mulaw"), (6, "pcm_alaw")])
def test_telephone_codings_follow_the_recommendation(code: int, encoder: str) -> None:
    """All 256 codes of G.711: symmetric, rising, and at the ends of the tables it prints."""
    samples, _ = read_wav(wav(code, 8, bytes(range(256)), rate=8000))
    values = np.sort(np.round(samples * 32768).astype(int))

    assert set(values) == set(-values)
    assert values[-1] == {"pcm_mulaw": 32124, "pcm_alaw": 32256}[encoder]
    assert {"pcm_mulaw": {8, 24, 40}, "pcm_alaw": {8, 24, 40}}[encoder] <= set(values)


def test_a_tone_keeps_its_pitch_and_length_at_the_telephones_rate() -> None:
    samples = resampled(TONE, 48000)
    spectrum = np.abs(np.fft.rfft(samples))

    assert abs(len(samples) - 8000) <= 1
    assert abs(int(spectrum.argmax()) - 440) <= 1


def test_what_the_telephone_cannot_carry_is_filtered_and_not_folded_back() -> None:
    """A tone of 5000 Hz would come back as one of 3000 Hz."""
    high = (np.sin(2 * np.pi * 5000 * np.arange(48000) / 48000) * 0.5).astype(np.float32)

    assert np.abs(resampled(high, 48000)[200:-200]).max() < 0.005


def test_too_loud_a_recording_is_turned_down_and_never_clipped() -> None:
    samples = np.frombuffer(to_pcm(TONE * 4), "<i2")

    assert 28000 < np.abs(samples.astype(int)).max() < 30000


def test_the_file_that_is_written_is_a_wav_to_everybody() -> None:
    with wave.open(io.BytesIO(write_wav(b"\1\0" * 800))) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 800)


BROKEN = {
    "empty": b"",
    "text": b"not a sound at all, but long enough to be looked at",
    "no form": b"RIFF\x10\0\0\0WAVEdata\x04\0\0\0abcd",
    "cut short": FORMS["16 bit"][:-1000],
    "no sound": wav(1, 16, b""),
    "mp3 inside": wav(0x55, 16, b"\0" * 100),
    "no channels": wav(1, 16, b"\0\0", channels=0),
    "a rate of nought": wav(1, 16, b"\0\0", rate=0),
    "12 bit": wav(1, 12, b"\0" * 100),
    "an hour": wav(1, 8, b"\0" * (4000 * 1201), rate=4000),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_named_as_what_is_wrong_with_it(fault: str) -> None:
    with pytest.raises(BrokenWavError, match=r"^its? "):
        read_wav(BROKEN[fault])


@given(st.binary(max_size=80), st.integers(0, 60), st.sampled_from(sorted(FORMS)))
def test_no_damage_to_a_file_is_worse_than_a_broken_file(damage: bytes, at: int, form: str) -> None:
    whole = FORMS[form][:400]
    damaged = whole[:at] + damage + whole[at + len(damage) :]

    try:
        samples, _ = read_wav(damaged)
    except BrokenWavError:
        return
    assert np.isfinite(samples).all()
    assert np.abs(samples).max(initial=0) <= 1
