"""Bytes to text."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.diagnostics.model import Reporter
from flowc.source import Source
from flowc.syntax.read_source import LARGEST, decode, read_source


def _decoded(data: bytes) -> tuple[Source | None, list[str]]:
    report = Reporter()
    source = decode(data, "flows/a.flow.yaml", report)
    return source, [found.code.number for found in report]


def test_utf8_is_read_as_it_stands_with_either_line_end() -> None:
    source, found = _decoded("prompt: 您好😀\r\nto: a\n".encode())
    assert source is not None
    assert source.text == "prompt: 您好😀\r\nto: a\n"
    assert source.line(1) == "prompt: 您好😀"
    assert found == []


def test_a_byte_order_mark_is_left_out_so_that_the_first_letter_is_at_offset_0() -> None:
    source, found = _decoded("\ufeff流程: a\n".encode())
    assert source is not None
    assert source.text == "流程: a\n"
    assert found == ["F0104"]


def test_a_gbk_file_is_named_as_gbk_at_its_first_chinese_text() -> None:
    report = Reporter()
    assert decode("flow: a\nprompt: 您好，请按一\n".encode("gbk"), "x", report) is None
    (found,) = report
    assert found.code.number == "F0102"
    assert found.span.text == "您好，请按一"
    assert "iconv" in (found.help("zh") or "")


@pytest.mark.parametrize(
    ("data", "guess"),
    [
        ("您好，请按一".encode()[:-1], "?"),
        ("流程: 您好".encode("utf-16"), "UTF-16"),
        (b"flow: a\xff\x00", "NUL"),
        (b"caf\xe9 ol\xe9 \xe0\n", "?"),
    ],
)
def test_damaged_utf8_and_other_encodings_are_not_taken_for_gbk(data: bytes, guess: str) -> None:
    report = Reporter()
    assert decode(data, "x", report) is None
    (found,) = report
    assert found.code.number == "F0103"
    assert found.label("en").endswith(guess)


@pytest.mark.parametrize(
    ("character", "code"),
    [(c, "F0105") for c in "\0\x07\x0b\x0c\x1b\x7f\x80\x9f\uffff"]
    + [(c, "F0106") for c in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
    + [(c, "F0107") for c in "\u200b\u2060\ufeff\u00ad"]
    + [(c, "F0108") for c in "\x85\u2028\u2029\r"],
)
def test_a_character_that_deceives_is_refused_where_it_stands(character: str, code: str) -> None:
    report = Reporter()
    assert decode(f"名: a{character}b\n".encode(), "x", report) is None
    (found,) = report
    assert (found.code.number, found.span.start) == (code, 4)
    assert f"U+{ord(character):04X}" in found.label("zh")


def test_all_deceiving_characters_are_reported_at_once_up_to_a_hundred() -> None:
    assert len(_decoded(b"\0\0\x1b")[1]) == 3
    assert len(_decoded((b"name: value # \0 and so on\n") * 500)[1]) == 100


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0", "Excel"),
        (b"PK\x03\x04", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)), "bytes"),
        (b"\0" * 500, "bytes"),
    ],
)
def test_what_is_no_text_is_told_once_as_such(data: bytes, kind: str) -> None:
    report = Reporter()
    assert decode(data, "flows/a.flow.yaml", report) is None
    (found,) = report
    assert found.code.number == "F0124"
    assert kind in found.label("en")
    assert found.span.source.text == ""


def test_a_file_may_have_a_million_bytes_and_no_more(tmp_path: Path) -> None:
    assert _decoded(b"a" * LARGEST)[0] is not None
    assert _decoded(b"a" * (LARGEST + 1)) == (None, ["F0109"])
    path = tmp_path / "x"
    path.write_bytes(b"a" * (LARGEST + 7))
    report = Reporter()
    assert read_source(path, "x", report) is None
    assert [found.label("en") for found in report] == ["1000007 bytes, the limit is 1000000"]


def test_what_cannot_be_opened_is_a_finding(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path, Path("a\0b")):
        report = Reporter()
        assert read_source(path, "none", report) is None
        assert [found.code.number for found in report] == ["F0101"]
