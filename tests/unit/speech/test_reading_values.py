"""The readings that a caller hears, example by example."""

from datetime import date, time

import pytest

from flowc.speech.readers import (
    Fragment,
    Manner,
    ReadAs,
    UnknownLanguageError,
    UnreadableError,
    digit_fragments,
    fragments,
    inventory,
    read,
    spoken_text,
)
from flowc.speech.readers.model import Value

CHINESE = [
    (ReadAs.MONEY, 1250, "十二元五角"),
    (ReadAs.MONEY, 1205, "十二元零五分"),
    (ReadAs.MONEY, 1255, "十二元五角五分"),
    (ReadAs.MONEY, 0, "零元"),
    (ReadAs.MONEY, 50, "五角"),
    (ReadAs.MONEY, 5, "五分"),
    (ReadAs.MONEY, -1250, "负十二元五角"),
    (ReadAs.MONEY, 10001000, "十万零一十元"),
    (ReadAs.MONEY, 11500, "一百一十五元"),
    (ReadAs.MONEY, 10**14, "一万亿元"),
    (ReadAs.NUMBER, 10, "十"),
    (ReadAs.NUMBER, 100_001_000, "一亿零一千"),
    (ReadAs.NUMBER, -2, "负二"),
    (ReadAs.COUNT, 2, "两"),
    (ReadAs.COUNT, 12, "十二"),
    (ReadAs.COUNT, 200, "二百"),
    (ReadAs.COUNT, 2200, "两千二百"),
    (ReadAs.COUNT, 22000, "两万二千"),
    (ReadAs.DECIMAL, "-12.50", "负十二点五零"),
    (ReadAs.DECIMAL, "007", "七"),
    (ReadAs.DIGITS, "13800138000", "幺三八零零幺三八零零零"),
    (ReadAs.DATE, date(2026, 11, 24), "二零二六年十一月二十四日"),
    (ReadAs.TIME, time(17, 30), "十七点三十分"),
    (ReadAs.TIME, time(10, 5), "十点零五分"),
    (ReadAs.TIME, time(2, 0, 59), "两点整"),
    (ReadAs.DURATION, 0, "零秒"),
    (ReadAs.DURATION, 7320, "两小时两分钟"),
    (ReadAs.DURATION, 90061, "一天一小时一分钟一秒"),
]
ENGLISH = [
    (ReadAs.MONEY, 1250, "twelve yuan and fifty fen"),
    (ReadAs.MONEY, 50, "fifty fen"),
    (ReadAs.MONEY, -100, "minus one yuan"),
    (ReadAs.NUMBER, 1105, "one thousand one hundred five"),
    (ReadAs.DECIMAL, "12.50", "twelve point five zero"),
    (ReadAs.DIGITS, "110", "one one zero"),
    (ReadAs.DATE, date(2026, 11, 24), "November twenty-fourth twenty twenty-six"),
    (ReadAs.DATE, date(2005, 2, 12), "February twelfth two thousand five"),
    (ReadAs.DATE, date(1905, 3, 30), "March thirtieth nineteen oh five"),
    (ReadAs.DATE, date(1900, 1, 1), "January first nineteen hundred"),
    (ReadAs.TIME, time(17, 30), "five thirty p.m."),
    (ReadAs.TIME, time(0, 5), "twelve oh five a.m."),
    (ReadAs.TIME, time(12, 0), "noon"),
    (ReadAs.DURATION, 3660, "one hour one minute"),
    (ReadAs.DURATION, 7325, "two hours two minutes five seconds"),
]


@pytest.mark.parametrize(("kind", "value", "words"), CHINESE, ids=str)
def test_a_value_is_read_in_chinese_as_people_say_it(
    kind: ReadAs, value: Value, words: str
) -> None:
    assert spoken_text(kind, value, "zh") == words


@pytest.mark.parametrize(("kind", "value", "words"), ENGLISH, ids=str)
def test_a_value_is_read_in_english_as_people_say_it(
    kind: ReadAs, value: Value, words: str
) -> None:
    assert spoken_text(kind, value, "en") == words


def test_twelve_yuan_fifty_takes_three_recordings() -> None:
    """Few and large fragments: every seam between two of them is heard."""
    assert read(ReadAs.MONEY, 1250, "zh") == ("n12", "yuan", "jiao_5")


@pytest.mark.parametrize(
    ("kind", "value", "ids"),
    [
        (ReadAs.MONEY, 100, ("one_yuan",)),
        (ReadAs.NUMBER, 10_000, ("one_wan",)),
        (ReadAs.DURATION, 3600, ("one_hours",)),
        (ReadAs.MONEY, 10100, ("hundred_1", "n0", "n1", "yuan")),
    ],
)
def test_a_one_and_its_unit_are_one_recording_since_its_tone_changes(
    kind: ReadAs, value: int, ids: tuple[str, ...]
) -> None:
    assert read(kind, value, "zh") == ids


def test_a_one_among_digits_is_yi_where_the_project_wishes() -> None:
    assert spoken_text(ReadAs.DIGITS, "110", "zh", Manner(yao=False)) == "一一零"


def test_a_date_may_be_read_without_its_year() -> None:
    day = date(2026, 11, 24)

    assert spoken_text(ReadAs.DATE, day, "zh", Manner(year=False)) == "十一月二十四日"
    assert spoken_text(ReadAs.DATE, day, "en", Manner(year=False)) == "November twenty-fourth"


@pytest.mark.parametrize("language", ["zh", "en", "zh-yue"])
@pytest.mark.parametrize("manner", [Manner(), Manner(yao=False)])
def test_digits_spelled_by_a_server_are_those_the_reader_says(
    language: str, manner: Manner
) -> None:
    table = digit_fragments(language, manner)

    for digit in "0123456789":
        assert read(ReadAs.DIGITS, digit, language, manner) == (table[digit],)


@pytest.mark.parametrize("language", ["zh-yue", "zh-CN", "ZH_hk", "zh-yue-hant"])
def test_a_dialect_falls_back_to_its_language(language: str) -> None:
    assert inventory(language) == inventory("zh")


@pytest.mark.parametrize("language", ["fr", "", "zhx", "-", "x-zh"])
def test_an_unknown_language_is_a_lookup_error_that_names_the_known_ones(language: str) -> None:
    with pytest.raises(LookupError, match="zh, en") as caught:
        read(ReadAs.NUMBER, 1, language)

    assert isinstance(caught.value, UnknownLanguageError)
    assert caught.value.language == language


UNREADABLE: list[tuple[ReadAs, Value]] = [
    (ReadAs.MONEY, 10**15),
    (ReadAs.MONEY, True),
    (ReadAs.MONEY, "12.50"),
    (ReadAs.NUMBER, 10**16),
    (ReadAs.COUNT, -1),
    (ReadAs.DURATION, -1),
    (ReadAs.DECIMAL, "1e5"),
    (ReadAs.DECIMAL, "NaN"),
    (ReadAs.DECIMAL, "1" * 17),
    (ReadAs.DECIMAL, "٣.٥"),
    (ReadAs.DECIMAL, "1.5\n"),
    (ReadAs.DIGITS, ""),
    (ReadAs.DIGITS, "12a"),
    (ReadAs.DIGITS, "１２"),
    (ReadAs.DIGITS, "1" * 65),
    (ReadAs.DIGITS, "1\n"),
    (ReadAs.DATE, "2026-11-24"),
    (ReadAs.TIME, 600),
]


@pytest.mark.parametrize(("kind", "value"), UNREADABLE, ids=repr)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_value_of_the_wrong_form_is_refused_in_one_short_sentence(
    kind: ReadAs, value: Value, language: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(kind, value, language)

    assert str(caught.value).startswith("expected ")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 140


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_fragments_bear_one_id(language: str) -> None:
    ids = [each.id for each in fragments(language)]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("bad", ["", "a/b", "../x", "A", "a" * 65, "十", "a.b", "a\n"])
def test_a_fragment_id_is_always_a_safe_file_name(bad: str) -> None:
    with pytest.raises(ValueError, match="no fragment id"):
        Fragment(bad, "x")
