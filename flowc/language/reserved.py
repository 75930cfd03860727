"""Words that an author's own names can't be, and how a name is checked. Knows no tree."""

from __future__ import annotations

import re
from collections.abc import Collection

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter
from flowc.kinds.builder import ELSE
from flowc.kinds.parts import Word
from flowc.kinds.shapes import LONGEST_NAME, NAME
from flowc.kinds.table import BY_KEYWORD

COMMON = ("title", "note")  # what goes on any node
# What a result can't be called: the words of nodes, and the ways that every service has.
_WAYS = ("then", "done", "error", "unknown", "with", "as", "while_waiting", "class")
RESULTS = frozenset({*BY_KEYWORD, *COMMON, *_WAYS})
FLOWS = frozenset(
    {"call", "project", "clock", "input", "way", "flags", "lists"}
    | {"outcome", "cause", "hangup", "flowc", "return"}
)
VARIABLES = frozenset(
    {"call", "flags", "lists", "true", "false", "and", "or", "not", "in", "is", "set", "if", "else"}
)
_NODES = re.compile(r"hangup_([0-9]+|end)|person|back|repeat|main_menu|skip")


def check_flow(word: Word, report: Reporter) -> None:
    """Report a name that no flow can have."""
    _check(word, report, is_taken=word.text in FLOWS)


def check_node(word: Word, report: Reporter) -> None:
    """Report a name that no node can have."""
    _check(word, report, is_taken=_NODES.fullmatch(word.text) is not None)


def check_variable(word: Word, report: Reporter) -> None:
    """Report a name that no variable can have."""
    _check(word, report, is_taken=word.text in VARIABLES)


def check_result(word: Word, report: Reporter, taken: Collection[str] = RESULTS) -> None:
    """Report a name that no result can have; its form was seen to when it was read.

    A result may be an outcome with a bound, whose `else:` makes blocks of its name and `_else`:
    no other result beside it may have these.
    """
    if word.text in taken or word.text.endswith(ELSE):
        report.report(codes.RESERVED_NAME, word.span, name=word.text)


def _check(word: Word, report: Reporter, *, is_taken: bool) -> None:
    if is_taken:
        report.report(codes.RESERVED_NAME, word.span, name=word.text)
    elif len(word.text) > LONGEST_NAME or not NAME.fullmatch(word.text):
        report.report(codes.WRONG_NAME, word.span, name=word.text, most=LONGEST_NAME)
