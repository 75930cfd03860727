"""What has to be recorded: one request a prompt, and the key that its sound is kept under.

It knows neither flows nor files. A key holds all that decides how a text
sounds, so a changed word or a new engine makes a new key and nothing is stale.
"""

import hashlib
import json
import re
from dataclasses import dataclass

from flowc.speech.engine import PLAIN_RATE
from flowc.speech.normalise import normalise
from flowc.speech.readers import fragments

# `n7`, `welcome`, or the path of an inline text: `balance.ask_account.if_silent.2`.
# It becomes a file name, so it has neither slashes nor a dot at either end.
_PROMPT_ID = re.compile(r"[a-z0-9_-]{1,64}(?:\.[a-z0-9_-]{1,64}){0,7}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,3}", re.IGNORECASE)
MOST_ID_BYTES = 200


@dataclass(frozen=True, slots=True)
class PromptRequest:
    """One prompt in one language: what the studio calls it, who speaks it, what is said.

    `voice` is `engine:voice`; `rate` per cent of its plain speed. Raises ValueError for
    an id or a language that could not stand in a path.
    """

    id: str
    language: str
    voice: str
    text: str
    rate: int = PLAIN_RATE

    def __post_init__(self) -> None:
        """Hold what path and file name rest on."""
        if not _PROMPT_ID.fullmatch(self.id) or len(self.id) > MOST_ID_BYTES:
            raise ValueError(f"{ascii(self.id)[:80]} is no prompt id")
        if not _LANGUAGE.fullmatch(self.language):
            raise ValueError(f"{ascii(self.language)[:80]} is no language")


def spoken_form(request: PromptRequest) -> str:
    """The text as the engine gets it, figures in words."""
    return normalise(request.text, request.language)


def content_key(request: PromptRequest, fingerprint: str) -> str:
    """The key of the request's sound when an engine of this fingerprint speaks it: 64 hex digits."""
    return _digest(["spoken", fingerprint, request.voice, spoken_form(request), request.rate])


def recording_key(content: bytes, preparation: str) -> str:
    """The key of a studio recording, brought to the telephone's form in a certain way."""
    return _digest(["recorded", preparation, hashlib.sha256(content).hexdigest()])


def fragment_requests(
    language: str, voice: str, rate: int = PLAIN_RATE
) -> tuple[PromptRequest, ...]:
    """A request for every fragment that reading a value in the language may need.

    Raises UnknownLanguageError.
    """
    return tuple(
        PromptRequest(each.id, language, voice, each.text, rate) for each in fragments(language)
    )


def _digest(parts: list[str | int]) -> str:
    # JSON keeps the parts apart: no two lists of parts are written alike.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
