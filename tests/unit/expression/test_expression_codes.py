"""The words of the findings, and the two places that say what a constant looks like."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import flowc.expression
from flowc.diagnostics.codes.expressions import CODES
from flowc.diagnostics.model import Code
from flowc.expression.literals import PATTERNS


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_number_is_given_once_and_in_the_expressions_hundred() -> None:
    numbers = [code.number for code in CODES]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch("F03[0-9]{2}", number) for number in numbers)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.number)
def test_both_languages_of_a_code_tell_the_same_particulars(code: Code) -> None:
    assert not names(code.summary.en) | names(code.summary.zh)
    assert code.summary.en[0].islower() or code.summary.en.startswith("`")
    assert not code.summary.en.endswith(".")
    for words in filter(None, (code.label, code.help)):
        assert names(words.en) == names(words.zh)
        assert re.search("[\u4e00-\u9fff]", words.zh)


def test_the_grammar_and_the_scan_agree_on_what_a_constant_looks_like() -> None:
    grammar = Path(flowc.expression.__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^([A-Z]+)(?:\.[0-9])?: /(.*)/$", grammar, re.MULTILINE))
    assert {name: stated[name] for name, _ in PATTERNS} == dict(PATTERNS)
