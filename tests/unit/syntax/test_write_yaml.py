"""Values to YAML."""

from __future__ import annotations

import pytest

from flowc.syntax.write_yaml import Value, scalar_text, write_yaml


@pytest.mark.parametrize(
    "text", ["您好，请按一。", "billing.customer", "hang up", "查询 VIP 余额", "a-b"]
)
def test_what_cannot_be_mistaken_stands_without_quotes(text: str) -> None:
    assert scalar_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "*",
        "@hello",
        "12",
        "0012",
        "12:30",
        "no",
        "a: b",
        "a #b",
        "{x}",
        "您好：",
        "“好”",
        " a",
        "a ",
        "１",
    ],
)
def test_what_a_reader_could_mistake_stands_in_quotes(text: str) -> None:
    assert scalar_text(text) == f'"{text}"'


def test_quotes_backslashes_and_line_ends_are_escaped() -> None:
    assert scalar_text('a"\\\n\t') == '"a\\"\\\\\\n\\t"'


@pytest.mark.parametrize("text", ["\0", "\u202e", "\r", "\ud800", "\u2028"])
def test_a_character_that_no_source_may_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="U\\+"):
        scalar_text(text)


def test_a_call_test_is_written_in_blocks_in_the_order_given() -> None:
    value: Value = {
        "call": "欠费停机: 复通",
        "to": "3285028",
        "services": {
            "billing.customer": {"services": [{"name": "数字电视", "balance": "-12.50"}], "or": []}
        },
        "steps": [{"hears": "欢迎致电"}, {"press": "80012345#"}, "hang up", ["a", ["b"]]],
        "vars": {},
    }
    assert write_yaml(value) == (
        'call: "欠费停机: 复通"\n'
        'to: "3285028"\n'
        "services:\n"
        "  billing.customer:\n"
        "    services:\n"
        "      - name: 数字电视\n"
        '        balance: "-12.50"\n'
        "    or: []\n"
        "steps:\n"
        "  - hears: 欢迎致电\n"
        '  - press: "80012345#"\n'
        "  - hang up\n"
        "  - - a\n"
        "    - - b\n"
        "vars: {}\n"
    )
