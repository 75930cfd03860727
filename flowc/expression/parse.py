"""Text to expression tree, and the words of a type to a type.

Knows what may be written, not what it means: names are not looked up here. Whatever the text,
the answer is a tree or findings; depth is bounded before anything walks the tree by recursion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flowc.diagnostics.codes import expressions as codes
from flowc.diagnostics.model import Reporter, closest
from flowc.expression.literals import read_literal
from flowc.expression.scan import DEEPEST, LONGEST, Place, narrow, scan, visible
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
from flowc.expression.types import ListOf, Record, Scalar, Secret, Type
from flowc.source import Span

if TYPE_CHECKING:
    from lark import Lark, Token, Tree, UnexpectedInput, UnexpectedToken

MOST_ITEMS = 100
KEYWORDS = ("and", "or", "not", "in", "is", "set", "if", "else", "true", "false", "yes", "no")
_OTHER_TYPE_WORDS = {
    "string": "text",
    "str": "text",
    "integer": "int",
    "number": "int",
    "boolean": "bool",
    "float": "decimal",
    "amount": "money",
    "timestamp": "datetime",
}
_TYPE = re.compile(
    r"\s*(?P<head>\w+)\s*(?:\[\s*(?P<item>\w+)\s*(?:,\s*(?P<most>[^\],]*?)\s*)?\])?\s*"
)


def parse_expression(text: str, at: Span, report: Reporter) -> Expression | None:
    """The tree of an expression. `at` is where `text` itself stands, quotes left out."""
    from lark import UnexpectedInput

    place = Place(text, at, report)
    if not scan(place):
        return None
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as failure:
        _report_failure(failure, place)
        return None
    if _is_too_deep(tree):
        place.report(codes.TOO_DEEP, 0, len(text), most=DEEPEST)
        return None
    return _build(tree, place)


@cache
def _parser() -> Lark:
    from lark import Lark

    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        start="expression",
        parser="lalr",
        propagate_positions=True,
        maybe_placeholders=False,
    )


def _report_failure(failure: UnexpectedInput, place: Place) -> None:
    from lark import UnexpectedToken

    start = failure.pos_in_stream or 0
    if not isinstance(failure, UnexpectedToken):
        place.report(codes.MISPLACED, start, start + 1, found=visible(place.text[start]))
        return
    word = str(failure.token)
    if failure.token.type == "$END":
        end = len(place.text.rstrip())
        place.report(codes.ENDS_EARLY, _last_word(place.text, end), end)
    elif _is_second_comparison(failure):
        place.report(codes.CHAINED, start, start + len(word))
    elif failure.expected == {"LPAR", "NAME"}:  # what only `in` asks for
        place.report(codes.IN_WHAT, start, start + len(word))
    else:
        near = word.lower() if word != word.lower() in KEYWORDS else ""
        meant = {"closest": near} if near else {}
        place.report(codes.MISPLACED, start, start + len(word), found=word, **meant)


def _last_word(text: str, end: int) -> int:
    found = re.search(r"\w+$|\S$", text[:end])
    return found.start() if found else 0


def _is_second_comparison(failure: UnexpectedToken) -> bool:
    """A comparison where only `and` could go on: `a < b < c`."""
    return failure.token.type == "COMPARE" and "AND" in failure.expected


def _is_too_deep(tree: Tree[Token]) -> bool:
    """Measured level by level, without recursion: chains of operators or of fields count, too."""
    level = [tree]
    for _ in range(DEEPEST):
        if any(node.data == "path" and len(node.children) > DEEPEST for node in level):
            return True
        level = [child for node in level for child in node.children if not isinstance(child, str)]
        if not level:
            return False
    return True


def _build(tree: Tree[Token], place: Place) -> Expression:
    span = place.span(tree.meta.start_pos, tree.meta.end_pos)
    words = [child for child in tree.children if isinstance(child, str)]
    parts = tuple(_build(child, place) for child in tree.children if not isinstance(child, str))
    match tree.data:
        case "literal":
            return _literal(words[0], span)
        case "path":
            return _path(words, place)
        case "call":
            return Call(str(words[0]), parts, span)
        case "items":
            return Items(parts, span)
        case "conditional":
            then, condition, otherwise = parts
            return Conditional(condition, then, otherwise, span)
        case "minus":
            return _minus(parts[0], span)
        case "binary":
            return Binary(str(words[0]), parts[0], parts[1], span)
        case _:
            return _build_test(str(tree.data), parts, span)


def _build_test(rule: str, parts: tuple[Expression, ...], span: Span) -> Expression:
    match rule:
        case "negation":
            return Not(parts[0], span)
        case "not_in":
            return Not(Binary("in", parts[0], parts[1], span), span)
        case "is_set":
            return IsSet(parts[0], span)
        case "is_not_set":
            return Not(IsSet(parts[0], span), span)
        case _:
            raise AssertionError(rule)


def _literal(token: Token, span: Span) -> Literal:
    literal = read_literal(token.type, str(token), span)
    assert literal is not None, "the scan refuses every impossible constant"
    return literal


def _path(words: list[Token], place: Place) -> Expression:
    first, *rest = words
    start = first.start_pos or 0
    path: Expression = Name(str(first), place.span(start, start + len(first)))
    for step in rest:
        path = Field(path, str(step), place.span(start, (step.start_pos or 0) + len(step)))
    return path


def _minus(operand: Expression, span: Span) -> Expression:
    """`-5` is a constant; `-x` is `0 - x`."""
    match operand:
        case Literal(int(value), (Scalar.INT | Scalar.DURATION) as type_):
            return Literal(-value, type_, span)
        case Literal(str(value), Scalar.DECIMAL):
            changed = value[1:] if value.startswith("-") else f"-{value}"
            return Literal(changed, Scalar.DECIMAL, span)
        case _:
            return Binary("-", Literal(0, Scalar.INT, span), operand, span)


def parse_type(text: str, at: Span, records: Mapping[str, Record], report: Reporter) -> Type | None:
    """A type as written: `digits`, `Service`, `list[Service, 8]`, `secret[digits]`."""
    place = Place(text, at, report)
    found = _TYPE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        _report_unknown(text, 0, records, place)
        return None
    match found["head"], found["item"], found["most"]:
        case "list", str(item), most:
            return _list_type(item, most, found, records, place)
        case "secret", str(item), None:
            inner = _plain_type(item, found.start("item"), {}, place)
            return Secret(inner) if isinstance(inner, Scalar) else None
        case "list", None, _:
            _report_bound(place, found.start("head"), found.end("head"), "digits")
            return None
        case head, None, _:
            return _plain_type(head, found.start("head"), records, place)
        case _:
            _report_unknown(text, 0, records, place)
            return None


def _list_type(
    item: str, most: str | None, found: re.Match[str], records: Mapping[str, Record], place: Place
) -> Type | None:
    inner = _plain_type(item, found.start("item"), records, place)
    if most is None or not re.fullmatch(r"[0-9]{1,3}", most) or not 1 <= int(most) <= MOST_ITEMS:
        where = "head" if most is None else "most"
        _report_bound(place, found.start(where), found.end(where), item)
        return None
    return None if inner is None else ListOf(inner, int(most))


def _report_bound(place: Place, start: int, end: int, item: str) -> None:
    place.report(codes.LIST_BOUND, start, end, most=MOST_ITEMS, item=item)


def _plain_type(
    word: str, start: int, records: Mapping[str, Record], place: Place
) -> Scalar | Record | None:
    if word in records:
        return records[word]
    try:
        return Scalar(word)
    except ValueError:
        _report_unknown(word, start, records, place)
        return None


def _report_unknown(word: str, start: int, records: Mapping[str, Record], place: Place) -> None:
    known = [*(scalar.value for scalar in Scalar), *records]
    place.report(
        codes.UNKNOWN_TYPE,
        start,
        start + len(word),
        found=visible(word[:60]),
        **_meant(word, known),
    )


def _meant(word: str, known: list[str]) -> dict[str, str]:
    if narrow(word) != word:
        return {"closest": narrow(word)}
    other = _OTHER_TYPE_WORDS.get(word.lower())
    return {"closest": other} if other else closest(word[:60], known)
