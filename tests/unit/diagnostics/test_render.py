"""A finding as a person reads it."""

from __future__ import annotations

import pytest

from flowc.diagnostics.columns import width
from flowc.diagnostics.model import Code, Diagnostic, Severity, Words, note
from flowc.diagnostics.render import WIDEST, render, render_summary
from flowc.source import NOWHERE, Source

UNKNOWN = Code(
    "F0201",
    Severity.ERROR,
    Words("unknown node", "没有这个节点"),
    Words("no node named `{name}`", "没有叫 `{name}` 的节点"),
    Words("a node named `{closest}` exists", "有一个叫 `{closest}` 的节点"),
)
ADVICE = Code("F0999", Severity.ADVICE, Words("a", "甲"), Words("b", "乙"))
TEXT = "flow: a\n\tb: {name: 人工服务, to: suport}\nc:\n  - 一\n  - 二\n"
SOURCE = Source("flows/热线.flow.yaml", TEXT)


def _finding(start: int, end: int, **particulars: str) -> Diagnostic:
    return Diagnostic(UNKNOWN, SOURCE.span(start, end), tuple(particulars.items()))


def _at(word: str, source: Source = SOURCE) -> tuple[int, int]:
    start = source.text.index(word)
    return start, start + len(word)


def test_the_underline_stands_under_the_word_behind_chinese_and_tabs() -> None:
    finding = _finding(*_at("suport"), name="suport", closest="support")
    assert render(finding, "en").splitlines() == [
        "error[F0201]: unknown node",
        " --> flows/热线.flow.yaml:2:22",
        "  |",
        "2 |     b: {name: 人工服务, to: suport}",
        "  |                             ^^^^^^ no node named `suport`",
        "  |",
        "help: a node named `support` exists",
        "note: `flowc explain F0201` tells more",
    ]


def test_chinese_words_are_said_in_chinese_and_underlined_at_their_width() -> None:
    lines = render(_finding(*_at("人工服务"), name="人工服务"), "zh").splitlines()
    assert lines[0] == "错误[F0201]：没有这个节点"
    assert lines[4] == "  |               ^^^^^^^^ 没有叫 `人工服务` 的节点"
    assert lines[-1] == "说明：详见 `flowc explain F0201`"
    assert not any(line.startswith("改法") for line in lines)


def test_a_span_over_several_lines_has_a_bracket_down_its_side() -> None:
    start = TEXT.index("c:")
    lines = render(_finding(start, len(TEXT) - 1, name="x"), "en").splitlines()
    assert lines[3:7] == [
        "3 | / c:",
        "4 | |   - 一",
        "5 | |   - 二",
        "  | |_____^ no node named `x`",
    ]


def test_of_a_long_span_the_first_and_last_lines_are_shown() -> None:
    source = Source("x", "".join(f"line {n}\n" for n in range(100)))
    finding = Diagnostic(ADVICE, source.span(0, len(source.text) - 1))
    shown = [line[:12] for line in render(finding, "en").splitlines()[3:9]]
    assert shown == [
        "  1 | / line",
        "  2 | | line",
        "... | | ...",
        " 99 | | line",
        "100 | | line",
        "    | |_____",
    ]


def test_a_note_shows_its_own_place() -> None:
    first = note(SOURCE.span(*_at("flow")), Words("{what} stands here", "{what} 在这里"), what="it")
    finding = Diagnostic(ADVICE, SOURCE.span(*_at("c:")), notes=(first,))
    assert render(finding, "en").splitlines()[6:11] == [
        "note: it stands here",
        " --> flows/热线.flow.yaml:1:1",
        "  |",
        "1 | flow: a",
        "  | ^^^^",
    ]


def test_an_empty_place_and_the_end_of_a_file_are_one_mark_wide() -> None:
    for at in (0, len(TEXT)):
        lines = render(_finding(at, at, name="x"), "en").splitlines()
        assert lines[4].count("^") == 1


def test_what_stands_in_no_file_has_its_label_and_no_line() -> None:
    lines = render(Diagnostic(ADVICE, NOWHERE), "en").splitlines()
    assert lines == [
        "advice[F0999]: a",
        " --> <built in>:1:1",
        "  = b",
        "note: `flowc explain F0999` tells more",
    ]


def test_a_very_long_line_is_cut_round_the_word() -> None:
    source = Source("x", "一" * 5000 + "HERE" + "二" * 5000)
    lines = render(Diagnostic(ADVICE, source.span(5000, 5004)), "en").splitlines()
    assert "HERE" in lines[3]
    assert width(lines[3]) < WIDEST + 10
    assert width(lines[3][: lines[3].index("HERE")]) == lines[4].index("^")


@pytest.mark.parametrize("character", ["\x1b", "\u202e", "\r", "\x9b", "\u2066", "\0"])
def test_no_text_of_a_file_reaches_the_terminal_as_a_command(character: str) -> None:
    source = Source(f"a{character}", f"x{character}y\n")
    one = Diagnostic(
        UNKNOWN, source.span(0, 3), (("name", f"n{character}"), ("closest", character))
    )
    assert character not in render(one, "en")
    assert f"<U+{ord(character):04X}>" in render(one, "zh")


def test_colour_adds_nothing_but_colour() -> None:
    finding = _finding(*_at("suport"), name="suport", closest="support")
    painted = render(finding, "en", color=True)
    assert "\x1b[1;31merror[F0201]\x1b[0m" in painted
    bare = painted
    for colour in ("31", "34", "1", "1;31", "1;32", "0"):
        bare = bare.replace(f"\x1b[{colour}m", "")
    assert bare == render(finding, "en")


def test_the_summary_counts_each_severity() -> None:
    error, advice = _finding(0, 1, name="x"), Diagnostic(ADVICE, NOWHERE)
    assert render_summary([error, error, advice], "en") == "2 errors, 1 piece of advice"
    assert render_summary([error, advice], "zh") == "1 个错误，1 条建议"
    assert render_summary([], "en") == ""
