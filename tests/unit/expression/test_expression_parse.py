"""What may be written in an expression, and what each mistake is told."""

from __future__ import annotations

import pytest

from flowc.diagnostics.model import Diagnostic, Reporter
from flowc.expression.parse import parse_expression, parse_type
from flowc.expression.tree import Binary, Expression, Field, IsSet, Items, Literal, Name, Not
from flowc.expression.types import ListOf, Record, Scalar, Secret, Type
from flowc.source import NOWHERE, Source

SERVICE = Record("Service", (("name", Scalar.TEXT), ("balance", Scalar.MONEY)))


def read(text: str, before: str = "when: '") -> tuple[Expression | None, list[Diagnostic]]:
    source = Source("a.flow.yaml", before + text + "'")
    report = Reporter()
    tree = parse_expression(text, source.span(len(before), len(before) + len(text)), report)
    return tree, list(report)


def the_finding(text: str) -> Diagnostic:
    tree, (finding, *more) = read(text)
    assert tree is None
    assert not more
    return finding


@pytest.mark.parametrize(
    ("text", "value", "type_"),
    [
        ("12", 12, Scalar.INT),
        ("-12", -12, Scalar.INT),
        ("12.50", "12.50", Scalar.DECIMAL),
        ("-0.5", "-0.5", Scalar.DECIMAL),
        ('"0571"', "0571", Scalar.TEXT),
        ("'it\\'s'", "it's", Scalar.TEXT),
        ('"C:\\\\d"', "C:\\d", Scalar.TEXT),
        ("true", 1, Scalar.BOOL),
        ("no", 0, Scalar.BOOL),
        ("2026-11-24", 20261124, Scalar.DATE),
        ("2026-1-4", 20260104, Scalar.DATE),
        ("17:30", 1050, Scalar.TIME),
        ("30s", 30, Scalar.DURATION),
        ("5m", 300, Scalar.DURATION),
        ("2h", 7200, Scalar.DURATION),
        ("1970-01-02T08:00+08:00", 86_400, Scalar.DATETIME),
    ],
)
def test_a_constant_is_held_as_its_type_says(text: str, value: int | str, type_: Scalar) -> None:
    tree, findings = read(text)
    assert not findings
    assert isinstance(tree, Literal)
    assert (tree.value, tree.type) == (value, type_)


def test_not_binds_weaker_than_a_comparison_and_stronger_than_and() -> None:
    tree, _ = read("not a == 1 and b")
    match tree:
        case Binary("and", Not(Binary("==", Name("a"), Literal(1))), Name("b")):
            pass
        case _:
            pytest.fail(repr(tree))


def test_times_binds_stronger_than_plus_and_both_go_from_the_left() -> None:
    tree, _ = read("1 - 2 * 3 - 4")
    match tree:
        case Binary("-", Binary("-", Literal(1), Binary("*", Literal(2), Literal(3))), Literal(4)):
            pass
        case _:
            pytest.fail(repr(tree))


def test_words_of_the_language_may_be_names_of_fields() -> None:
    tree, findings = read("a.in.is.set is not set")
    assert not findings
    match tree:
        case Not(IsSet(Field(Field(Field(Name("a"), "in"), "is"), "set"))):
            pass
        case _:
            pytest.fail(repr(tree))


def test_one_value_in_brackets_after_in_is_still_a_choice() -> None:
    tree, _ = read("x not in (1)")
    match tree:
        case Not(Binary("in", Name("x"), Items((Literal(1),)))):
            pass
        case _:
            pytest.fail(repr(tree))


def test_each_part_knows_where_in_the_file_it_stands() -> None:
    tree, _ = read("(a + today()) > b.c")
    assert isinstance(tree, Binary)
    assert tree.span.text == "(a + today()) > b.c"
    assert isinstance(tree.left, Binary)
    assert tree.left.span.text == "a + today()"
    assert tree.left.right.span.text == "today()"
    assert tree.right.span.text == "b.c"


@pytest.mark.parametrize(
    ("text", "number", "under"),
    [
        ("", "F0301", ""),
        (" \t ", "F0301", " \t "),
        ("a == \x00", "F0307", "\x00"),
        ("a == 'b\x00'", "F0307", "\x00"),
        ("a\u00a0== 1", "F0307", "\u00a0"),
        ("余额 < 0", "F0307", "余额"),
        ("a / 2", "F0307", "/"),
        ("a == 'b", "F0306", "'"),
        ("a AND b", "F0308", "AND"),
        ("9**9", "F0308", "*"),
        ("a b", "F0308", "b"),
        ("a ==", "F0309", "="),
        ("a and", "F0309", "and"),
        ("(a", "F0310", "("),
        ("a)", "F0310", ")"),
        ("1 < a < 3", "F0311", "<"),
        ("a == 0571", "F0312", "0571"),
        ("2026-02-30", "F0313", "2026-02-30"),
        ("24:00", "F0313", "24:00"),
        ("2026-01-01T25:00Z", "F0313", "2026-01-01T25:00Z"),
        ("1234567890123456", "F0314", "1234567890123456"),
        ("99999999999999h", "F0314", "99999999999999h"),
        ("a in 1", "F0347", "1"),
        ("a in b + 1", "F0308", "+"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, number: str, under: str) -> None:
    finding = the_finding(text)
    assert (finding.code.number, finding.span.text) == (number, under)


@pytest.mark.parametrize(
    ("text", "number", "fix"),
    [
        ("a = 1", "F0305", "=="),
        ("a && b", "F0305", "and"),
        ("a || b", "F0305", "or"),
        ("!a", "F0305", "not"),
        ("a <> b", "F0305", "!="),
        ("a ≥ b", "F0305", ">="),
        ("a ＝ 1", "F0304", "=="),
        ("a ＜＝ 1", "F0304", "<="),
        ("a == １２", "F0304", "12"),
        ("len（a)", "F0304", "("),
        ("a in (1，2)", "F0304", ","),
        ("a == “宽带，电视”", "F0304", '"宽带，电视"'),
        ("a　== 1", "F0304", " "),
    ],
)
def test_a_mark_of_another_keyboard_or_language_is_answered_with_the_right_one(
    text: str, number: str, fix: str
) -> None:
    finding = the_finding(text)
    assert finding.code.number == number
    assert finding.help("en") == f"write `{fix}`"


def test_full_width_marks_inside_a_text_are_right() -> None:
    tree, findings = read('a == "宽带，（电视）＝"')
    assert tree is not None
    assert not findings


def test_all_stray_marks_are_told_at_once() -> None:
    _, findings = read("(a = 1) && !b")
    assert [finding.span.text for finding in findings] == ["=", "&&", "!"]


@pytest.mark.parametrize("text", ["(" * 60 + "a" + ")" * 60, "not " * 60 + "a", "1" + "+1" * 60])
def test_nesting_past_fifty_levels_is_a_finding(text: str) -> None:
    assert the_finding(text).code.number == "F0303"


def test_an_expression_past_two_thousand_characters_is_a_finding() -> None:
    assert the_finding("a" * 2001).code.number == "F0302"
    assert read("a" * 2000)[0] is not None


def read_type(text: str) -> tuple[Type | None, list[str]]:
    report = Reporter()
    type_ = parse_type(text, Source("s", text).span(0, len(text)), {"Service": SERVICE}, report)
    return type_, [finding.code.number for finding in report]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("digits", Scalar.DIGITS),
        (" Service ", SERVICE),
        ("list[Service, 8]", ListOf(SERVICE, 8)),
        ("list[text,100]", ListOf(Scalar.TEXT, 100)),
        ("secret[digits]", Secret(Scalar.DIGITS)),
    ],
)
def test_a_type_is_read_as_written(text: str, type_: Type) -> None:
    assert read_type(text) == (type_, [])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", "F0320"),
        ("string", "F0320"),
        ("secret[Service]", "F0320"),
        ("secret[digits, 3]", "F0320"),
        ("digits[3]", "F0320"),
        ("list[list[int, 2], 3]", "F0320"),
        ("x" * 5000, "F0320"),
        ("list", "F0321"),
        ("list[text]", "F0321"),
        ("list[text, 0]", "F0321"),
        ("list[text, 101]", "F0321"),
        ("list[text, ８]", "F0321"),
    ],
)
def test_an_unusable_type_is_a_finding(text: str, number: str) -> None:
    assert read_type(text) == (None, [number])


def test_a_type_of_another_language_is_answered_with_ours() -> None:
    report = Reporter()
    parse_type("string", NOWHERE, {}, report)
    assert [finding.help("en") for finding in report] == ["write `text`"]
