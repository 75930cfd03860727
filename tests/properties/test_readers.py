"""What is read aloud means the value it was read from, in both languages.

The oracle for Chinese numbers is cn2an, wherever it is right; beside it stands
a parser of our own that turns the spoken words back into the value.
"""

from datetime import date, time, timedelta

import cn2an
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowc.graph.prompts import ReadAs as Held
from flowc.speech.longest import most_sounds
from flowc.speech.readers import ReadAs, inventory, read, spoken_text
from flowc.speech.readout import read_out

CENTS = st.integers(-(10**12), 10**12)
LANGUAGES = ("zh", "en")


def chinese_number(words: str) -> int:
    """The value of a number in Chinese words, by their grammar and not by the reader's."""
    total = section = digit = 0
    for letter in words:
        match letter:
            case "零" | "一" | "二" | "三" | "四" | "五" | "六" | "七" | "八" | "九":
                digit = "零一二三四五六七八九".index(letter)
            case "两":
                digit = 2
            case "十" | "百" | "千":
                unit = {"十": 10, "百": 100, "千": 1000}[letter]
                section += (digit or 1) * unit
                digit = 0
            case "万":
                section = (section + digit) * 10**4
                total, section, digit = total + section, 0, 0
            case "亿":
                total, section, digit = (total + section + digit) * 10**8, 0, 0
    return total + section + digit


def chinese_cents(words: str) -> int:
    """The cents of an amount in Chinese words."""
    sign = -1 if words.startswith("负") else 1
    rest, cents = words.removeprefix("负"), 0
    for unit, worth in (("元", 100), ("角", 10), ("分", 1)):
        head, found, tail = rest.partition(unit)
        if found:
            cents += chinese_number(head) * worth
            rest = tail
    assert not rest
    return sign * cents


# fmt: off
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    "seventeen", "eighteen", "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
ENGLISH = {word: value for value, word in enumerate(ONES)} | {
    word: value * 10 for value, word in enumerate(TENS, start=2)
}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def english_number(words: str) -> int:
    """The value of a number in English words."""
    total = section = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            section *= 100
        elif word in SCALES:
            total, section = total + section * SCALES[word], 0
        else:
            section += ENGLISH[word]
    return total + section


def english_cents(words: str) -> int:
    """The cents of an amount in English words."""
    sign = -1 if words.startswith("minus ") else 1
    yuan, found, fen = words.removeprefix("minus ").rpartition(" yuan")
    if not found:
        return sign * english_number(fen.removesuffix(" fen"))
    rest = fen.removeprefix(" and ").removesuffix(" fen")
    return sign * (english_number(yuan) * 100 + english_number(rest))


@given(CENTS)
@settings(max_examples=600)
def test_an_amount_in_chinese_is_understood_as_the_same_cents(cents: int) -> None:
    assert chinese_cents(spoken_text(ReadAs.MONEY, cents, "zh")) == cents


@given(CENTS)
@settings(max_examples=600)
def test_an_amount_in_english_is_understood_as_the_same_cents(cents: int) -> None:
    assert english_cents(spoken_text(ReadAs.MONEY, cents, "en")) == cents


def cn2an_is_right_about(value: int) -> bool:
    """It says 一亿一千 for 100001000, which a listener takes for 1.1 亿: the 零 is missing."""
    return not (value >= 10**8 and (value // 10**4) % 10**4 == 0 and value % 10**4 >= 1000)


@given(st.integers(0, 10**16 - 1).filter(cn2an_is_right_about))
@settings(max_examples=600)
def test_a_number_in_chinese_is_the_one_that_cn2an_writes(value: int) -> None:
    assert spoken_text(ReadAs.NUMBER, value, "zh") == cn2an.an2cn(value)


@given(
    st.lists(st.sampled_from([0, 1, 2, 10, 11, 15, 20, 100, 1000, 9999]), min_size=1, max_size=4)
)
def test_numbers_full_of_noughts_are_those_that_cn2an_writes(groups: list[int]) -> None:
    value = sum(group * 10 ** (4 * place) for place, group in enumerate(groups))

    if cn2an_is_right_about(value):
        assert spoken_text(ReadAs.NUMBER, value, "zh") == cn2an.an2cn(value)
    assert chinese_number(spoken_text(ReadAs.NUMBER, value, "zh")) == value


def test_every_number_to_twenty_thousand_is_the_one_that_cn2an_writes() -> None:
    wrong = [
        value
        for value in range(20_001)
        if spoken_text(ReadAs.NUMBER, value, "zh") != cn2an.an2cn(value)
    ]

    assert wrong == []


@given(st.integers(0, 10**16 - 1))
def test_a_count_with_its_liang_still_means_the_number(value: int) -> None:
    assert chinese_number(spoken_text(ReadAs.COUNT, value, "zh")) == value


@given(st.integers(0, 10**16 - 1))
def test_a_number_in_english_is_understood_as_the_same_number(value: int) -> None:
    if value < 10**15:
        assert english_number(spoken_text(ReadAs.NUMBER, value, "en")) == value


@given(st.from_regex(r"-?[0-9]{1,12}\.[0-9]{1,6}", fullmatch=True))
def test_a_decimal_in_chinese_is_the_one_that_cn2an_writes(text: str) -> None:
    """But for the noughts that stand last, which cn2an drops and a price keeps.

    Of 100001000 cn2an leaves out the nought in between (一亿一千 for 一亿零一千): not asked of it.
    """
    whole, _, fraction = text.partition(".")
    high, low = divmod(abs(int(whole)), 10**8)
    assume(not (high and 1000 <= low < 10**4))
    expected = cn2an.an2cn(str(abs(int(whole)))) + "点" + cn2an.an2cn(fraction, "direct")

    said = spoken_text(ReadAs.DECIMAL, text, "zh")

    assert said == ("负" if text.startswith("-") else "") + expected


def every_day_of_ten_years() -> list[date]:
    return [date(2020, 1, 1) + timedelta(days) for days in range(3653)]


def test_every_day_of_ten_years_in_chinese_reads_back_as_itself() -> None:
    for day in every_day_of_ten_years():
        words = spoken_text(ReadAs.DATE, day, "zh")
        year, _, rest = words.partition("年")
        month, _, number = rest.partition("月")
        digits = "".join(str("零一二三四五六七八九".index(letter)) for letter in year)
        assert number.endswith("日")
        understood = date(int(digits), chinese_number(month), chinese_number(number[:-1]))
        assert understood == day


def test_no_two_days_of_ten_years_sound_alike_in_english() -> None:
    said = {spoken_text(ReadAs.DATE, day, "en") for day in every_day_of_ten_years()}

    assert len(said) == 3653


def test_every_minute_of_a_day_in_chinese_reads_back_as_itself() -> None:
    for minute in range(1440):
        moment = time(minute // 60, minute % 60)
        hour, _, rest = spoken_text(ReadAs.TIME, moment, "zh").partition("点")
        past = 0 if rest == "整" else chinese_number(rest.removesuffix("分"))
        assert (chinese_number(hour), past) == (moment.hour, moment.minute)


def test_every_minute_of_a_day_in_english_reads_back_as_itself() -> None:
    for minute in range(1440):
        moment = time(minute // 60, minute % 60)
        assert english_minute(spoken_text(ReadAs.TIME, moment, "en")) == minute


def english_minute(words: str) -> int:
    """The minute of the day that English words name."""
    if words in ("noon", "midnight"):
        return 720 if words == "noon" else 0
    *clock, half = words.replace(" oh ", " zero-").split()
    hour, past = ENGLISH[clock[0]] % 12, english_number(" ".join(clock[1:]))
    return (hour + (12 if half == "p.m." else 0)) * 60 + past


@given(st.integers(0, 10**9 - 1))
def test_a_duration_in_chinese_is_understood_as_the_same_seconds(seconds: int) -> None:
    rest, total = spoken_text(ReadAs.DURATION, seconds, "zh"), 0
    for unit, worth in (("天", 86400), ("小时", 3600), ("分钟", 60), ("秒", 1)):
        head, found, tail = rest.partition(unit)
        if found:
            total, rest = total + chinese_number(head) * worth, tail

    assert (total, rest) == (seconds, "")


@given(st.integers(0, 10**9 - 1))
def test_a_duration_in_english_is_understood_as_the_same_seconds(seconds: int) -> None:
    worths, total, amount = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}, 0, ""
    for word in spoken_text(ReadAs.DURATION, seconds, "en").split():
        if word.removesuffix("s") in worths:
            total, amount = total + english_number(amount) * worths[word.removesuffix("s")], ""
        else:
            amount += f"{word} "

    assert (total, amount) == (seconds, "")


ANY_VALUE = st.one_of(
    st.tuples(st.just(ReadAs.MONEY), st.integers(-(10**15) + 1, 10**15 - 1)),
    st.tuples(st.just(ReadAs.NUMBER), st.integers(-(10**16) + 1, 10**16 - 1)),
    st.tuples(st.just(ReadAs.COUNT), st.integers(0, 10**16 - 1)),
    st.tuples(st.just(ReadAs.DIGITS), st.from_regex(r"[0-9]{1,64}", fullmatch=True)),
    st.tuples(
        st.just(ReadAs.DECIMAL), st.from_regex(r"[+-]?[0-9]{1,16}(\.[0-9]{1,16})?", fullmatch=True)
    ),
    st.tuples(st.just(ReadAs.DATE), st.dates()),
    st.tuples(st.just(ReadAs.TIME), st.times()),
    st.tuples(st.just(ReadAs.DURATION), st.integers(0, 10**9 - 1)),
)


@pytest.mark.parametrize("language", LANGUAGES)
@given(reading=ANY_VALUE)
def test_whatever_is_read_is_in_the_inventory_and_fits_a_prompt_list(
    language: str, reading: tuple[ReadAs, int | str | date | time]
) -> None:
    """A server's list of prompts ends below 4000 bytes; a path takes about 50."""
    kind, value = reading

    ids = read(kind, value, language)

    assert set(ids) <= set(inventory(language))
    assert len(ids) * 50 < 4000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fragment_of_the_inventory_is_really_read_somewhere(language: str) -> None:
    """A studio is not paid for words that nobody can hear."""
    numbers = [*range(1000), *(digit * 1000 for digit in range(10)), *(10**n for n in range(16))]
    readings: list[tuple[ReadAs, int | str | date | time]] = [
        *((ReadAs.NUMBER, number) for number in numbers),
        *((ReadAs.COUNT, number) for number in (2, 2000)),
        *((ReadAs.MONEY, cents) for cents in range(-1, 100)),
        *((ReadAs.DATE, date(1900, 1, 1) + timedelta(days)) for days in range(366)),
        *((ReadAs.TIME, time(m // 60, m % 60)) for m in range(1440)),
        *((ReadAs.DURATION, seconds) for seconds in (1, 2, 60, 120, 3600, 7200, 86400, 172800)),
        (ReadAs.DIGITS, "0123456789"),
        (ReadAs.DECIMAL, "-1.5"),
        (ReadAs.MONEY, 150),
    ]

    heard = {each for kind, value in readings for each in read(kind, value, language)}

    assert heard == set(inventory(language))


# Digits of few sorts, since it is zeros beside others that make a reading long.
LONG_NUMBERS = st.text("0139", min_size=1, max_size=15).map(int)
HELD = {
    Held.MONEY: LONG_NUMBERS.map(lambda value: -value),
    Held.NUMBER: LONG_NUMBERS.map(lambda value: -value),
    Held.DECIMAL: st.tuples(LONG_NUMBERS, st.text("0139", min_size=1, max_size=15)).map(
        lambda parts: f"-{parts[0]}.{parts[1]}"
    ),
    Held.DIGITS: st.text("0123456789", min_size=1, max_size=64),
    Held.DATE: st.dates(date(1000, 1, 1)).map(lambda day: int(day.strftime("%Y%m%d"))),
    Held.TIME: st.integers(0, 1439),
    Held.DATETIME: st.integers(0, 4 * 10**9),
    Held.DURATION: st.integers(0, 10**9 - 1),
    Held.TEXT: st.text(),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Held, ids=lambda kind: kind.value)
@given(data=st.data())
@settings(max_examples=300)
def test_no_value_is_longer_than_the_longest_that_servers_are_told(
    kind: Held, language: str, data: st.DataObject
) -> None:
    value = data.draw(HELD[kind])
    assert len(read_out(kind, value, language)) <= most_sounds(kind, language)
