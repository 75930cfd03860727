"""Studio recordings: found by language and id, brought to the telephone's form.

They stand at `LANGUAGE/ID.wav` in the project's prompts folder. Names come from
checked ids only, and no link is followed: a recording is what lies in the folder.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from flowc.speech.engine import SpeechError

MOST_BYTES = 400 * 1024 * 1024
PREPARATION = "telephone 1"
_NO_LINK = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def recording(folder: Path, language: str, name: str) -> bytes | None:
    """The bytes of the studio's file for this prompt, None where there is none.

    Raises SpeechError where something stands there that is no file that can be read.
    """
    shown = f"{language}/{name}.wav"
    if any("/" in part or "\0" in part or part in (".", "..") for part in (language, name)):
        return None
    try:
        with _opened(folder, language, f"{name}.wav") as handle:
            return _content(handle, shown)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise SpeechError(
            f"recording `{shown}` cannot be read: {problem.strerror}",
            "put a plain WAV file there, no link, that you may read",
        ) from problem


def telephone_wav(content: bytes, shown: str) -> bytes:
    """A studio's WAV as 8000 Hz mono 16-bit. Raises SpeechError where it is broken."""
    # Sound needs the optional packages; a project without recordings does not.
    from flowc.speech.sound import resampled, to_pcm
    from flowc.speech.wav import BrokenWavError, read_wav, write_wav

    try:
        samples, rate = read_wav(content)
    except BrokenWavError as problem:
        raise SpeechError(
            f"recording `{shown}` cannot be played: {problem}",
            "export it again as a PCM WAV file, such as 16 bit at 44100 Hz",
        ) from problem
    return write_wav(to_pcm(resampled(samples, rate)))


@contextlib.contextmanager
def _opened(folder: Path, language: str, name: str) -> Iterator[int]:
    """The file's handle, opened step by step so that no link can lead out of the folder."""
    with contextlib.ExitStack() as handles:

        def held(handle: int) -> int:
            handles.callback(os.close, handle)
            return handle

        outer = held(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        inner = held(os.open(language, _NO_LINK | os.O_DIRECTORY, dir_fd=outer))
        # Without O_NONBLOCK a named pipe would keep us waiting for its writer.
        yield held(os.open(name, _NO_LINK | os.O_NONBLOCK, dir_fd=inner))


def _content(handle: int, shown: str) -> bytes:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
        raise SpeechError(
            f"recording `{shown}` is no plain file of at most {MOST_BYTES >> 20} MB",
            "put a plain WAV file there",
        )
    with os.fdopen(os.dup(handle), "rb") as file:
        return file.read()
