"""The studio's list: rows and columns stay what they are, whatever the texts are like."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from flowc.compiler import Compiled
from flowc.recording_list import PromptLine, State, as_csv, as_script, prompt_lines


def lines(text: str) -> tuple[PromptLine, ...]:
    return (
        PromptLine("greeting", "greeting", "zh", State.SPOKEN, text, "flows/a.flow.yaml:1:1"),
        PromptLine("last", "last", "zh", State.SPOKEN, "再见。", ""),
    )


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(lines(text)), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1+1", "\n=1"])
def test_a_text_that_looks_like_a_formula_is_kept_a_text(text: str) -> None:
    cell = rows(text)[1][4]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


@pytest.mark.parametrize("text", ["a\rb", "a\x0bb", "a\x85b", "a\u2028b", 'a","b', "a\nb"])
def test_no_sign_of_a_text_parts_a_row(text: str) -> None:
    assert [len(row) for row in rows(text)] == [6, 6, 6]
    assert rows(text)[2][0] == "last"


def test_an_empty_cell_is_empty() -> None:
    assert rows("x")[2][5] == ""


@pytest.mark.parametrize("text", ["a|b", "a\nb", "a\r\nb", "a\u2028| b"])
def test_a_text_stays_in_its_row_of_the_script(text: str) -> None:
    script = as_script(lines(text), "zh", "en").splitlines()
    assert len(script) == 6
    assert script[-1] == "| 2 | `last.wav` | 再见。 |"


def test_a_row_whose_words_a_flow_overrides_is_told_and_unused(
    small: Callable[..., Compiled],
) -> None:
    table = "id,zh\nhotline.a.say,你好。\nhotline.bye.hangup,再见。\n"
    compiled = small("a: {say: 您好。, then: bye}\nbye: {hangup: 再见。}", table_prompts=table)

    (found,) = compiled.found
    assert (found.code.number, found.is_error) == ("F0251", False)
    assert (found.span.text, "flows/hotline.flow.yaml:4:" in found.label("en")) == (
        "hotline.a.say,你好。",
        True,
    )
    unused = [each for each in prompt_lines(compiled, {}) if each.state is State.UNUSED]
    assert [(each.id, each.text) for each in unused] == [("hotline.a.say", "你好。")]


def test_a_row_that_fills_in_a_language_is_said(small: Callable[..., Compiled]) -> None:
    table = "id,zh\nhotline.a.say,您好。\n"
    compiled = small(
        'a: {say: "@hotline.a.say", then: bye}\nbye: {hangup: 再见。}', table_prompts=table
    )

    assert compiled.found == ()
    assert State.UNUSED not in {each.state for each in prompt_lines(compiled, {})}
