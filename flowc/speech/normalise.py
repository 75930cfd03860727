"""Free text with its figures in words, since engines read dates, money and telephone numbers wrongly.

It rests on the readers, so that a figure in a sentence and a value read out by
fragments sound alike. It knows no engine; a language without a reader keeps its
text as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time

from flowc.speech.readers import (
    Manner,
    ReadAs,
    UnknownLanguageError,
    digit_fragments,
    inventory,
    reader_language,
    spoken_text,
)

Say = Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class _Rule:
    """Where a figure of one sort stands in a text, and what is said for it."""

    pattern: re.Pattern[str]
    say: Say


def normalise(text: str, language: str) -> str:
    """The text with dates, times, money, numbers and keys written as they are spoken.

    Figures that touch a Latin letter (`5G`) stay. Done twice, it changes nothing more.
    """
    try:
        rules = _RULES[reader_language(language)]
    except UnknownLanguageError:
        return text
    written = text.translate(_NARROW)
    for rule in rules:
        written = rule.pattern.sub(rule.say, written)
    return written


_NARROW = str.maketrans("０１２３４５６７８９％＃＊", "0123456789%#*")

_AMOUNT = r"([0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,12})(?:\.([0-9]{1,2}))?"
_ALONE = r"(?<![0-9A-Za-z.])"  # what stands before a figure that begins here ...
_ENDED = r"(?![0-9A-Za-z]|\.[0-9])"  # ... and after one that ends here
# A hyphen after a figure or its unit is a range or a dash, not a minus.
_MINUS = r"((?:(?<![0-9A-Za-z元角分个位次天年月日号周秒时点整）)])[-−])?)"
_CLOCK = r"(2[0-3]|[01]?[0-9])[:：]([0-5][0-9])(?:[:：]([0-5][0-9]))?(?![0-9:：])"
_TO = r"\s*[-–—~～]\s*"
_MEASURE = "(?:[个位次天年周秒项台部条份种张件路遍人]|小时|分钟|星期|号线)"


def _whole(digits: str, language: str) -> str:
    """A whole number in words; one that is too long, or begins with 0, digit by digit."""
    plain = digits.replace(",", "")
    if len(plain) > 16 or (len(plain) > 1 and plain.startswith("0")):
        return _called_out(plain, language)
    return spoken_text(ReadAs.NUMBER, int(plain), language)


def _called_out(digits: str, language: str) -> str:
    """Digits one by one, in groups where they were written so."""
    words, texts = digit_fragments(language), inventory(language)
    # A comma is a short pause.
    separator, pause = ("", "，") if language == "zh" else (" ", ", ")
    groups = re.findall(r"[0-9]+", digits)
    return pause.join(separator.join(texts[words[digit]] for digit in each) for each in groups)


def _decimal(found: re.Match[str], language: str) -> str:
    sign, digits = found[1], found[2]
    return spoken_text(ReadAs.DECIMAL, ("-" if sign else "") + digits.replace(",", ""), language)


def _money(sign: str, whole: str, fraction: str | None, language: str) -> str:
    cents = int(whole.replace(",", "")) * 100 + int((fraction or "0").ljust(2, "0"))
    return spoken_text(ReadAs.MONEY, -cents if sign else cents, language)


def _day(found: re.Match[str], language: str) -> str:
    """The date in words, or the text as it was where there is no such day."""
    year, month, day = (int(part) for part in found.groups()[:3])
    try:
        return spoken_text(ReadAs.DATE, date(year, month, day), language)
    except ValueError:
        return found[0]


def _moment(hour: str, minute: str, language: str) -> str:
    return spoken_text(ReadAs.TIME, time(int(hour), int(minute)), language)


def _zh_clock(found: re.Match[str]) -> str:
    said = _moment(found[1], found[2], "zh")
    return f"{said}{_whole(str(int(found[3])), 'zh')}秒" if found[3] else said


def _zh_year(digits: str) -> str:
    return spoken_text(ReadAs.DIGITS, digits, "zh", Manner(yao=False))


def _zh_scaled(found: re.Match[str]) -> str:
    """￥3.5万: the scale stands within the amount."""
    return f"{spoken_text(ReadAs.DECIMAL, found[1], 'zh')}{found[2]}元"


def _zh_percent(found: re.Match[str]) -> str:
    return f"{'负' if found[1] else ''}百分之{spoken_text(ReadAs.DECIMAL, found[2], 'zh')}"


def _zh_signed(found: re.Match[str]) -> str:
    return ("负" if found[1] else "") + _whole(found[2], "zh")


def _zh_count(found: re.Match[str]) -> str:
    return spoken_text(ReadAs.COUNT, int(found[1]), "zh")


def _en_clock(found: re.Match[str]) -> str:
    """The twelve-hour clock, whether it was written so or not."""
    hour, half = int(found[1]), (found[4] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _moment(str(hour), found[2], "en")


def _en_percent(found: re.Match[str]) -> str:
    sign = "minus " if found[1] else ""
    return f"{sign}{spoken_text(ReadAs.DECIMAL, found[2], 'en')} percent"


def _rule(pattern: str, say: Say, flags: re.RegexFlag = re.NOFLAG) -> _Rule:
    return _Rule(re.compile(pattern, flags), say)


def _dates(language: str) -> tuple[_Rule, ...]:
    return tuple(
        _rule(
            rf"(?<![0-9])([0-9]{{4}}){mark}([0-9]{{1,2}}){mark}([0-9]{{1,2}})(?![0-9])",
            lambda found: _day(found, language),
        )
        for mark in ("-", "/", r"\.")
    )


def _called_out_rules(language: str, *after: str) -> tuple[_Rule, ...]:
    """Telephone numbers, account numbers and whatever follows the words in `after`."""

    standing_after = "|".join(f"(?<={words})" for words in after)

    def say(found: re.Match[str]) -> str:
        return _called_out(found[0], language)

    return (
        _rule(r"(?<![0-9.])\+?[0-9]{2,4}(?:[- ][0-9]{3,8}){1,3}(?![0-9])", say),
        _rule(rf"(?:{standing_after})[0-9]{{3,16}}{_ENDED}(?![位个])", say),
        _rule(rf"{_ALONE}\+?[0-9]{{7,64}}{_ENDED}(?![元万亿])", say),
    )


_CHINESE: tuple[_Rule, ...] = (
    *_dates("zh"),
    _rule(r"(?<![0-9])([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", lambda found: _day(found, "zh")),
    _rule(r"(?<![0-9])([12][0-9]{3})年", lambda found: f"{_zh_year(found[1])}年"),
    _rule(rf"(?<![0-9:：]){_CLOCK}(?={_TO}[0-9]{{1,2}}[:：])", _zh_clock),
    _rule(rf"(?<=[分整秒]){_TO}(?=[0-9]{{1,2}}[:：])", lambda _: "至"),
    _rule(rf"(?<![0-9:：]){_CLOCK}", _zh_clock),
    _rule(r"(?<![0-9:：])24[:：]00(?![0-9:：])", lambda _: "二十四点整"),
    _rule(r"[￥¥]\s?([0-9]{1,9}(?:\.[0-9]{1,4})?)([万亿])元?", _zh_scaled),
    _rule(
        rf"{_MINUS}[￥¥]\s?([-−]?){_AMOUNT}(?![0-9])元?",
        lambda found: _money(found[1] or found[2], found[3], found[4], "zh"),
    ),
    _rule(
        rf"{_MINUS}(?<![0-9A-Za-z.,]){_AMOUNT}\s?元(?!素)",
        lambda found: _money(found[1], found[2], found[3], "zh"),
    ),
    _rule(rf"{_MINUS}{_ALONE}([0-9]{{1,9}}(?:\.[0-9]{{1,6}})?)%", _zh_percent),
    *_called_out_rules("zh", "拨打", "致电", "热线", "电话", "号码", "编号", "工号", "尾号"),
    _rule(rf"{_ALONE}([0-9]{{1,6}}){_TO}(?=[0-9]{{1,6}}{_MEASURE})", lambda found: f"{_zh_count(found)}到"),
    _rule(rf"{_ALONE}([0-9]{{1,6}})(?={_MEASURE}(?!级))", _zh_count),
    _rule(rf"{_MINUS}{_ALONE}([0-9]{{1,16}}\.[0-9]{{1,16}}){_ENDED}", lambda found: _decimal(found, "zh")),
    _rule(rf"{_MINUS}{_ALONE}([0-9]{{1,3}}(?:,[0-9]{{3}}){{1,4}}){_ENDED}", _zh_signed),
    _rule(rf"{_MINUS}(?<![0-9A-Za-z])([0-9]+)(?![0-9A-Za-z])", _zh_signed),
    _rule(r"#号?", lambda _: "井号"),
    _rule(r"\*号?", lambda _: "星号"),
)  # fmt: skip

_ENGLISH: tuple[_Rule, ...] = (
    *_dates("en"),
    _rule(rf"(?<![0-9:]){_CLOCK}()(?={_TO}[0-9]{{1,2}}:)", _en_clock),
    _rule(rf"(?:(?<=\.m\.)|(?<=noon)|(?<=midnight)){_TO}(?=[0-9]{{1,2}}:)", lambda _: " to "),
    _rule(rf"(?<![0-9:]){_CLOCK}(?:\s?([ap]m)\b)?", _en_clock, re.IGNORECASE),
    _rule(
        rf"{_MINUS}(?:[￥¥]|\b(?:RMB|CNY)\b)\s?([-−]?){_AMOUNT}(?![0-9])",
        lambda found: _money(found[1] or found[2], found[3], found[4], "en"),
    ),
    _rule(
        rf"{_MINUS}(?<![0-9A-Za-z.,]){_AMOUNT}\s?(?:yuan|RMB|CNY)\b",
        lambda found: _money(found[1], found[2], found[3], "en"),
    ),
    _rule(rf"{_MINUS}{_ALONE}([0-9]{{1,9}}(?:\.[0-9]{{1,6}})?)%", _en_percent),
    *_called_out_rules("en", "call ", "dial ", "number ", "hotline "),
    _rule(rf"{_MINUS}{_ALONE}([0-9]{{1,16}}\.[0-9]{{1,16}}){_ENDED}", lambda found: _decimal(found, "en")),
    _rule(rf"{_ALONE}([0-9]{{1,3}}(?:,[0-9]{{3}}){{1,4}}){_ENDED}", lambda found: _whole(found[1], "en")),
    _rule(rf"{_ALONE}0[0-9]+{_ENDED}", lambda found: _called_out(found[0], "en")),
    _rule(r"([ap]\.m\.)\.", lambda found: found[1]),  # the sentence's own point
    _rule(r"#", lambda _: "pound"),
    _rule(r"\*", lambda _: "star"),
)  # fmt: skip

_RULES = {"zh": _CHINESE, "en": _ENGLISH}
