"""Why YAML could not read a file, in an author's words.

YAML says where it stumbled; the slip is often before that. Each function here looks at one kind of
complaint and names the slip. Knows the wordings of both PyYAML parsers; makes no tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Reporter, Words
from flowc.source import Source, Span
from flowc.syntax.yaml_stretches import Stretches
from flowc.syntax.yaml_traps import cuts

_KEY = re.compile(r"[ ]*(?:-[ ]+)*(?:[\w.]+|\"[^\"\n]*\"):(?:[ \n]|$)")
_KEY_WITHOUT_GAP = re.compile(r"[ ]*(?:-[ ]+)*([a-z_][a-z0-9_]*|[0-9*#]):(?=[^\s:/])")
_WIDE_BRACKET = re.compile(r"(?:: +|- +)([｛［【])")
_BRACKET = re.compile(r"[\[\]{}]")
_WORD = re.compile(r"[^\s:,\]\[{}]+")
_VALUE = re.compile(r"[^\n]*")
DASHED = Words(", which begins with `-`", "，以 `-` 开头")
_CLOSING = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a parser said: its words, where it stumbled, and where what it was reading began."""

    context: str
    problem: str
    at: int
    began: int


def report_fault(source: Source, fault: Fault, stretches: Stretches, report: Reporter) -> None:
    """Exactly one slip, the likeliest (or each text that a ` #` cut)."""
    if _report_cuts(source, fault, stretches, report):
        return
    words = f"{fault.context} {fault.problem}"
    if "alias" in fault.context or "anchor" in fault.context:
        _report_alias(source, fault, report)
    elif "tag" in fault.context or "tag handle" in fault.problem:
        report.report(reading.TAG, source.span(fault.began, fault.began + 1))
    elif "escape" in fault.problem or "hexdecimal" in words:
        backslash = source.text.rfind("\\", fault.began, fault.at + 1)
        report.report(reading.ESCAPE, source.span(backslash, backslash + 2))
    elif "quoted scalar" in words:
        _report_open_quote(source, fault.began, report)
    elif "block scalar" in fault.context:
        began = source.span(fault.began, fault.began + 1)
        report.report(reading.BLOCK_HEADER, began, character=began.text)
    elif "directive" in words:
        report.report(reading.DIRECTIVE, source.span(fault.began, fault.began + 1))
    elif "cannot start any token" in fault.problem:
        _report_mark(source, fault, report)
    else:
        _report_structure(source, fault, stretches, report)


def _report_cuts(source: Source, fault: Fault, stretches: Stretches, report: Reporter) -> bool:
    """A comment one space behind a Chinese text, on the lines that YAML was at."""
    began = source.text.rfind("\n", 0, min(fault.began, fault.at)) + 1
    found = False
    for stretch in stretches.all:
        if stretch.kind != "comment" or not began <= stretch.start <= fault.at:
            continue
        before = _before_comment(source.text, stretch.start)
        if before and cuts(before, source.text, stretch.start):
            report.report(reading.COMMENT_CUTS_TEXT, source.span(stretch.start, stretch.end))
            found = True
    return found


def _before_comment(text: str, hash_at: int) -> str:
    """The unquoted value that stands one space before a `#`; "" where there is none."""
    if text[hash_at - 1 : hash_at] != " " or text[hash_at - 2 : hash_at - 1] in " \n\"'":
        return ""
    line_start = text.rfind("\n", 0, hash_at) + 1
    return re.split(r": |- |[\[{,]", text[line_start : hash_at - 1])[-1].strip(" ]}")


def _report_alias(source: Source, fault: Fault, report: Reporter) -> None:
    mark = source.span(fault.began, fault.began + 1)
    if mark.text == "&":
        report.report(reading.ANCHOR, mark)
        return
    word = _rest_of_word(source, fault.began)
    report.report(reading.STAR_UNQUOTED, word, written=word.text)


def _rest_of_word(source: Source, start: int) -> Span:
    found = _WORD.match(source.text, start)
    return source.span(start, found.end() if found else start + 1)


def _report_open_quote(source: Source, start: int, report: Reporter) -> None:
    quote = source.text[start : start + 1]
    mark = source.span(start, start + 1)
    report.report(reading.QUOTE_NOT_CLOSED, mark, quote=quote)


def _report_mark(source: Source, fault: Fault, report: Reporter) -> None:
    mark = source.span(fault.at, fault.at + 1)
    if mark.text == "@":
        value = _rest_of_word(source, fault.at)
        report.report(reading.AT_UNQUOTED, value, written=value.text)
    elif mark.text == "\t":
        report.report(reading.TAB, mark)
    else:
        report.report(reading.MARK_UNQUOTED, mark, character=mark.text)


def _report_structure(source: Source, fault: Fault, stretches: Stretches, report: Reporter) -> None:
    """YAML met something that does not belong where it stands."""
    if _report_behind_quote(source, fault, stretches, report):
        return
    if "could not find expected ':'" in fault.problem:
        _report_missing_colon(source, fault.began, report)
    elif "flow" in fault.context and source.text[fault.began : fault.began + 1] in {"{", "["}:
        _report_brackets(source, fault, stretches, report)
    elif "node content" in fault.problem or "document start" in fault.problem:
        _report_content(source, fault, stretches, report)
    elif "mapping values" in fault.problem:
        _report_second_colon(source, fault, report)
    elif not _report_bracket_before(source, fault, stretches, report):
        _report_indentation(source, fault, report)


def _report_behind_quote(
    source: Source, fault: Fault, stretches: Stretches, report: Reporter
) -> bool:
    """Words right behind a closing quote; a quote that swallowed lines was never closed."""
    before = len(source.text[: fault.at].rstrip(" "))
    quoted = stretches.ending_at(before)
    if quoted is None or quoted.kind != "quoted":
        return False
    written = source.text[quoted.start : quoted.end]
    if any(_KEY.match(line) for line in written.split("\n")[1:]):
        _report_open_quote(source, quoted.start, report)
    elif source.text[fault.at : fault.at + 1] in {"", "\n", ":"}:
        return False
    else:
        advice = _advice_behind_quote(source.text, quoted.start, quoted.end)
        report.report(
            reading.TEXT_AFTER_QUOTE,
            _rest_of_line(source, fault.at),
            advice=advice.en,
            advice_zh=advice.zh,
        )
    return True


# Up to a quote that can end it, which one inside a word can't.
_SINGLE_QUOTED = re.compile(r"'(.+?)'(?=\s*(?:[,}\]]|$))")


def _advice_behind_quote(text: str, start: int, end: int) -> Words:
    """`'Don't wait.'` has its quotes round the whole text already."""
    last = text.find("\n", end)
    written = _SINGLE_QUOTED.match(text[start : last if last >= 0 else len(text)])
    if written is None or not (text[end - 2].isalpha() and text[end : end + 1].isalpha()):
        return reading.WHOLE_IN_QUOTES
    inner = written[1]
    words, whole = (
        (reading.DOUBLED, "'" + inner.replace("'", "''") + "'")
        if '"' in inner or "\\" in inner
        else (reading.DOUBLE_QUOTES, f'"{inner}"')
    )
    said = {each: words.say(each, {"whole": whole}) for each in ("en", "zh")}
    return Words(*(reading.APOSTROPHE.say(each, {"fixes": said[each]}) for each in ("en", "zh")))


def _rest_of_line(source: Source, start: int) -> Span:
    found = _VALUE.match(source.text, start)
    end = len(source.text[: found.end()].rstrip()) if found else start + 1
    return source.span(start, max(end, start + 1 if start < len(source.text) else start))


def _report_missing_colon(source: Source, began: int, report: Reporter) -> None:
    line_start = source.text.rfind("\n", 0, began) + 1
    joined = _KEY_WITHOUT_GAP.match(source.text, line_start)
    line = _rest_of_line(source, began)
    if joined:
        place = source.span(joined.start(1), joined.end())
        report.report(reading.COLON_MISSING, place, key=joined[1])
    else:
        report.report(reading.COLON_MISSING, line)


def _report_brackets(source: Source, fault: Fault, stretches: Stretches, report: Reporter) -> None:
    """Inside `{ }` or `[ ]`: a bracket in a text, a full-width comma, or no end."""
    mark = source.text[fault.at : fault.at + 1]
    comma = _wide_comma(source, fault, stretches)
    if comma:
        report.report(reading.WIDE_COMMA, comma, character=comma.text)
    elif mark in {"{", "["}:
        report.report(reading.BRACKET_IN_TEXT, source.span(fault.at, fault.at + 1), character=mark)
    elif mark == ":" and "\n" not in source.text[fault.began : fault.at]:
        report.report(reading.COLON_IN_TEXT, source.span(fault.at, fault.at + 1))
    else:
        _report_open(source, source.span(fault.began, fault.began + 1), stretches, report)


def _report_open(source: Source, opened: Span, stretches: Stretches, report: Reporter) -> None:
    """A bracket that nothing closes, or that a comment on its line would: `[press: #]`."""
    closing = _CLOSING[opened.text]
    end = source.text.find("\n", opened.start) % (len(source.text) + 1)
    comment = next(
        (s for s in stretches.all if s.kind == "comment" and opened.start < s.start < end), None
    )
    if comment is not None and closing in source.text[comment.start : comment.end]:
        report.report(reading.COMMENT_CUTS_TEXT, source.span(comment.start, comment.end))
    else:
        report.report(reading.BRACKET_NOT_CLOSED, opened, character=opened.text, closing=closing)


def _wide_comma(source: Source, fault: Fault, stretches: Stretches) -> Span | None:
    """The `，` before `key:` where YAML stumbled over that colon."""
    found = re.compile(r"[，、；]\s*[\w*#]+\s*\Z", re.ASCII).search(
        source.text, fault.began, fault.at
    )
    if found is None or stretches.at(found.start()):
        return None
    return source.span(found.start(), found.start() + 1)


def _last_open(source: Source, end: int, stretches: Stretches) -> Span | None:
    """The innermost bracket before a place that nothing closes."""
    closed = 0
    for found in reversed(list(_BRACKET.finditer(source.text, 0, end))):
        if stretches.at(found.start()):
            continue
        closed += 1 if found[0] in "]}" else -1
        if closed < 0:
            return source.span(found.start(), found.end())
    return None


def _report_content(source: Source, fault: Fault, stretches: Stretches, report: Reporter) -> None:
    mark = source.text[fault.at : fault.at + 1]
    opened = _last_open(source, fault.at, stretches)
    if not mark and opened:
        _report_open(source, opened, stretches, report)
    elif mark and mark in ",]}":
        report.report(reading.MARK_UNQUOTED, source.span(fault.at, fault.at + 1), character=mark)
    elif "document start" in fault.problem:
        report.report(reading.SEVERAL_DOCUMENTS, _rest_of_line(source, fault.at))
    else:
        _report_other(source, fault, report)


def _report_second_colon(source: Source, fault: Fault, report: Reporter) -> None:
    """`a: b: c` on one line is a text with a colon; on a line of its own it stands too deep."""
    line_start = source.text.rfind("\n", 0, fault.at) + 1
    before = source.text[line_start : fault.at]
    above = source.text.rfind("\n", 0, max(0, line_start - 1)) + 1
    bracketed = _WIDE_BRACKET.search(before)
    if bracketed:
        start = line_start + bracketed.start(1)
        report.report(reading.WIDE_BRACKETS, _rest_of_line(source, start))
    elif _KEY_WITHOUT_GAP.match(source.text, above, line_start):
        _report_missing_colon(source, above, report)
    elif ": " in before:
        report.report(reading.COLON_IN_TEXT, source.span(fault.at, fault.at + 1))
    else:
        start = line_start + len(before) - len(before.lstrip(" -"))
        _report_level(source, source.span(start, fault.at), report)


def _report_bracket_before(
    source: Source, fault: Fault, stretches: Stretches, report: Reporter
) -> bool:
    """`{account}您好`: the text goes on behind the bracket that it began with."""
    line_start = source.text.rfind("\n", 0, fault.at) + 1
    before = source.text[line_start : fault.at].rstrip(" ")
    mark = source.span(fault.at, fault.at + 1)
    if mark.text in {"}", "]", "?"}:
        report.report(reading.MARK_UNQUOTED, mark, character=mark.text)
        return True
    if before[-1:] not in {"}", "]"}:
        return False
    opening = "{" if before[-1] == "}" else "["
    place = before.find(opening)
    if place < 0 or stretches.at(line_start + place):
        return False
    start = source.span(line_start + place, line_start + place + 1)
    report.report(reading.BRACE_STARTS_TEXT, start, character=opening)
    return True


def _report_indentation(source: Source, fault: Fault, report: Reporter) -> None:
    structural = ("expected key", "'-' indicator", "block end", "not allowed")
    if any(words in fault.problem for words in structural):
        _report_level(source, _rest_of_line(source, fault.at), report)
    else:
        _report_other(source, fault, report)


def _report_level(source: Source, place: Span, report: Reporter) -> None:
    """A line that stands at no level of those above it, and where each of them was opened."""
    line = place.position.line
    levels = _levels_above(source, line)
    report.report(
        reading.INDENTATION,
        place,
        spaces=_spaces(source.line(line)),
        levels=", ".join(_level(source, each, DASHED.en, "{} (line {}{})") for each in levels)
        or "-",
        levels_zh="、".join(
            _level(source, each, DASHED.zh, "{} 个（第 {} 行{}）") for each in levels
        )
        or "-",
    )


def _level(source: Source, level: tuple[int, int], dashed: str, words: str) -> str:
    """One level; of a list's item that it begins with a dash, since what follows has none."""
    spaces, line = level
    return words.format(spaces, line, dashed if source.line(line).lstrip().startswith("- ") else "")


def _levels_above(source: Source, line: int) -> list[tuple[int, int]]:
    """The levels that are open where a line begins, outermost first, each with its last line."""
    found: list[tuple[int, int]] = []
    for at in range(line - 1, 0, -1):
        written = source.line(at)
        if not written.strip() or written.lstrip().startswith("#"):
            continue
        if not found or _spaces(written) < found[0][0]:
            found.insert(0, (_spaces(written), at))
    return found


def _spaces(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _report_other(source: Source, fault: Fault, report: Reporter) -> None:
    report.report(reading.BROKEN, _rest_of_line(source, fault.at), problem=fault.problem)
