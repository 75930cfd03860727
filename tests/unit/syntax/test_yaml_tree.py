"""YAML to a tree: what is read, where it stood, and what is refused."""

from __future__ import annotations

import time

import pytest

from flowc.diagnostics.model import Diagnostic, Reporter
from flowc.source import Source
from flowc.syntax.read_yaml import MOST_VALUES, read_yaml
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree


def _read(text: str) -> tuple[Tree | None, tuple[Diagnostic, ...]]:
    report = Reporter()
    return read_yaml(Source("x.flow.yaml", text), report), report.sorted


def _codes(text: str) -> list[str]:
    return [found.code.number for found in _read(text)[1]]


def _mapping(text: str) -> Mapping:
    tree, found = _read(text)
    assert isinstance(tree, Mapping)
    assert found == ()
    return tree


def _value(text: str) -> Scalar:
    value = _mapping(text).entries[0].value
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    "text",
    ["0012", "12:30", "no", "on", "+8613800138000", "0571", "1e3", "~", "null", "0x1F", "1_000"],
)
def test_a_value_stays_the_letters_that_were_written(text: str) -> None:
    value = _value(f"a: {text}\n")
    assert (value.text, value.span.text, value.quoted) == (text, text, False)


def test_nothing_written_is_an_empty_value_and_empty_quotes_are_not() -> None:
    assert _value("a:\n").is_empty
    assert not _value('a: ""\n').is_empty


@pytest.mark.parametrize("written", ['"您好😀，请按一"', "'您好😀，请按一'"])
def test_the_span_of_a_quoted_text_lies_between_its_quotes(written: str) -> None:
    value = _value(f"提示: {written}\n")
    assert value.span.text == value.text == "您好😀，请按一"
    assert value.quoted


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"a\\n b"', "a\n b"),
        ("'it''s'", "it's"),
        ("|\n    一\n    二\n", "一\n二\n"),
        (">-\n    一\n    二\n\n", "一 二"),
        ('"一\n  二"', "一 二"),
    ],
)
def test_where_offsets_do_not_match_the_span_covers_all_that_was_written(
    written: str, text: str
) -> None:
    value = _value(f"a: {written}\n")
    assert value.text == text
    assert value.span.text == written.rstrip()
    assert value.quoted


def test_spans_count_characters_also_behind_chinese_and_beyond_the_basic_plane() -> None:
    tree = _mapping("一: 😀😀\n二: {三: 您好, 四: [五, 六]}\n")
    inner = tree.get("二")
    assert isinstance(inner, Mapping)
    assert inner.span.text == "{三: 您好, 四: [五, 六]}"
    four = inner.get("四")
    assert isinstance(four, Sequence)
    assert [item.span.text for item in four] == ["五", "六"]
    assert str(four.items[1].span) == "x.flow.yaml:2:19"


def test_a_block_ends_with_its_last_value_not_with_the_blank_lines_behind_it() -> None:
    tree = _mapping('a:\n  b: "x"\n\n\nc:\n- d\n- e\n\n# end\n')
    assert [entry.value.span.text for entry in tree] == ['b: "x"', "- d\n- e"]


def test_a_key_written_twice_is_reported_with_its_first_place_and_the_first_is_kept() -> None:
    tree, (found,) = _read("a: 1\nb: 2\n'a': 3\na: 4\n"[:-5])
    assert found.code.number == "F0110"
    assert found.span.position.line == 3
    assert found.notes[0].span is not None
    assert found.notes[0].span.position.line == 1
    assert isinstance(tree, Mapping)
    assert [entry.key.text for entry in tree] == ["a", "b"]


def test_the_findings_of_a_file_come_all_at_once() -> None:
    text = "a: &x 1\nb: *x\n<<: {c: 1}\na: 2\nd: !t 请按 #号\n１: {name: 甲,乙}\n"
    assert _codes(text) == ["F0111", "F0112", "F0114", "F0110", "F0113", "F0130", "F0144", "F0135"]


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    started = time.perf_counter()
    tree, found = _read("\n".join(lines))
    assert tree is None
    assert {one.code.number for one in found} == {"F0111", "F0112"}
    assert time.perf_counter() - started < 1


def test_depth_and_number_of_values_are_bounded() -> None:
    assert _codes("[" * 50 + "]" * 50) == []
    assert _codes("[" * 51 + "]" * 51) == ["F0116"]
    assert _codes("[" * 500_000) == ["F0116"]
    assert _codes("- x\n" * (MOST_VALUES - 1)) == []
    assert _codes("- x\n" * MOST_VALUES) == ["F0117"]


def test_a_comment_behind_a_value_is_a_comment() -> None:
    assert (
        _codes('a: b # c\nlength: 8 # digits\nt: 您好  # 两格\n# 整行\nq: "您好" # 引号后\n') == []
    )


@pytest.mark.parametrize("text", ["请按 #号键", "press 1 #2", "8001 #", "请 # 号"])
def test_a_text_cut_by_a_hash_is_reported_with_all_that_is_lost(text: str) -> None:
    _, (found,) = _read(f"a: {text}\nb: c\n")
    assert found.code.number == "F0130"
    assert found.span.text == text[text.index("#") :]


def test_full_width_marks_inside_a_text_are_right() -> None:
    text = (
        "a: 您好，请按１或＃键：“人工”、【报修】（二十四小时）｛｝\n"
        "b: {name: 宽带，电视, to: c}\n"
        "c: [请输入编号，按井号键, 请再输入：一次]\n"
        'd: "１２"\n'
        "e: |\n  length：８\n  \tx\n  #: 井号\n"
        "f: 一行\n  vip：两行\n"
        "# 注释：１ \t #:\n"
    )
    assert _codes(text) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a: １２\n", ["F0144"]),
        ("at: １２：３０\n", ["F0144"]),
        ("press: ８００＃\n", ["F0144"]),
        ("＊: back\n", ["F0144"]),
        ("a: [zh，en]\n", ["F0145"]),
        ("a: [“x”，“y”]\n", ["F0142"]),
        ("a: ｛x｝\n", ["F0143"]),
        ("prompt：请\nlength：8\n", ["F0141", "F0141"]),
        ("a: {name：甲, to：x}\n", ["F0141", "F0141"]),
        ("a:\u00a0b\nc: d\n", ["F0140"]),
        ("a: [按1,按2]\n", ["F0136"]),
        ("a: [zh,en]\n", []),
        ("a: {name:甲, to:x}\n", ["F0156", "F0156"]),
        ("a: *750x\n", ["F0132"]),
        ("a: {0: p, #: s}\n", ["F0131"]),
        ("a: [请按 #, b]\n", ["F0130"]),
        ("a: x\n  b: y\n", ["F0151"]),
        ("- [x]您好\n", ["F0138"]),
        ("a: {account}\n", ["F0138"]),
        ("a: {b: x}}\n", ["F0134"]),
        ("a: [x,\n", ["F0153"]),
        ("steps: [press: #]\n", ["F0130"]),
        ("a: {press: #}\n", ["F0130"]),
        ("a: [x, # more below\n", ["F0153"]),
        ('a: "x\nb: "y"\nc: 2\n', ["F0150"]),
        ("\tb: 1\n\tc：2\n", ["F0139", "F0139"]),
        ('a: "\\0"\n', ["F0105"]),
        ("a: 1\n---\nb: @c\n", ["F0115"]),
        ("", ["F0120"]),
        ("---\n", ["F0120"]),
    ],
)
def test_a_slip_gives_its_own_finding_and_no_other(text: str, codes: list[str]) -> None:
    assert _codes(text) == codes


def test_what_can_be_repaired_is_read_as_it_was_meant() -> None:
    tree, _ = _read("１: {name: 宽带,电视, to: tv}\n2: {account}\n3: ８\n")
    assert isinstance(tree, Mapping)
    assert [entry.key.text for entry in tree] == ["1", "2", "3"]
    first, second, third = (entry.value for entry in tree)
    assert isinstance(first, Mapping)
    assert [entry.key.text for entry in first] == ["name", "to"]
    assert isinstance(second, Scalar)
    assert second.text == "{account}"
    assert isinstance(third, Scalar)
    assert (third.text, third.span.text) == ("8", "８")


def test_a_source_that_did_not_come_through_decode_is_refused_too() -> None:
    assert _codes("a: \0\n") == ["F0105"]
    assert _codes("a: \ud800\n") == ["F0105"]
