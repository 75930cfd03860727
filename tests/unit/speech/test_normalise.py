"""Figures in free text are written as they are spoken."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.speech.normalise import normalise

CHINESE = {
    "有效期至2026-11-24。": "有效期至二零二六年十一月二十四日。",
    "2026年11月24日 10:05": "二零二六年十一月二十四日 十点零五分",
    "营业时间8:30-17:30": "营业时间八点三十分至十七点三十分",
    "零点24:00": "零点二十四点整",
    "￥23.50": "二十三元五角",
    "23.50元": "二十三元五角",
    "２３元": "二十三元",
    "1,234.50元": "一千二百三十四元五角",
    "余额-12.50元": "余额负十二元五角",
    "10元-20元": "十元-二十元",
    "￥3.5万": "三点五万元",
    "手机13800138000": "手机幺三八零零幺三八零零零",
    "请拨0750-3285028": "请拨零七五零，三二八五零二八",
    "热线3285028": "热线三二八五零二八",
    "拨打10086": "拨打幺零零八六",
    "编号8位": "编号八位",
    "2024年": "二零二四年",
    "满2年": "满两年",
    "2个，2年级": "两个，二年级",
    "等待3-5天": "等待三到五天",
    "50%": "百分之五十",
    "-5度": "负五度",
    "按1键": "按一键",
    "请按#键或*号键": "请按井号键或星号键",
    "5G网络": "5G网络",
    "密码0012": "密码零零幺二",
    "感谢来电，再见。": "感谢来电，再见。",
}
ENGLISH = {
    "Due 2026-11-24 at 10:05.": "Due November twenty-fourth twenty twenty-six at ten oh five a.m.",
    "open 8:30-17:30": "open eight thirty a.m. to five thirty p.m.",
    "at 8:30 pm": "at eight thirty p.m.",
    "at 12:15 am": "at twelve fifteen a.m.",
    "¥23.50 left": "twenty-three yuan and fifty fen left",
    "23.50 yuan": "twenty-three yuan and fifty fen",
    "call 10086": "call one zero zero eight six",
    "13800138000": "one three eight zero zero one three eight zero zero zero",
    "press # or *": "press pound or star",
    "minus -12.5": "minus minus twelve point five",
    "50% off": "fifty percent off",
    "press 1": "press 1",
}


@pytest.mark.parametrize(("text", "spoken"), CHINESE.items(), ids=CHINESE)
def test_a_figure_in_a_chinese_text_is_written_as_it_is_said(text: str, spoken: str) -> None:
    assert normalise(text, "zh") == spoken


@pytest.mark.parametrize(("text", "spoken"), ENGLISH.items(), ids=ENGLISH)
def test_a_figure_in_an_english_text_is_written_as_it_is_said(text: str, spoken: str) -> None:
    assert normalise(text, "en") == spoken


def test_a_day_that_does_not_exist_is_not_taken_for_a_date() -> None:
    assert "月" not in normalise("2026-13-45", "zh")


def test_a_language_without_a_reader_keeps_its_text() -> None:
    assert normalise("le 2026-11-24", "fr") == "le 2026-11-24"


FIGURES = st.text("0123456789.,:-/%#*￥元年月日个 A万+（）至号", max_size=40)


@given(FIGURES, st.sampled_from(["zh", "en"]))
def test_any_jumble_of_figures_is_taken_without_complaint_and_only_once(
    text: str, language: str
) -> None:
    once = normalise(text, language)

    assert normalise(once, language) == once


@pytest.mark.parametrize("piece", ["1", "1,", "1-", "1:", "1.", "-", "￥", "1 ", "12-", "0750-"])
def test_a_long_hostile_text_takes_no_time(piece: str) -> None:
    started = time.process_time()

    normalise(piece * 2000, "zh")
    normalise(piece * 2000, "en")

    assert time.process_time() - started < 1
