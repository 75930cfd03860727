"""Reads values in English: twelve yuan and fifty fen, November twenty-fourth twenty twenty-six.

It knows the language and nothing else: values come checked, and what plays the
fragments is not its business. Times are said by the twelve-hour clock, as
English-speaking callers expect them.
"""

import datetime
from collections.abc import Mapping

from flowc.speech.readers.model import Fragment, FragmentIds

SEPARATOR = " "

# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    "seventeen", "eighteen", "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)
# fmt: on
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_SINGLE_WORDS = ("hundred", "minus", "point", "yuan", "and", "fen", "oh", "noon", "midnight")
_IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def number(value: int) -> FragmentIds:
    """one hundred five; minus before a negative one."""
    if value < 0:
        return ("minus", *_whole(-value))
    return _whole(value)


def count(value: int) -> FragmentIds:
    """The same as the number: English has one word for two."""
    return _whole(value)


def money(cents: int) -> FragmentIds:
    """twelve yuan and fifty fen, fifty fen, zero yuan."""
    sign = ("minus",) if cents < 0 else ()
    yuan, fen = divmod(abs(cents), 100)
    small = (f"n{fen}", "fen") if fen else ()
    if yuan == 0 and small:
        return sign + small
    return (*sign, *_whole(yuan), "yuan", *(("and", *small) if small else ()))


def decimal(negative: bool, whole: int, fraction: str) -> FragmentIds:
    """minus twelve point five zero: every digit after the point is said, a last zero too."""
    sign = ("minus",) if negative else ()
    digits = tuple(f"n{digit}" for digit in fraction)
    return (*sign, *_whole(whole), *(("point", *digits) if digits else ()))


def digit_fragments(yao: bool) -> Mapping[str, str]:  # noqa: ARG001 - a Chinese choice only
    """zero to nine."""
    return {digit: f"n{digit}" for digit in "0123456789"}


def date(day: datetime.date, with_year: bool) -> FragmentIds:
    """November twenty-fourth twenty twenty-six."""
    year = _year(day.year) if with_year else ()
    return (f"month_{day.month}", f"day_{day.day}", *year)


def time(moment: datetime.time) -> FragmentIds:
    """five thirty p.m., ten oh five a.m., ten a.m., noon, midnight."""
    if moment.minute == 0 and moment.hour % 12 == 0:
        return ("noon" if moment.hour else "midnight",)
    hour = f"n{moment.hour % 12 or 12}"
    return (hour, *_minute(moment.minute), "pm" if moment.hour >= 12 else "am")


def duration(seconds: int) -> FragmentIds:
    """two hours five minutes; units that are nought are left out."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    parts = ((days, "day"), (hour, "hour"), (minute, "minute"), (second, "second"))
    said = [(*_whole(amount), _plural(unit, amount)) for amount, unit in parts if amount]
    return tuple(piece for part in said for piece in part) or ("n0", "seconds")


def _whole(value: int) -> FragmentIds:
    for size, scale in _SCALES:
        if value >= size:
            high, rest = divmod(value, size)
            return (*_whole(high), scale, *(_whole(rest) if rest else ()))
    hundreds, rest = divmod(value, 100)
    if hundreds == 0:
        return (f"n{rest}",)
    return (f"hundred_{hundreds}", *((f"n{rest}",) if rest else ()))


def _year(year: int) -> FragmentIds:
    """twenty twenty-six, nineteen oh five, nineteen hundred, two thousand five."""
    century, rest = divmod(year, 100)
    if century < 10 or (century % 10 == 0 and rest < 10):
        return _whole(year)
    if rest == 0:
        return (f"n{century}", "hundred")
    return (f"n{century}", *_minute(rest))


def _minute(value: int) -> FragmentIds:
    """What stands after an hour or a century: nothing, oh five, thirty."""
    if value == 0:
        return ()
    return ("oh", f"n{value}") if value < 10 else (f"n{value}",)


def _plural(unit: str, amount: int) -> str:
    return unit if amount == 1 else f"{unit}s"


def _words(value: int) -> str:
    """The words of 0 to 99."""
    if value < 20:
        return _ONES[value]
    high, low = divmod(value, 10)
    return _TENS[high - 2] + (f"-{_ONES[low]}" if low else "")


def _ordinal(value: int) -> str:
    """first, twelfth, twentieth, twenty-first."""
    head, hyphen, last = _words(value).rpartition("-")
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return head + hyphen + _IRREGULAR_ORDINALS.get(last, regular)


def _all_fragments() -> tuple[Fragment, ...]:
    """Every fragment that a reading can hold, in the order a studio would read them."""
    units = ("day", "hour", "minute", "second")
    words = {
        **{f"n{value}": _words(value) for value in range(100)},
        **{f"hundred_{digit}": f"{_ONES[digit]} hundred" for digit in range(1, 10)},
        **{scale: scale for _, scale in reversed(_SCALES)},
        **{word: word for word in _SINGLE_WORDS},
        **{f"month_{index}": month for index, month in enumerate(_MONTHS, 1)},
        **{f"day_{day}": _ordinal(day) for day in range(1, 32)},
        **{word: word for unit in units for word in (unit, f"{unit}s")},
        # With points, since engines read AM as the word in "I am".
        "am": "a.m.",
        "pm": "p.m.",
    }
    return tuple(Fragment(name, text) for name, text in words.items())


FRAGMENTS = _all_fragments()
