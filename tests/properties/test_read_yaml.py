"""Whatever a file holds: reading never raises, both parsers agree, and writing is undone by reading."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from flowc.diagnostics.model import Diagnostic, Reporter
from flowc.diagnostics.render import render
from flowc.source import Source
from flowc.syntax.characters import REFUSED
from flowc.syntax.read_source import decode
from flowc.syntax.read_yaml import MakeParser, PurePython, compose, parser, read_yaml
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree
from flowc.syntax.write_yaml import Value, scalar_text, write_yaml

FLOW = """flow: balance                         # id
title: {zh: 余额查询, en: Balance}
nodes:
  ask_account:
    collect: account
    prompt: 请输入您的八位客户编号，按井号键结束。
    length: 6-10
    if_silent: ["请输入八位客户编号。", "没有听到您的按键。"]
    not_found: {say: 没有查到。, to: ask_account, at_most: 2, else: to_agent}
  read_out:
    say:
      - each: customer.services
        text: "您的{service.name}余额为{service.balance}。"
      - {when: customer.suspended, text: "已停机。"}
    note: |
      第一行
      第二行: # 不是注释
keys: {0: person, "*": back, 9: repeat, "#": skip}
"""
MARKS = [
    *"{}[],:#\"'|>&*!%@`?-\n\t 一：，“”｛｝１＃＊\u3000\\",
    *[": ", " #", "- ", "\n  ", "---\n", "<<", "#:", "*:", "&a ", "*a", "!t ", "|0"],
]

# Half of a pair is no character of a file; the rest is refused or kept.
texts = some.text(some.characters(exclude_categories=["Cs"])).filter(
    lambda text: REFUSED.search(text) is None
)
keys = texts.filter(lambda text: "\n" not in text and len(text) < 100 and text != "")


def _values() -> some.SearchStrategy[Value]:
    leaves: some.SearchStrategy[Value] = texts
    return some.recursive(
        leaves,
        lambda inner: some.lists(inner, max_size=4) | some.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )


@some.composite
def mutated(draw: some.DrawFn) -> str:
    """A right flow with a few marks put in, or parts taken out."""
    text = FLOW
    for _ in range(draw(some.integers(1, 5))):
        start = draw(some.integers(0, len(text)))
        end = start + draw(some.sampled_from([0, 0, 0, 1, 3, 20]))
        text = text[:start] + draw(some.sampled_from(["", *MARKS])) + text[end:]
    return text


def _composed(text: str, make: MakeParser) -> tuple[Tree | None, list[Diagnostic]]:
    report = Reporter()
    return compose(Source("x", text), make, report), list(report)


def _plain(tree: Tree) -> object:
    """A tree with the places of its words as offsets, to be compared over two readings."""
    match tree:
        case Scalar():
            return tree.text, tree.quoted, tree.span.start, tree.span.end
        case Sequence():
            return tree.span.start, tree.span.end, [_plain(item) for item in tree]
        case Mapping():
            return tree.span.start, tree.span.end, [(_plain(e.key), _plain(e.value)) for e in tree]


def _value(tree: Tree) -> Value:
    match tree:
        case Scalar():
            return tree.text
        case Sequence():
            return [_value(item) for item in tree]
        case Mapping():
            return {entry.key.text: _value(entry.value) for entry in tree}


def _check(text: str) -> None:
    tree, found = _composed(text, parser)
    for one in found:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        assert render(one, "zh")
        assert render(one, "en")
    assert tree is not None or any(one.is_error for one in found)
    if "?" in text:  # ends a word inside `{ }` for the parser in Python, and not for libyaml
        return
    pure, pure_found = _composed(text, PurePython)
    assert (tree is None) == (pure is None)
    if tree is not None and pure is not None:
        assert _plain(tree) == _plain(pure)
        assert [one.code for one in found] == [one.code for one in pure_found]


def test_the_right_flow_has_no_findings() -> None:
    tree, found = _composed(FLOW, parser)
    assert tree is not None
    assert found == []


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_a_flow_with_slips_is_read_or_refused_alike_by_both_parsers(text: str) -> None:
    _check(text)


@given(some.lists(some.sampled_from([*MARKS, "a", "b"]), min_size=1, max_size=16))
@settings(max_examples=500, deadline=None)
def test_any_heap_of_marks_is_read_or_refused_alike_by_both_parsers(marks: list[str]) -> None:
    _check("".join(marks) + "\n")


@given(some.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_a_tree_or_findings(data: bytes) -> None:
    report = Reporter()
    source = decode(data, "x", report)
    tree = read_yaml(source, report) if source else None
    assert tree is not None or report.has_errors


@given(texts)
@settings(max_examples=500, deadline=None)
def test_a_text_written_as_a_scalar_is_read_back(text: str) -> None:
    for form in ("a: {}\n", "- {}\n", "a: [{}, b]\n", "a: {{b: {}, c: d}}\n"):
        tree, found = _composed(form.format(scalar_text(text)), parser)
        assert found == []
        assert tree is not None
        assert text in str(_value(tree)) or repr(text)[1:-1] in str(_value(tree))


@given(_values())
@settings(max_examples=300, deadline=None)
def test_what_is_written_is_read_back_by_both_parsers(value: Value) -> None:
    written = write_yaml({"value": value})
    for make in (parser, PurePython):
        tree, found = _composed(written, make)
        assert found == []
        assert tree is not None
        wanted: object = {"value": [] if value == {} and isinstance(value, list) else value}
        assert _value(tree) == wanted
