"""A finding as a person reads it in a terminal: the words, the line, what is meant underlined.

Makes text only; whoever prints it decides on colour. Knows no code by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flowc.diagnostics.columns import shown, width
from flowc.diagnostics.model import Diagnostic, Note, Severity
from flowc.source import Span

_SEVERITIES = {
    Severity.ERROR: ("error", "错误"),
    Severity.WARNING: ("warning", "警告"),
    Severity.ADVICE: ("advice", "建议"),
}
_COUNTED = {
    Severity.ERROR: ("errors", "个错误"),
    Severity.WARNING: ("warnings", "个警告"),
    Severity.ADVICE: ("pieces of advice", "条建议"),
}
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.ADVICE: "36"}
_HELP = ("help: ", "改法：")
_NOTE = ("note: ", "说明：")
_EXPLAIN = ("`flowc explain {code}` tells more", "详见 `flowc explain {code}`")

WIDEST = 140
"""Columns of a file's line that are shown; the rest is cut round the underlined words."""
_MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours, or none."""

    on: bool

    def __call__(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.on and text else text


def render(diagnostic: Diagnostic, language: str, color: bool = False) -> str:
    """A finding over several lines, without a line end at its end."""
    return "\n".join(_lines(diagnostic, language, Paint(color)))


def render_summary(found: Sequence[Diagnostic], language: str) -> str:
    """`2 errors, 1 warning`: the last line of a check; "" where nothing was found."""
    counts = {level: sum(one.code.severity is level for one in found) for level in Severity}
    parts = [_count(level, count, language) for level, count in counts.items() if count]
    return ("，" if language == "zh" else ", ").join(parts)


def _count(severity: Severity, count: int, language: str) -> str:
    if language == "zh":
        return f"{count} {_COUNTED[severity][1]}"
    one = "piece of advice" if severity is Severity.ADVICE else severity.value
    return f"{count} {one if count == 1 else _COUNTED[severity][0]}"


def _lines(diagnostic: Diagnostic, language: str, paint: Paint) -> Iterator[str]:
    chinese = language == "zh"
    code = diagnostic.code
    colour = _COLOURS[code.severity]
    title = paint(f"{_SEVERITIES[code.severity][chinese]}[{code.number}]", f"1;{colour}")
    yield f"{title}{'：' if chinese else ': '}{shown(diagnostic.summary(language))}"
    places = [diagnostic.span, *(one.span for one in diagnostic.notes if one.span)]
    gutter = max(len(str(_last_line(place))) for place in places)
    yield from _excerpt(diagnostic.span, diagnostic.label(language), gutter, colour, paint)
    help_ = diagnostic.help(language)
    if help_:
        yield f"{paint(_HELP[chinese], '1;32')}{shown(help_)}"
    for one in diagnostic.notes:
        yield from _note_lines(one, language, gutter, paint)
    yield f"{paint(_NOTE[chinese], '1')}{_EXPLAIN[chinese].format(code=code.number)}"


def _note_lines(one: Note, language: str, gutter: int, paint: Paint) -> Iterator[str]:
    words = one.say(language)
    yield f"{paint(_NOTE[language == 'zh'], '1')}{shown(words)}"
    if one.span:
        yield from _excerpt(one.span, "", gutter, "34", paint)


def _last_line(span: Span) -> int:
    return span.source.position(max(span.start, span.end - 1)).line


def _excerpt(span: Span, label: str, gutter: int, colour: str, paint: Paint) -> Iterator[str]:
    """`-->`, the lines of the span, and the label."""
    margin = " " * gutter
    yield f"{margin}{paint('-->', '34')} {shown(str(span))}"
    if not span.source.text:
        if label:
            yield f"{margin} {paint('=', '34')} {shown(label)}"
        return
    bar = paint(f"{margin} |", "34")
    yield bar
    body = _one_line if span.position.line == _last_line(span) else _several_lines
    yield from body(span, label, gutter, colour, paint)
    yield bar


def _one_line(span: Span, label: str, gutter: int, colour: str, paint: Paint) -> Iterator[str]:
    at = span.position
    line = span.source.line(at.line)
    start = min(at.column - 1, len(line))
    end = min(len(line), start + span.end - span.start)
    # No more of a very long line is looked at than could be shown.
    near = slice(max(0, start - WIDEST), start), slice(start, min(end, start + WIDEST))
    left, marked, right = _cropped(
        shown(line[near[0]]), shown(line[near[1]]), shown(line[end : end + WIDEST])
    )
    yield f"{paint(f'{at.line:>{gutter}} |', '34')} {left}{marked}{right}"
    under = paint(f"{'^' * max(1, width(marked))} {shown(label)}".rstrip(), colour)
    yield f"{paint(' ' * gutter + ' |', '34')} {' ' * width(left)}{under}"


def _cropped(left: str, marked: str, right: str) -> tuple[str, str, str]:
    """The three parts of a line, cut so that the marked one is seen."""
    if width(left) + width(marked) + width(right) <= WIDEST:
        return left, marked, right
    marked = _first(marked, WIDEST // 2)
    left = _first(left[::-1], WIDEST // 4)[::-1]
    return left, marked, _first(right, WIDEST - width(left) - width(marked))


def _first(text: str, columns: int) -> str:
    """As much of a text as fits, with `…` where something is left out."""
    used = 0
    for count, letter in enumerate(text):
        used += width(letter)
        if used > columns:
            return text[: max(0, count - 1)] + "…"
    return text


def _several_lines(span: Span, label: str, gutter: int, colour: str, paint: Paint) -> Iterator[str]:
    """A bracket down the side; of a long span the first and last lines."""
    first, last = span.position.line, _last_line(span)
    numbers = range(first, last + 1)
    skipped = len(numbers) > _MOST_LINES
    for number in numbers if not skipped else (first, first + 1, last - 1, last):
        side = paint("/" if number == first else "|", colour)
        line = _first(shown(span.source.line(number)), WIDEST)
        yield f"{paint(f'{number:>{gutter}} |', '34')} {side} {line}".rstrip()
        if skipped and number == first + 1:
            yield f"{paint('.' * gutter + ' |', '34')} {paint('|', colour)} ..."
    end = span.source.position(span.end - 1)
    before = width(_first(shown(span.source.line(last)[: end.column - 1]), WIDEST))
    under = paint(f"|{'_' * (before + 1)}^ {shown(label)}".rstrip(), colour)
    yield f"{paint(' ' * gutter + ' |', '34')} {under}"


def render_all(found: Iterable[Diagnostic], language: str, color: bool = False) -> str:
    """All findings with a blank line between them."""
    return "\n\n".join(render(one, language, color) for one in found)
