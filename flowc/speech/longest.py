"""How much a value can come to when it is read out: its longest list of sounds.

For those who must say beforehand what fits: a server's list of files, a budget of time. Knows no
call; the readers say the values that are longest, so nothing here counts words by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flowc.graph.prompts import ReadAs
from flowc.speech.readers.reading import MOST_CENTS, MOST_DIGITS, MOST_NUMBER
from flowc.speech.readout import read_out

# For each way of reading, values that none is longer than, in one language or another. A property
# test holds them against any others.
LONGEST: Mapping[ReadAs, tuple[int | str, ...]] = {
    ReadAs.MONEY: (-208_032_501_170_181, -110_161_782_472_092, -MOST_CENTS),
    ReadAs.NUMBER: (-9_103_640_591_040_502, -1_101_473_442_318_701, -MOST_NUMBER),
    ReadAs.DECIMAL: (
        f"-9103640591040502.{'1' * 16}",
        f"-1101473442318701.{'1' * 16}",
    ),
    ReadAs.DIGITS: ("1" * MOST_DIGITS,),
    ReadAs.DATE: (20_771_231, 20_011_231),
    ReadAs.TIME: (23 * 60 + 59, 23 * 60 + 9),
    ReadAs.DATETIME: (1_009_840_140, 3_408_131_340),  # 2001-12-31 and 2077-12-31, 23:09
    ReadAs.DURATION: (994_458_325, 999_999_631),
    ReadAs.TEXT: ("",),
}


@cache
def longest_lists(read_as: ReadAs, language: str) -> tuple[tuple[str, ...], ...]:
    """The sound keys of the values that are longest. Raises UnknownLanguageError."""
    return tuple(read_out(read_as, value, language) for value in LONGEST[read_as])


def most_sounds(read_as: ReadAs, language: str) -> int:
    """How many sounds a value can come to. Raises UnknownLanguageError."""
    return max(map(len, longest_lists(read_as, language)))
