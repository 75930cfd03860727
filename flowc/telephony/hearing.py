"""Which prompts were heard: recognised by their exact bytes, since a server sends files unchanged.

A prompt is known by any of its 20 ms pieces that is not silence, so cut ends and lost packets do
not hide it. Prompts that are silent throughout cannot be heard and are never reported. Knows
nothing of calls: it compares sound with sound.
"""

from __future__ import annotations

import wave
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flowc.telephony import ulaw
from flowc.telephony.rtp import FRAME_SAMPLES
from flowc.telephony.sound import Sound, Stream

Encoder = Callable[[bytes], bytes]
# A stretch of fewer values than this is silence or a hum: it would be found everywhere.
_FEWEST_VALUES = 6
# So many pieces in a row may be missing inside a prompt (lost packets); more, and it was cut.
_LONGEST_HOLE = 5
# One server counts the 44 bytes of a WAV file's head as sound, and stops that much before its end.
_UNSENT = 22
# Fewer bytes in common than this are chance, not a prompt.
_SHORTEST = FRAME_SAMPLES - _UNSENT
# Alignments of one piece that are tried at most; music repeats itself.
_MOST_PLACES = 40
_KEPT = 512  # sounds whose u-law and whose pieces are kept


@dataclass(frozen=True, slots=True)
class Heard:
    """One prompt as it was heard.

    `start_s` in seconds of the call, `seconds` how much of the prompt was heard, `complete`
    whether its end was. `also`: other prompts that the same sound fits as well (a cut one may
    have ended before they differ).
    """

    prompt: str
    start_s: float
    seconds: float
    complete: bool
    also: tuple[str, ...] = ()


class PromptBook:
    """Prompts made ready to be recognised; make it once and use it for many calls."""

    def __init__(self, prompts: Mapping[str, Path], encode: Encoder = ulaw.encode) -> None:
        """Read 8 kHz, 16 bit, one channel WAV files. Raises ValueError for any other.

        `encode`: from samples to the u-law that the server makes of them.
        """
        self.names = tuple(prompts)
        self.sounds = tuple(load_prompt(path, encode) for path in prompts.values())
        self.pieces: dict[bytes, list[tuple[int, int]]] = defaultdict(list)
        for index, sound in enumerate(self.sounds):
            for piece, place in _pieces(sound):
                if len(self.pieces[piece]) < _MOST_PLACES:
                    self.pieces[piece].append((index, place))


@dataclass(frozen=True, slots=True)
class _Fit:
    """A prompt laid on the stream: `start` in the stream, `skipped` of the prompt before it."""

    prompt: int
    start: int
    skipped: int
    matched: int
    end: int
    complete: bool


def find_prompts(heard: Sound, prompts: PromptBook | Mapping[str, Path]) -> list[Heard]:
    """The prompts in `heard`, in order of time; times count from the sound's zero."""
    book = prompts if isinstance(prompts, PromptBook) else PromptBook(prompts)
    stream = heard.stream()
    found: list[Heard] = []
    place = 0
    for start in stream.starts:  # a server sends the pieces of a file whole
        if start < place:
            continue
        best = _best(_fits(stream, book, start, place))
        if best:
            found.append(_told(best, stream, book))
            place = best[0].end
    return found


def load_prompt(path: Path, encode: Encoder = ulaw.encode) -> bytes:
    """The u-law sound that a server sends for the WAV file at `path`. Raises ValueError."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, 8000):
                raise ValueError(f"{path} is not 8 kHz, 16 bit, one channel")
            return _encoded(file.readframes(file.getnframes()), encode)
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} is no WAV file: {error}") from error


@lru_cache(_KEPT)
def _encoded(samples: bytes, encode: Encoder) -> bytes:
    """Kept, since the same recordings stand in many releases."""
    return encode(samples)


@lru_cache(_KEPT)
def _pieces(sound: bytes) -> tuple[tuple[bytes, int], ...]:
    """The pieces by which a prompt is known, and where in it each lies."""
    places = range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    pieces = ((sound[place : place + FRAME_SAMPLES], place) for place in places)
    return tuple((piece, place) for piece, place in pieces if not _is_plain(piece))


def _fits(stream: Stream, book: PromptBook, start: int, floor: int) -> list[_Fit]:
    """Every way to lay a prompt on the stream so that one of its pieces lies at `start`."""
    piece = stream.sound[start : start + FRAME_SAMPLES]
    places = book.pieces.get(piece, ()) if len(piece) == FRAME_SAMPLES else ()
    fits = (
        _lay(stream.sound, book.sounds[index], index, start - at, floor) for index, at in places
    )
    return [fit for fit in fits if fit.matched >= _SHORTEST]


def _lay(sound: bytes, prompt: bytes, index: int, origin: int, floor: int) -> _Fit:
    """Compare the prompt, whose first byte lies at `origin`, piece by piece with the sound."""
    first = max(floor - origin, 0)
    first -= first % -FRAME_SAMPLES  # up to a whole piece
    sent = max(len(prompt) - _UNSENT, 0)
    begun, end, matched, hole = -1, 0, 0, 0
    for place in range(first, sent, FRAME_SAMPLES):
        wanted = prompt[place : min(place + FRAME_SAMPLES, sent)]
        at = origin + place
        if at >= 0 and sound[at : at + len(wanted)] == wanted:
            begun = place if begun < 0 else begun
            end, matched, hole = place + len(wanted), matched + len(wanted), 0
        elif begun >= 0:
            hole += 1
            if hole > _LONGEST_HOLE:
                break
    begun = max(begun, 0)
    return _Fit(index, origin + begun, begun, matched, origin + end, end == sent)


def _best(fits: list[_Fit]) -> list[_Fit]:
    """The fits with the most in common; among equals those that are complete, then the first."""
    most = max((fit.matched for fit in fits), default=0)
    equal = [fit for fit in fits if fit.matched == most]
    return sorted(equal, key=lambda fit: (not fit.complete, fit.skipped, fit.prompt))


def _told(fits: list[_Fit], stream: Stream, book: PromptBook) -> Heard:
    best, *others = fits
    name = book.names[best.prompt]
    also = dict.fromkeys(book.names[fit.prompt] for fit in others)
    also.pop(name, None)
    start = round(stream.time_of(max(best.start, 0)), 3)
    whole = len(book.sounds[best.prompt]) - best.skipped
    length = whole if best.complete else best.end - best.start
    return Heard(name, start, round(length / ulaw.RATE, 3), best.complete, tuple(also))


def _is_plain(piece: bytes) -> bool:
    return len(set(piece)) < _FEWEST_VALUES
