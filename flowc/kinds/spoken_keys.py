"""The keys that a text tells the caller to press: 按1, 请按井号键, press the star key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from flowc.kinds.words import KEY_WORDS, base_language

SPOKEN = re.compile(
    r"按\s*([0-9*#]+|[零一二三四五六七八九]+|星号|井号)(?![下次遍声会])"
    r"|[Pp]ress(?:\s+the)?\s+([0-9*#]+|zero|one|two|three|four|five|six|seven|eight|nine|star|pound|hash)\b"
)
KEY_OF_WORD = {
    **{word.removesuffix("键"): key for table in KEY_WORDS.values() for key, word in table.items()},
    "hash": "#",
}
NARROW = str.maketrans("０１２３４５６７８９＊＃", "0123456789*#")


def spoken_keys(text: str) -> tuple[str, ...]:
    """The keys that a text tells the caller to press, in its order."""
    said = (zh or en for zh, en in SPOKEN.findall(text.translate(NARROW)))
    return tuple(
        KEY_OF_WORD.get(word) or "".join(KEY_OF_WORD.get(mark, mark) for mark in word)
        for word in said
    )


def languages_without(
    key: str, told: Mapping[str, Collection[str]], languages: Iterable[str]
) -> str:
    """The languages in which a key is not told of, `zh, en`; of those whose words for keys are known."""
    return ", ".join(
        language
        for language in languages
        if base_language(language) in KEY_WORDS and key not in told.get(language, ())
    )
