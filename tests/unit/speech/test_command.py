"""A project's own engine is a program: text on its input, a WAV on its output, and no shell."""

import os
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowc.speech.cache import PromptCache
from flowc.speech.command import CommandEngine
from flowc.speech.engine import SpeechError, SpeechUnavailable, engine_for
from flowc.speech.manifest import PromptRequest
from flowc.speech.render import render_all

TONE = """
import math, struct, sys, wave
text = sys.stdin.buffer.read().decode()
file = wave.open(sys.stdout.buffer, "wb")
file.setparams((1, 2, 16000, 0, "NONE", ""))
length = range(1600 * len(text.strip()))
file.writeframes(b"".join(struct.pack("<h", int(3000 * math.sin(at / 6))) for at in length))
"""


def engine(program: str, *arguments: str, seconds: float = 20.0) -> CommandEngine:
    return CommandEngine("house", (sys.executable, "-c", program, *arguments), seconds)


def test_what_a_program_speaks_is_brought_to_the_telephones_form(
    listen: Callable[[bytes], Any],
) -> None:
    """A tenth of a second for each character, at 16000 Hz and far too soft."""
    sound = listen(engine(TONE).synthesize("十个字的一句话就这样", "any", 100))

    assert sound.seconds == pytest.approx(1.0, abs=0.05)
    assert sound.loudness == pytest.approx(-19, abs=0.5)


def test_voice_and_rate_are_filled_in_and_the_text_is_no_argument(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = f"import sys; open({str(seen)!r}, 'w').write(repr(sys.argv[1:]))\n{TONE}"

    engine(program, "--voice={voice}", "{rate}").synthesize("$(id) {voice}", "anna", 90)

    assert seen.read_text() == "['--voice=anna', '90']"


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(SpeechUnavailable, match="`house` does not start") as caught:
        CommandEngine("house", ("/nonexistent/house-voice",)).synthesize("好", "v", 100)

    assert "/nonexistent/house-voice" in caught.value.help


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(SpeechError, match="`house` ended with 3: no licence"):
        engine("import sys; print('no licence', file=sys.stderr); sys.exit(3)").synthesize(
            "好", "v", 100
        )


@pytest.mark.parametrize("written", ["", "hello", "RIFF????WAVE"])
def test_a_program_that_writes_no_wav_is_told_so(written: str) -> None:
    with pytest.raises(SpeechError, match="cannot be played"):
        engine(f"print({written!r}, end='')").synthesize("好", "v", 100)


def test_a_program_that_writes_only_silence_is_told_so() -> None:
    silent = TONE.replace("3000", "0")

    with pytest.raises(SpeechError, match="wrote silence"):
        engine(silent).synthesize("好", "v", 100)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    program = (
        "import subprocess, sys, time\n"
        "helper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(child)!r}, 'w').write(str(helper.pid)); time.sleep(60)"
    )
    started = time.monotonic()

    with pytest.raises(SpeechError, match="took longer than 1"):
        engine(program, seconds=1.5).synthesize("好", "v", 100)

    assert time.monotonic() - started < 15
    assert ended_within(int(child.read_text()), 10.0)


def test_a_program_that_never_reads_its_input_does_not_block_us() -> None:
    started = time.monotonic()

    with pytest.raises(SpeechError):
        engine("import os; os.close(0)").synthesize("字" * 2000, "v", 100)

    assert time.monotonic() - started < 15


def test_the_fingerprint_is_the_command(tmp_path: Path) -> None:
    one, two = (CommandEngine("house", ("say", model)).fingerprint() for model in ("a", "b"))

    assert one != two
    assert one == CommandEngine("house", ("say", "a")).fingerprint()


def test_a_project_speaks_by_its_own_engine(tmp_path: Path) -> None:
    command = (sys.executable, "-c", TONE)
    request = PromptRequest("welcome", "zh", "house:anna", "您好")

    rendering = render_all([request], PromptCache(tmp_path), commands={"house": command})

    assert engine_for("house:anna", {"house": command}).name == "house"
    assert rendering.paths[request].stat().st_size > 1000


def ended_within(process: int, seconds: float) -> bool:
    """Whether the process ends in time, or has already."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)
