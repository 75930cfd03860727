"""The port to a speech engine, and the door to the ones there are.

An engine turns a text into telephone sound; what the text is for, where the
sound is kept and who hears it are not its business.
"""

import re
from collections.abc import Mapping
from typing import Protocol

MOST_CHARACTERS = 2000
PLAIN_RATE = 100
SLOWEST, FASTEST = 50, 200

Command = tuple[str, ...]

_VOICE = re.compile(r"([a-z][a-z0-9_-]{0,31}):([A-Za-z0-9][A-Za-z0-9_+.-]{0,63})")
# Neither a line break nor a NUL may reach an engine's framing or a C string.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\ud800-\udfff]+")


class SpeechError(Exception):
    """A text could not be spoken; `message` says why and `help` what to do."""

    def __init__(self, message: str, help: str) -> None:  # noqa: A002 - the diagnostics' word
        """Keep both sentences apart, as a diagnostic shows them."""
        super().__init__(message)
        self.message = message
        self.help = help


class SpeechUnavailable(SpeechError):  # noqa: N818 - reads as the state that it reports
    """The engine itself is missing, or the voice names none."""


class Engine(Protocol):
    """Speaks texts; safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """The word before the colon of a voice: `espeak`."""

    def fingerprint(self) -> str:
        """All that decides what a text sounds like, besides voice and rate.

        Raises SpeechUnavailable.
        """

    def synthesize(self, text: str, voice: str, rate: int) -> bytes:
        """The text as 16-bit mono samples at 8000 Hz.

        `voice` is the engine's own name of it, `rate` per cent of its plain speed.
        Raises SpeechError.
        """

    def close(self) -> None:
        """End whatever processes the engine holds; it may be used again."""


def engine_for(voice: str, commands: Mapping[str, Command] | None = None) -> Engine:
    """A new engine for a voice such as `espeak:cmn`.

    `commands` are the project's own engines by name: argument lists that read text
    and write a WAV. Raises SpeechUnavailable where nothing bears the name.
    """
    name, _ = split_voice(voice)
    if commands and name in commands:
        from flowc.speech.command import CommandEngine

        return CommandEngine(name, commands[name])
    if name == "espeak":
        from flowc.speech.espeak import EspeakEngine

        return EspeakEngine()
    known = ", ".join(f"`{each}`" for each in ("espeak", *(commands or {})))
    raise SpeechUnavailable(f"no speech engine `{name}`", f"the engines are {known}")


def split_voice(voice: str) -> tuple[str, str]:
    """The engine and its own voice: `espeak` and `cmn` of `espeak:cmn`.

    Raises SpeechUnavailable for any other form.
    """
    matched = _VOICE.fullmatch(voice)
    if matched is None:
        raise SpeechUnavailable(
            f"{ascii(voice)[:80]} names no voice", "write `engine:voice`, such as `espeak:cmn`"
        )
    return matched[1], matched[2]


def speakable(text: str) -> str:
    """The text as any engine may have it: no control characters, no longer than 2,000.

    Raises SpeechError where it is too long or holds nothing to say.
    """
    plain = _CONTROL.sub(" ", text).strip()
    if len(plain) > MOST_CHARACTERS:
        raise SpeechError(
            f"a text of {len(plain)} characters, where {MOST_CHARACTERS} are the most",
            "divide it into several prompts",
        )
    if not any(letter.isalnum() for letter in plain):
        raise SpeechError("a text with nothing to say", "write at least one word")
    return plain


def checked_rate(rate: int) -> int:
    """The rate itself. Raises SpeechError outside 50 to 200 per cent."""
    if not SLOWEST <= rate <= FASTEST:
        raise SpeechError(
            f"a speaking rate of {rate}", f"it is per cent of plain speed: {SLOWEST} to {FASTEST}"
        )
    return rate
