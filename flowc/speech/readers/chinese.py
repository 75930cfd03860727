"""Reads values in Chinese: 十二元零五分, 二零二六年十一月二十四日, 两小时.

It knows the language and nothing else: values come checked, and what plays the
fragments is not its business. Fragments are as large as a short list of
recordings allows, since every seam between two is heard.
"""

import datetime
from collections.abc import Mapping

from flowc.speech.readers.model import Fragment, FragmentIds

SEPARATOR = ""

_DIGITS = "零一二三四五六七八九"
_SINGLE_WORDS = {
    "wan": "万",
    "yi": "亿",
    "liang": "两",
    "liang_thousand": "两千",
    "yao": "幺",
    "minus": "负",
    "point": "点",
    "yuan": "元",
    "year": "年",
    "sharp": "整",
    "days": "天",
    "hours": "小时",
    "minutes": "分钟",
    "seconds": "秒",
}
_UNITS = ("wan", "yi", "yuan", "days", "hours", "minutes", "seconds")
_WAN = 10**4
_YI = 10**8


def number(value: int) -> FragmentIds:
    """一百零五; 负 before a negative one; 二 throughout, never 两."""
    if value < 0:
        return ("minus", *_whole(-value))
    return _whole(value)


def count(value: int) -> FragmentIds:
    """A number before a measure word: 两, 两千, 两万, but 十二, 二十, 二百."""
    match _whole(value):
        case ("n2",):
            return ("liang",)
        case ("n2", "wan" | "yi" as unit, *rest):
            return ("liang", unit, *rest)
        case ("thousand_2", *rest):
            return ("liang_thousand", *rest)
        case ids:
            return ids


def money(cents: int) -> FragmentIds:
    """十二元五角, 十二元零五分, 五角, 零元."""
    sign = ("minus",) if cents < 0 else ()
    yuan, small = divmod(abs(cents), 100)
    if yuan == 0 and small:
        return sign + _jiao_and_fen(small)
    gap = ("n0",) if 0 < small < 10 else ()
    return (*sign, *_with_unit(_whole(yuan), "yuan"), *gap, *_jiao_and_fen(small))


def decimal(negative: bool, whole: int, fraction: str) -> FragmentIds:
    """负十二点五零: every digit after the point is said, a last zero too."""
    sign = ("minus",) if negative else ()
    return (*sign, *_whole(whole), *(("point", *_one_by_one(fraction)) if fraction else ()))


def digit_fragments(yao: bool) -> Mapping[str, str]:
    """零 to 九, with 幺 for 1 where numbers are called out."""
    plain = {digit: f"n{digit}" for digit in "0123456789"}
    return plain | {"1": "yao"} if yao else plain


def date(day: datetime.date, with_year: bool) -> FragmentIds:
    """二零二六年十一月二十四日."""
    year = (*_one_by_one(str(day.year)), "year") if with_year else ()
    return (*year, f"month_{day.month}", f"day_{day.day}")


def time(moment: datetime.time) -> FragmentIds:
    """十七点三十分, 十点零五分, 十点整."""
    return (f"hour_{moment.hour}", f"minute_{moment.minute}" if moment.minute else "sharp")


def duration(seconds: int) -> FragmentIds:
    """两小时五分钟; units that are nought are left out."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    parts = ((days, "days"), (hour, "hours"), (minute, "minutes"), (second, "seconds"))
    said = [_with_unit(count(amount), unit) for amount, unit in parts if amount]
    return tuple(piece for part in said for piece in part) or ("n0", "seconds")


def _whole(value: int) -> FragmentIds:
    """Any whole number from 0; a 零 stands wherever places are skipped."""
    if value == 0:
        return ("n0",)
    high, rest = divmod(value, _YI)
    if high == 0:
        return _below_yi(rest, inner=False)
    head = _with_unit(_below_yi(high, inner=False), "yi")
    return head + _after_gap(rest, _YI // 10, _below_yi(rest, inner=True))


def _below_yi(value: int, inner: bool) -> FragmentIds:
    high, rest = divmod(value, _WAN)
    if high == 0:
        return _below_wan(rest, inner)
    head = _with_unit(_below_wan(high, inner), "wan")
    return head + _after_gap(rest, _WAN // 10, _below_wan(rest, inner=True))


def _below_wan(value: int, inner: bool) -> FragmentIds:
    high, rest = divmod(value, 1000)
    if high == 0:
        return _below_thousand(rest, inner)
    return (f"thousand_{high}", *_after_gap(rest, 100, _below_thousand(rest, inner=True)))


def _below_thousand(value: int, inner: bool) -> FragmentIds:
    high, rest = divmod(value, 100)
    if high == 0:
        return _below_hundred(rest, inner)
    return (f"hundred_{high}", *_after_gap(rest, 10, _below_hundred(rest, inner=True)))


def _below_hundred(value: int, inner: bool) -> FragmentIds:
    """Ten to nineteen are 十 to 十九 alone, and 一十 to 一十九 within a number."""
    if value == 0:
        return ()
    return (f"inner_{value}" if inner and 10 <= value < 20 else f"n{value}",)


def _after_gap(rest: int, next_place: int, said: FragmentIds) -> FragmentIds:
    """What follows a unit, after a 零 where the very next place is empty."""
    return ("n0", *said) if 0 < rest < next_place else said


def _with_unit(amount: FragmentIds, unit: str) -> FragmentIds:
    """The amount and its unit; 一 changes its tone before one, so both are one recording."""
    return (f"one_{unit}",) if amount == ("n1",) else (*amount, unit)


def _jiao_and_fen(cents: int) -> FragmentIds:
    jiao, fen = divmod(cents, 10)
    return (f"jiao_{jiao}",) * (jiao > 0) + (f"fen_{fen}",) * (fen > 0)


def _one_by_one(digits: str) -> FragmentIds:
    return tuple(f"n{digit}" for digit in digits)


def _tens(value: int, before_ten: str = "") -> str:
    """The words of 0 to 99; `before_ten` is the 一 of 一十 within a number."""
    high, low = divmod(value, 10)
    if high == 0:
        return _DIGITS[low]
    head = before_ten if high == 1 else _DIGITS[high]
    return f"{head}十{_DIGITS[low] if low else ''}"


def _hour(hour: int) -> str:
    return "两点" if hour == 2 else f"{_tens(hour)}点"


def _minute(minute: int) -> str:
    return f"{'零' if minute < 10 else ''}{_tens(minute)}分"


def _all_fragments() -> tuple[Fragment, ...]:
    """Every fragment that a reading can hold, in the order a studio would read them."""
    words = {
        **{f"n{value}": _tens(value) for value in range(100)},
        **{f"inner_{value}": _tens(value, "一") for value in range(10, 20)},
        **{f"hundred_{digit}": f"{_DIGITS[digit]}百" for digit in range(1, 10)},
        **{f"thousand_{digit}": f"{_DIGITS[digit]}千" for digit in range(1, 10)},
        **{f"jiao_{digit}": f"{_DIGITS[digit]}角" for digit in range(1, 10)},
        **{f"fen_{digit}": f"{_DIGITS[digit]}分" for digit in range(1, 10)},
        **{f"month_{month}": f"{_tens(month)}月" for month in range(1, 13)},
        **{f"day_{day}": f"{_tens(day)}日" for day in range(1, 32)},
        **{f"hour_{hour}": _hour(hour) for hour in range(24)},
        **{f"minute_{minute}": _minute(minute) for minute in range(1, 60)},
        **_SINGLE_WORDS,
        **{f"one_{unit}": f"一{_SINGLE_WORDS[unit]}" for unit in _UNITS},
    }
    return tuple(Fragment(name, text) for name, text in words.items())


FRAGMENTS = _all_fragments()
