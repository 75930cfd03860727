"""Readers turn numbers, money, dates and digits into fragments of recorded speech.

They know no server, no engine and no file: saying a balance needs none of them.
"""

from flowc.speech.readers.model import (
    Fragment,
    Manner,
    ReadAs,
    UnknownLanguageError,
    UnreadableError,
)
from flowc.speech.readers.reading import (
    digit_fragments,
    fragments,
    inventory,
    read,
    reader_language,
    spoken_text,
    unread_languages,
)

__all__ = [
    "Fragment",
    "Manner",
    "ReadAs",
    "UnknownLanguageError",
    "UnreadableError",
    "digit_fragments",
    "fragments",
    "inventory",
    "read",
    "reader_language",
    "spoken_text",
    "unread_languages",
]
