"""The espeak engine: worker processes that each hold the library, and a queue of free ones.

The library is GPL, global and written in C: it stays on the far side of a pipe.
This module never loads it.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from typing import BinaryIO, cast

from flowc.speech.engine import PLAIN_RATE, SpeechError, SpeechUnavailable, checked_rate, speakable
from flowc.speech.framing import BrokenFrame, Reply, Request, read_reply, write_request

# Raise it when what is done to the samples after synthesis changes.
PREPARATION = 1
SECONDS_A_TEXT = 30.0
_INSTALL = "install the extra: `pip install flowc[speech]`"


class EspeakEngine:
    """Speaks by espeak-ng: `espeak:cmn`, `espeak:en-us`, any voice of the library.

    Workers start when they are first needed and stay until `close`.
    """

    name = "espeak"

    def __init__(
        self,
        workers: int | None = None,
        library: str | None = None,
        seconds: float = SECONDS_A_TEXT,
    ) -> None:
        """`workers` at once at most (all cores), and the path of a library of one's own."""
        self._places = threading.Semaphore(workers or min(os.cpu_count() or 1, 8))
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._library = library
        self._seconds = seconds
        self._versions: str | None = None

    def fingerprint(self) -> str:
        """The versions of library and resampler, and of our own preparation."""
        if self._versions is None:
            with self._places:
                self._free.put(self._take())
        return f"{self._versions}; preparation {PREPARATION}"

    def synthesize(self, text: str, voice: str, rate: int) -> bytes:
        """The text spoken; the same text gives the same bytes."""
        wanted = Request(text=speakable(text), voice=voice, rate=checked_rate(rate), want="sound")
        pcm = self._ask(wanted)
        if not pcm:
            raise SpeechError(
                f"voice `{voice}` makes no sound of this text",
                "use a voice of the text's own language",
            )
        return pcm

    def phonemes(self, text: str, voice: str) -> str:
        """How the voice would pronounce the text, in espeak's phoneme letters."""
        return self._ask(
            Request(text=speakable(text), voice=voice, rate=PLAIN_RATE, want="phonemes")
        ).decode()

    def close(self) -> None:
        """End the workers that are free; those at work end when they are handed back."""
        while not self._free.empty():
            self._free.get().end()

    def _ask(self, request: Request) -> bytes:
        with self._places:
            worker = self._take()
            try:
                reply, payload = worker.ask(request, self._seconds)
            except (BrokenFrame, OSError) as problem:
                worker.end()
                raise SpeechError(
                    f"the speech engine broke off: {problem}",
                    "change the text, and report it with the voice that was used",
                ) from problem
            self._free.put(worker)
        if reply is Reply.REFUSED:
            raise SpeechUnavailable(payload.decode(), "write a voice such as `cmn` or `en-us`")
        return payload

    def _take(self) -> "_Worker":
        """A free worker, else a new one. Raises SpeechUnavailable where none starts."""
        try:
            return self._free.get_nowait()
        except queue.Empty:
            worker = _Worker(self._library)
        try:
            reply, payload = worker.greeting(self._seconds)
        except BrokenFrame as problem:
            worker.end()
            raise SpeechUnavailable("the speech engine does not start", _INSTALL) from problem
        if reply is Reply.REFUSED:
            worker.end()
            raise SpeechUnavailable(payload.decode(), _INSTALL)
        self._versions = payload.decode()
        return worker


class _Worker:
    """One worker process and its two pipes."""

    def __init__(self, library: str | None) -> None:
        # -P: a file of the project's folder must not pass for a module of ours.
        arguments = [sys.executable, "-P", "-m", "flowc.speech.espeak_worker"]
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no text among the arguments
            [*arguments, *([library] if library else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            # One thread is enough: the parallelism is between workers.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        self._requests = cast("BinaryIO", self._process.stdin)
        self._replies = cast("BinaryIO", self._process.stdout)

    def greeting(self, seconds: float) -> tuple[Reply, bytes]:
        """What the worker says first. Raises BrokenFrame where it ends instead."""
        return self._reply_within(seconds)

    def ask(self, request: Request, seconds: float) -> tuple[Reply, bytes]:
        """The answer to one request. Raises BrokenFrame or OSError where the worker ends."""
        write_request(self._requests, request)
        return self._reply_within(seconds)

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._kill()
        self._process.wait()
        self._replies.close()
        # What was still to be sent has no reader any more.
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()

    def _reply_within(self, seconds: float) -> tuple[Reply, bytes]:
        """The next reply; a worker that hangs is killed, which ends the wait."""
        alarm = threading.Timer(seconds, self._kill)
        alarm.start()
        try:
            return read_reply(self._replies)
        finally:
            alarm.cancel()

    def _kill(self) -> None:
        """Kill the worker and the fork that is at work in it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
