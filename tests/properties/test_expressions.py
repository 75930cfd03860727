"""What holds of every expression: text and tree agree, values agree with Python's, nothing breaks."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.diagnostics.model import Reporter
from flowc.expression.check import Binding, Scope, check, is_native, reads
from flowc.expression.evaluate import TooLarge, evaluate
from flowc.expression.parse import KEYWORDS, parse_expression, parse_type
from flowc.expression.render import expression_text
from flowc.expression.tree import (
    Binary,
    Call,
    Conditional,
    Expression,
    Field,
    IsSet,
    Items,
    Literal,
    Name,
    Not,
)
from flowc.expression.types import Record, Scalar
from flowc.source import NOWHERE, Source


def bare(tree: Any) -> Any:
    """The tree without its places."""
    if isinstance(tree, tuple):
        return tuple(bare(part) for part in tree)
    if not is_dataclass(tree) or isinstance(tree, type):
        return tree
    parts = {f.name: bare(getattr(tree, f.name)) for f in fields(tree) if f.name != "span"}
    return replace(tree, **parts, span=NOWHERE)


def parse(text: str) -> tuple[Expression | None, Reporter]:
    report = Reporter()
    return parse_expression(text, Source("a", text).span(0, len(text)), report), report


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True).filter(lambda n: n not in KEYWORDS)
FIELDS = st.from_regex(r"[a-z][a-z0-9_]{0,5}|0|[1-9][0-9]?", fullmatch=True)
CONSTANTS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1).map(lambda n: Literal(n, Scalar.INT)),
    st.from_regex(r"-?(0|[1-9][0-9]{0,8})\.[0-9]{1,4}", fullmatch=True).map(
        lambda text: Literal(text, Scalar.DECIMAL)
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8).map(
        lambda text: Literal(text, Scalar.TEXT)
    ),
    st.booleans().map(lambda true: Literal(int(true), Scalar.BOOL)),
    st.dates().map(lambda d: Literal(d.year * 10000 + d.month * 100 + d.day, Scalar.DATE)),
    st.integers(0, 1439).map(lambda minutes: Literal(minutes, Scalar.TIME)),
    st.integers(-100_000, 100_000).map(lambda seconds: Literal(seconds, Scalar.DURATION)),
    st.integers(-(10**9), 10**10).map(lambda seconds: Literal(seconds, Scalar.DATETIME)),
)


def _path(first: str, rest: list[str]) -> Expression:
    path: Expression = Name(first)
    for name in rest:
        path = Field(path, name)
    return path


PATHS = st.builds(_path, NAMES, st.lists(FIELDS, max_size=3))


def _larger(smaller: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*"])
    items = st.lists(smaller, min_size=1, max_size=3).map(lambda parts: Items(tuple(parts)))
    functions = st.sampled_from(["today", "len", "starts_with", "other"])
    return st.one_of(
        st.builds(Binary, operators, smaller, smaller),
        st.builds(lambda left, right: Binary("in", left, right), smaller, st.one_of(items, PATHS)),
        st.builds(Not, smaller),
        st.builds(IsSet, smaller),
        st.builds(Conditional, smaller, smaller, smaller),
        st.builds(Call, functions, st.lists(smaller, max_size=3).map(tuple)),
    )


TREES = st.recursive(st.one_of(CONSTANTS, PATHS), _larger, max_leaves=12)


@given(TREES)
def test_a_tree_written_and_read_again_is_the_same_tree(tree: Expression) -> None:
    again, report = parse(expression_text(tree))
    assert again is not None, (expression_text(tree), list(report))
    assert bare(again) == tree


# Whole numbers and truths over two variables, each beside the Python that it means.
SCOPE = Scope({"a": Binding("f.a", Scalar.INT), "b": Binding("f.b", Scalar.INT)})
NUMBER_TEXTS = st.recursive(
    st.one_of(st.sampled_from(["a", "b"]), st.integers(0, 10**6).map(str)),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner),
        st.builds("(-{})".format, inner),
    ),
    max_leaves=8,
)
COMPARED = st.builds(
    "{} {} {}".format,
    NUMBER_TEXTS,
    st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
    NUMBER_TEXTS,
)
AMONG = st.builds("{} in ({}, {})".format, NUMBER_TEXTS, NUMBER_TEXTS, NUMBER_TEXTS)
TRUTH_TEXTS = st.recursive(
    st.one_of(COMPARED, AMONG),
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("not ({})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    ),
    max_leaves=5,
)


class NoWorld:
    """A world that an expression over two numbers must not ask."""

    def today(self) -> int:
        raise AssertionError

    now = today

    def listed(self, value: str, name: str) -> bool:
        raise AssertionError(value, name)

    def flag(self, name: str) -> bool:
        raise AssertionError(name)


@given(TRUTH_TEXTS, st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_a_condition_has_the_value_that_python_gives_it(text: str, a: int, b: int) -> None:
    tree, report = parse(text)
    if tree is None:
        assert {found.code.number for found in report} <= {"F0302", "F0303"}
        return
    checked = check(tree, SCOPE, report, Scalar.BOOL)
    assert checked is not None, list(report)
    assert is_native(checked)
    assert reads(checked) <= {"f.a", "f.b"}
    try:
        value = evaluate(checked, {"f.a": a, "f.b": b}, NoWorld())
    except TooLarge:
        return
    assert value == int(eval(text, {"__builtins__": {}}, {"a": a, "b": b}))


@given(TRUTH_TEXTS)
def test_a_checked_tree_written_reads_back_and_checks_to_itself(text: str) -> None:
    tree, report = parse(text)
    checked = check(tree, SCOPE, report) if tree else None
    if checked is None:
        return
    flat = Scope({"f": Binding("f", _record())})
    again, report = parse(expression_text(checked))
    assert again is not None, list(report)
    assert bare(check(again, flat, report)) == bare(checked)


def _record() -> Any:
    return Record("f", (("a", Scalar.INT), ("b", Scalar.INT)))


MARKS = st.one_of(
    st.sampled_from(
        ["(", ")", '"', "'", "“", "，", "＝", "=", "!", "&&", ".", "..", "[", "\\", " "]
    ),
    st.sampled_from(["a", "lists.x", "in", "not", "is", "set", "if", "else", "-", "*", "<"]),
    st.sampled_from(["9", "0", "00", "9" * 40, "12:61", "2026-13-01", "5m", "1.", ".5"]),
    st.sampled_from(["\x00", "\n", "\u202e", "\ud800", "余", "１"]),
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), st.lists(MARKS, max_size=25).map("".join)))
def test_any_text_gives_a_tree_or_a_finding_and_never_an_exception(text: str) -> None:
    tree, report = parse(text)
    assert (tree is None) == report.has_errors
    if tree is not None:
        check(tree, SCOPE, report)
    for found in report:
        for language in ("en", "zh"):
            assert found.summary(language)
            assert found.label(language)
            found.help(language)
        assert 0 <= found.span.start <= found.span.end <= len(text)
    types = Reporter()
    assert (parse_type(text, NOWHERE, {}, types) is None) == types.has_errors


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "a" + ")" * 10_000,
        "(" * 900 + "a" + ")" * 900,
        "not " * 490 + "a",
        "-" * 1_900 + "a",
        "a if b else " * 160 + "c",
        "+".join("1" * 900),
        "a" + ".b" * 900,
        "(" * 2_000,
        ")" * 2_000,
        "9" * 2_000,
        "9**9**9",
        "\x00" * 100,
        "'" * 1_999,
        '"' + "\\" * 1_998,
        "a" * 1_000_000,
    ],
)
def test_hostile_text_is_a_finding_at_once(text: str) -> None:
    parse("a")
    began = process_time()
    tree, report = parse(text)
    assert tree is None
    assert report.has_errors
    assert process_time() - began < 1


def test_time_grows_with_the_length_and_not_with_its_square() -> None:
    def took(items: int) -> float:
        text = f"a in ({', '.join('b' for _ in range(items))})"
        best = 1e9
        for _ in range(5):
            began = process_time()
            tree, report = parse(text)
            assert tree is not None
            assert check(tree, SCOPE, report) is not None
            best = min(best, process_time() - began)
        return best

    took(10)
    # Four times the items: far from the sixteen times that squared time would take.
    assert took(640) < 8 * took(160)
