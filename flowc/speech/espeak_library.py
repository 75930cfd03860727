"""The espeak-ng library itself, by ctypes: loaded only inside the worker process.

It is GPL and one global state, and C code may crash: so no other module imports
this one. Text in, samples or phonemes out; nothing is written anywhere.
"""

import ctypes
import ctypes.util
import re
from dataclasses import dataclass, field
from pathlib import Path

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_BY_CHARACTER = 1
_UTF8 = 1
_PLAIN_LETTERS = 0  # not IPA, in which the tones are cut to one digit
_RATE, _VOLUME = 1, 2
_WORDS_PER_MINUTE = 165
# At its own 100 a loud Mandarin vowel reaches full scale; half leaves room for the
# resampler, and the loudness is set afterwards anyway.
_HALF_VOLUME = 50
_SEED = 1

_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class LibraryError(Exception):
    """The library is missing, does not start, or knows no such voice."""


@dataclass(slots=True)
class EspeakLibrary:
    """The library, started; make it by `load`. One only in a process."""

    handle: ctypes.CDLL
    sample_rate: int
    version: str
    _heard: list[bytes] = field(default_factory=list)
    _callback: object = None

    def synthesize(self, text: str, voice: str, rate: int) -> bytes:
        """The text as 16-bit mono samples at `sample_rate`; `rate` is per cent of plain speed.

        Raises LibraryError for an unknown voice.
        """
        self._choose(voice)
        self._listen()
        self.handle.espeak_SetParameter(_RATE, _WORDS_PER_MINUTE * rate // 100, 0)
        self.handle.espeak_SetParameter(_VOLUME, _HALF_VOLUME, 0)
        encoded = text.encode() + b"\0"
        self.handle.espeak_Synth(
            encoded, ctypes.c_size_t(len(encoded)), 0, _BY_CHARACTER, 0, _UTF8, None, None
        )
        self.handle.espeak_Synchronize()
        return b"".join(self._heard)

    def phonemes(self, text: str, voice: str) -> str:
        """What the voice makes of the text, in espeak's phoneme letters.

        Raises LibraryError for an unknown voice.
        """
        self._choose(voice)
        clauses = []
        rest = ctypes.c_char_p(text.encode())
        while rest.value:
            clauses.append(
                self.handle.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _PLAIN_LETTERS)
            )
        return " ".join(clause.decode() for clause in clauses if clause)

    def _choose(self, voice: str) -> None:
        if self.handle.espeak_SetVoiceByName(working_voice(voice, self.version).encode()) != 0:
            raise LibraryError(f"espeak-ng knows no voice `{voice}`")

    def _listen(self) -> None:
        def heard(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
            if samples and count:
                self._heard.append(ctypes.string_at(samples, count * 2))
            return 0

        self._heard.clear()
        # The library keeps a bare pointer: the object must outlive the call.
        self._callback = _CALLBACK(heard)
        self.handle.espeak_SetSynthCallback(self._callback)


def load(library: str | None = None) -> EspeakLibrary:
    """The library started, from a path, else the Python package, else the system.

    Raises LibraryError where it is missing or does not start.
    """
    path, voices = _find(library)
    try:
        handle = ctypes.CDLL(path)
        _declare(handle)
    except (OSError, AttributeError) as problem:
        raise LibraryError(f"espeak-ng cannot be loaded: {problem}") from problem
    sample_rate = handle.espeak_Initialize(_SYNCHRONOUS, 0, voices, _DO_NOT_EXIT)
    if sample_rate <= 0:
        raise LibraryError("espeak-ng finds no voice files")
    _forget_chance(handle)
    version = handle.espeak_Info(None).decode(errors="replace")
    return EspeakLibrary(handle, sample_rate, version.split("  ")[0])


def working_voice(voice: str, version: str) -> str:
    """The voice, but for `cmn` before 1.52, which reads the tones aloud in English.

    https://github.com/espeak-ng/espeak-ng/issues/1044: the pinyin voice reads the same
    characters rightly.
    """
    matched = re.match(r"(\d+)\.(\d+)", version)
    old = matched is not None and (int(matched[1]), int(matched[2])) < (1, 52)
    return "cmn-latn-pinyin" if old and voice == "cmn" else voice


def _find(library: str | None) -> tuple[str, bytes | None]:
    """The library's path and the folder of its voices, if it has one of its own."""
    if library is not None:
        return library, None
    try:
        import espeakng_loader
    except ImportError:
        return _find_on_system(), None
    voices = Path(espeakng_loader.__file__).parent / "espeak-ng-data"
    return espeakng_loader.get_library_path(), bytes(voices)


def _find_on_system() -> str:
    found = ctypes.util.find_library("espeak-ng")
    if found is None:
        raise LibraryError("espeak-ng is not installed")
    return found


def _declare(handle: ctypes.CDLL) -> None:
    handle.espeak_TextToPhonemes.argtypes = [
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int,
        ctypes.c_int,
    ]
    handle.espeak_TextToPhonemes.restype = ctypes.c_char_p
    handle.espeak_Info.restype = ctypes.c_char_p


def _forget_chance(handle: ctypes.CDLL) -> None:
    """Fix the seeds, so that a process that starts here always says a text alike."""
    ctypes.CDLL(None).srand(_SEED)
    if hasattr(handle, "espeak_ng_SetRandSeed"):
        handle.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
