"""An engine of the project's own: a program that reads text and writes a WAV.

The argument list comes from the project's settings, the text only by stdin; no
shell has a part in it.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess

from flowc.speech.engine import (
    Command,
    SpeechError,
    SpeechUnavailable,
    checked_rate,
    speakable,
)
from flowc.speech.sound import resampler_version, spoken_pcm
from flowc.speech.wav import BrokenWavError, read_wav

PREPARATION = 1
SECONDS_A_TEXT = 60.0


class CommandEngine:
    """Speaks by a program: `{voice}` and `{rate}` in its arguments are filled in."""

    def __init__(self, name: str, command: Command, seconds: float = SECONDS_A_TEXT) -> None:
        """`command` is the program and its arguments; `seconds` the most that a text may take."""
        self.name = name
        self._command = command
        self._seconds = seconds

    def fingerprint(self) -> str:
        """The argument list: what the program itself holds cannot be seen from here."""
        shown = hashlib.sha256(json.dumps(self._command).encode()).hexdigest()
        return f"{self.name} {shown[:16]}; soxr {resampler_version()}; preparation {PREPARATION}"

    def synthesize(self, text: str, voice: str, rate: int) -> bytes:
        """The text spoken by the program, brought to the telephone's rate and loudness."""
        written = self._run(speakable(text), self._arguments(voice, checked_rate(rate)))
        try:
            pcm = spoken_pcm(*read_wav(written))
        except BrokenWavError as problem:
            raise SpeechError(
                f"what `{self.name}` wrote cannot be played: {problem}",
                "let it write a WAV file to its standard output, and nothing else",
            ) from problem
        if not pcm:
            raise SpeechError(f"`{self.name}` wrote silence", "try another voice")
        return pcm

    def close(self) -> None:
        """Nothing to end: a program lives no longer than its text."""

    def _arguments(self, voice: str, rate: int) -> list[str]:
        return [
            part.replace("{voice}", voice).replace("{rate}", str(rate)) for part in self._command
        ]

    def _run(self, text: str, arguments: list[str]) -> bytes:
        try:
            # Its own session, so that its helpers can be ended with it.
            process = subprocess.Popen(  # noqa: S603 - the project's own setting, without a shell
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as problem:
            raise SpeechUnavailable(
                f"speech engine `{self.name}` does not start: {problem.strerror}",
                f"install `{arguments[0]}`, or correct the engine's command",
            ) from problem
        return self._output(process, text)

    def _output(self, process: "subprocess.Popen[bytes]", text: str) -> bytes:
        try:
            written, complaints = process.communicate(text.encode() + b"\n", self._seconds)
        except subprocess.TimeoutExpired as problem:
            raise SpeechError(
                f"`{self.name}` took longer than {self._seconds:g} seconds",
                "shorten the text, or use a faster voice",
            ) from problem
        finally:
            _end_session(process)
        if process.returncode:
            last = complaints.decode(errors="replace").strip().rpartition("\n")[2][:200]
            raise SpeechError(
                f"`{self.name}` ended with {process.returncode}: {last or 'it did not say why'}",
                "run its command by hand with a text on its standard input",
            )
        return written


def _end_session(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
