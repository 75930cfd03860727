"""What authors read and write is the same everywhere: names of fields, words of findings."""

from __future__ import annotations

from string import Formatter

import pytest

from flowc.diagnostics.catalogue import AREAS, catalogue
from flowc.diagnostics.model import Code, Words
from flowc.kinds.base import NodeKind, fields_of, main_field, outcomes_of
from flowc.kinds.table import KINDS

BY_CODE = pytest.mark.parametrize("code", list(catalogue().values()), ids=lambda code: code.number)
BY_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.keyword)


def particulars(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_no_number_of_a_finding_is_given_twice() -> None:
    numbers = [code.number for area in AREAS for code in area.CODES]
    assert len(numbers) == len(set(numbers))


@BY_CODE
def test_a_finding_says_the_same_particulars_in_both_languages(code: Code) -> None:
    for words in filter(None, (code.summary, code.label, code.help)):
        # A word in quotes may be given in each language by its own particular: `expected`, `expected_zh`.
        english = {name.removesuffix("_zh") for name in particulars(words.en)}
        chinese = {name.removesuffix("_zh") for name in particulars(words.zh)}
        assert english == chinese


@BY_KIND
def test_a_kind_has_one_main_value(kind: type[NodeKind]) -> None:
    assert len([info for info in fields_of(kind) if info.main]) == 1
    assert not main_field(kind).outcome


@BY_KIND
def test_no_field_bears_the_name_of_a_kind(kind: type[NodeKind]) -> None:
    keywords = {each.keyword for each in KINDS}
    assert {info.key for info in fields_of(kind) if not info.main} & keywords == set()


@BY_KIND
def test_no_field_shares_its_name_with_an_outcome_or_with_what_goes_on_any_node(
    kind: type[NodeKind],
) -> None:
    written = [info.key for info in fields_of(kind) if not info.main]
    assert len(written) == len(set(written))
    if kind.keyword != "ticket":  # `note` of an order is what the order says
        assert not {"title", "note"} & set(written)


@BY_KIND
def test_a_kind_tells_its_fields_in_both_languages(kind: type[NodeKind]) -> None:
    assert kind.__doc__
    for info in (*fields_of(kind), *outcomes_of(kind)):
        assert isinstance(info.help, Words)
        assert any("\u4e00" <= mark <= "\u9fff" for mark in info.help.zh)
        assert info.help.en.endswith(".")
