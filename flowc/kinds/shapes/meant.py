"""The right form of a value that was written another way: `2027/1/1`, `5秒`, `周一至周五`.

Only for the help of a finding. Nothing here is ever taken for what the author wrote.
"""

from __future__ import annotations

import re
from calendar import monthrange

_NARROW = str.maketrans("０１２３４５６７８９：－～，／．—–至到", "0123456789:-~,/.~~~~")
_UNITS = {
    "s": ("", "秒", "秒钟", "sec", "secs", "second", "seconds"),
    "m": ("分", "分钟", "min", "mins", "minute", "minutes"),
    "h": ("时", "小时", "个小时", "hr", "hrs", "hour", "hours"),
    "d": ("天", "日", "day", "days"),
}
_MILLISECONDS = ("ms", "毫秒")
_DATE = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})")
_TIME = re.compile(r"(?<![0-9])([0-9]{1,2})\s*(?::([0-9]{2})?|[点时](半|[0-9]{2})?)")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = re.compile(rf"(?:周|星期|礼拜)([一二三四五六日天])|\b({'|'.join(_WEEKDAYS)})", re.IGNORECASE)


def narrow(text: str) -> str:
    return text.translate(_NARROW).strip()


def duration_meant(text: str) -> str | None:
    """`5` and `5 秒` are `5s`; `2000` was meant in milliseconds."""
    found = re.fullmatch(r"([0-9]{1,6})\s*([^\W\d_]*)", narrow(text).lower())
    if found is None:
        return None
    number, word = int(found[1]), found[2]
    if word in _MILLISECONDS or (not word and number >= 1000):
        return None if number % 1000 else f"{number // 1000}s"
    return next(
        (f"{number}{unit}" for unit, words in _UNITS.items() if word in (unit, *words)), None
    )


def count_meant(text: str) -> str | None:
    """`2次` is `2`, `8~10位` is `8-10`."""
    found = re.fullmatch(r"([0-9]+)(?:\s*[~-]\s*([0-9]+))?\s*[^\W\d]?", narrow(text))
    return f"{found[1]}-{found[2]}" if found and found[2] else found and found[1]


def days_meant(text: str) -> str | None:
    """`2027/1/1` is `2027-01-01`; a day that its month has not is the last that it has."""
    days = [_day(*map(int, parts)) for parts in _DATE.findall(narrow(text))]
    return " - ".join(day for day in days if day) if 1 <= len(days) <= 2 and all(days) else None


def _day(year: int, month: int, day: int) -> str | None:
    if not (1 <= month <= 12 and year and day):
        return None
    return f"{year:04}-{month:02}-{min(day, monthrange(year, month)[1]):02}"


def hours_meant(text: str) -> str | None:
    """`9：00－12:00` is `"09:00-12:00"`."""
    if re.search("下午|晚|pm", text, re.IGNORECASE):
        return None
    times = [
        int(hour) * 60 + (30 if half == "半" else int(minute or half or 0))
        for hour, minute, half in _TIME.findall(narrow(text))
    ]
    pairs = list(zip(times[::2], times[1::2], strict=False))
    if not pairs or len(times) % 2 or any(not start < end <= 1440 for start, end in pairs):
        return None
    return '"' + ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in pairs) + '"'


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def weekdays_meant(text: str) -> str | None:
    """`周一至周五` and `Monday-Friday` are `mon-fri`."""
    if text.strip() in {"工作日", "weekdays"}:
        return "mon-fri"
    days = [
        english.lower() or _WEEKDAYS[min("一二三四五六日天".index(chinese), 6)]
        for chinese, english in _DAY.findall(text)
    ]
    return "-".join(days) if 1 <= len(days) <= 2 else None


def moment_meant(text: str) -> str | None:
    """`2026/11/24 9:30` is `2026-11-24T09:30`."""
    day, times = days_meant(text), _TIME.findall(narrow(text))
    if not day or " " in day or len(times) != 1:
        return None
    hour, minute, half = times[0]
    if int(hour) > 23:
        return None
    return f"{day}T{int(hour):02}:{30 if half == '半' else int(minute or half or 0):02}"
