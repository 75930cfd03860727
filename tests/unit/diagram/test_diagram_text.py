"""Lines that fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowc.diagram.text import clean, units, wrap


def test_ideographs_wrap_at_fourteen() -> None:
    assert wrap("请输入您的八位客户编号并按井号键结束谢谢", 28, 3) == (
        "请输入您的八位客户编号并按井",
        "号键结束谢谢",
    )


def test_no_line_begins_with_a_full_stop() -> None:
    assert wrap("一二三四五六七八九十一二三四。五", 28, 3)[0].endswith("。")


def test_english_wraps_between_words() -> None:
    assert wrap("read out the balance of each service", 24, 3) == (
        "read out the balance",
        "of each service",
    )


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert wrap("一二三四五六七八九十", 6, 2) == ("一二三", "四五…")


@given(st.text(max_size=80), st.integers(6, 40), st.integers(1, 4))
def test_no_text_passes_its_width_and_lines(text: str, most: int, lines: int) -> None:
    """One mark of punctuation may hang over the end of a line."""
    wrapped = wrap(text, most, lines)

    assert 1 <= len(wrapped) <= lines
    assert all(units(line) <= most + 2 for line in wrapped)


@given(st.text(max_size=40))
def test_cleaned_text_may_stand_in_xml(text: str) -> None:
    cleaned = clean(text)

    cleaned.encode()
    assert all(c == "\n" or (c >= " " and c not in "\x7f\ufffe\uffff") for c in cleaned)
