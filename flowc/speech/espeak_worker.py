"""The process that holds espeak-ng: requests on stdin, sound on stdout.

    python -m flowc.speech.espeak_worker [LIBRARY]

Each request is served by a fork of the freshly started library: espeak's state
wanders from one sentence to the next, and a text must give the same bytes
whatever was said before it. A crash then costs one sentence. Text comes by
stdin only, never as an argument.
"""

import json
import os
import sys
from typing import BinaryIO, NoReturn

from flowc.speech import sound
from flowc.speech.espeak_library import EspeakLibrary, LibraryError, load
from flowc.speech.framing import Reply, Request, write_reply


def main() -> int:
    """Greet with the library's version, then serve until stdin ends."""
    requests, replies = _private_streams()
    try:
        library = load(*sys.argv[1:2])
        versions = f"espeak-ng {library.version}; soxr {sound.resampler_version()}"
    except LibraryError as problem:
        write_reply(replies, Reply.REFUSED, str(problem).encode())
        return 1
    write_reply(replies, Reply.WORDS, versions.encode())
    for line in requests:
        if not _serve_in_a_fork(library, json.loads(line), replies):
            return 1
    return 0


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """stdin and stdout for us alone: whatever C code prints goes to stderr."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, replies


def _serve_in_a_fork(library: EspeakLibrary, request: Request, replies: BinaryIO) -> bool:
    child = os.fork()
    if child == 0:
        _serve_and_end(library, request, replies)
    _, status = os.waitpid(child, 0)
    return status == 0


def _serve_and_end(library: EspeakLibrary, request: Request, replies: BinaryIO) -> NoReturn:
    """Answer and leave at once: nothing of the parent may be cleaned up twice."""
    status = 1
    try:
        write_reply(replies, *_answer(library, request))
        status = 0
    finally:
        os._exit(status)


def _answer(library: EspeakLibrary, request: Request) -> tuple[Reply, bytes]:
    text, voice = request["text"], request["voice"]
    try:
        if request["want"] == "phonemes":
            return Reply.WORDS, library.phonemes(text, voice).encode()
        pcm = library.synthesize(text, voice, request["rate"])
    except LibraryError as problem:
        return Reply.REFUSED, str(problem).encode()
    return Reply.SOUND, sound.spoken_pcm(sound.from_pcm(pcm), library.sample_rate)


if __name__ == "__main__":
    sys.exit(main())
