"""The marks, numbers and brackets of an expression, looked over before it is parsed.

Reports everything that could not be meant, all at once: full-width marks, operators of other
languages, texts without an end, numbers that would lose their zeros. Knows no grammar. One pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flowc.diagnostics.codes import expressions as codes
from flowc.diagnostics.model import Code, Reporter
from flowc.expression.literals import MOST, PATTERNS, quoted, read_literal
from flowc.source import Span

LONGEST = 2_000
DEEPEST = 50

# U+FF01..U+FF5E are ASCII moved up; the rest is what a Chinese keyboard gives for an ASCII key.
_WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    "\u3000": " ",
    "。": ".",
    "、": ",",
    "《": "<",
    "》": ">",
    "【": "[",
    "】": "]",
    "…": "...",
    "—": "-",
}
_FOREIGN = {
    "=": "==",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "=<": "<=",
    "=>": ">=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "×": "*",
    "−": "-",
    "–": "-",
    ";": ",",
}
_NARROW = str.maketrans(_WIDE)
_WIDE_ONE = "".join(_WIDE)
_PIECES = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("space", r"[ \t\r\n]+"),
            ("text", r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^'\\]|\\.)*'"),
            ("wide_text", "[“”][^“”]*[“”]|[‘’][^‘’]*[‘’]|「[^」]*」|＂[^＂]*＂"),
            ("open_text", "[\"'“”‘’「＂]"),
            *PATTERNS,
            ("word", r"[A-Za-z_][A-Za-z0-9_]*"),
            ("foreign", r"===|!==|<>|=<|=>|&&?|\|\|?|!(?!=)|=(?!=)|[≤≥≠×−–;]"),
            ("bracket", r"[()]"),
            ("mark", r"==|!=|<=|>=|[-<>+*,.]"),
            ("wide", f"[＝＜＞！＆｜]+|[０-９Ａ-Ｚａ-ｚ＿]+|[{re.escape(_WIDE_ONE)}]"),
            ("stray", f"[^\\x00-\\x9f{re.escape(_WIDE_ONE)}“”‘’「≤≥≠×−–]+|."),
        )
    ),
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(slots=True)
class Place:
    """Where an expression stands in its file, and where findings about it go."""

    text: str
    at: Span
    reporter: Reporter
    found: bool = False

    def span(self, start: int, end: int) -> Span:
        """A stretch of the expression; never past its own span (an escape may be longer)."""
        last = max(self.at.start, self.at.end)
        return self.at.source.span(min(self.at.start + start, last), min(self.at.start + end, last))

    def report(self, code: Code, start: int, end: int, **particulars: object) -> None:
        self.found = True
        self.reporter.report(code, self.span(start, end), **particulars)


def scan(place: Place) -> bool:
    """Report what cannot be meant; True where the text is worth parsing."""
    if len(place.text) > LONGEST:
        place.report(codes.TOO_LONG, 0, LONGEST, length=len(place.text), most=LONGEST)
    elif not place.text.strip(" \t\r\n"):
        place.report(codes.EMPTY, 0, len(place.text))
    else:
        _scan_pieces(place)
    return not place.found


def _scan_pieces(place: Place) -> None:
    brackets = _Brackets(place)
    for piece in _PIECES.finditer(place.text):
        start, end, word = piece.start(), piece.end(), piece.group()
        match piece.lastgroup:
            case "wide_text":
                place.report(codes.FULL_WIDTH, start, end, found=word, fix=quoted(word[1:-1]))
            case "wide":
                fix = narrow(word)
                place.report(codes.FULL_WIDTH, start, end, found=word, fix=_FOREIGN.get(fix, fix))
                brackets.meet(fix, start)
            case "foreign":
                place.report(codes.FOREIGN_MARK, start, end, found=word, fix=_FOREIGN[word])
            case "stray":
                place.report(codes.UNKNOWN_CHARACTER, start, end, found=visible(word))
            case "open_text":
                place.report(codes.TEXT_NOT_CLOSED, start, end)
                return
            case "text":
                _scan_text(place, start, word)
            case "bracket":
                brackets.meet(word, start)
            case "space" | "word" | "mark":
                pass
            case kind:
                _scan_number(place, str(kind), start, word)
    brackets.end()


def _scan_text(place: Place, start: int, word: str) -> None:
    for control in _CONTROL.finditer(word):
        at = start + control.start()
        place.report(codes.UNKNOWN_CHARACTER, at, at + 1, found=visible(control.group()))


def _scan_number(place: Place, kind: str, start: int, word: str) -> None:
    end = start + len(word)
    whole = word.partition(".")[0]
    if kind in ("INT", "DECIMAL") and len(whole) > 1 and whole.startswith("0"):
        place.report(codes.LEADING_ZERO, start, end, found=word)
    elif _is_too_large(kind, word):
        place.report(codes.TOO_LARGE, start, end)
    elif read_literal(kind, word) is None:
        place.report(codes.IMPOSSIBLE_TIME, start, end, found=word)


def _is_too_large(kind: str, word: str) -> bool:
    match kind:
        case "INT" | "DECIMAL":
            return len(word.replace(".", "")) > len(str(MOST))
        case "DURATION":
            return len(word) > len(str(MOST)) or int(word[:-1]) * 3600 > MOST
        case _:
            return False


def narrow(word: str) -> str:
    """Full-width marks, letters and digits as the ASCII that was meant."""
    return word.translate(_NARROW)


def visible(word: str) -> str:
    """A stray word for a message: what does not show is given by its number."""
    return "".join(mark if mark.isprintable() else f"U+{ord(mark):04X}" for mark in word)


@dataclass(slots=True)
class _Brackets:
    """Pairs brackets. A full-width one counts as the one it stands for."""

    place: Place
    open: list[int] = field(default_factory=list)

    def meet(self, mark: str, start: int) -> None:
        if mark == "(":
            self.open.append(start)
            if len(self.open) == DEEPEST + 1:
                self.place.report(codes.TOO_DEEP, start, start + 1, most=DEEPEST)
        elif mark == ")":
            if self.open:
                self.open.pop()
            else:
                self.place.report(codes.UNMATCHED_BRACKET, start, start + 1, bracket=")")

    def end(self) -> None:
        """The text is over: what is still open stays so."""
        if len(self.open) > DEEPEST:
            return
        for start in self.open:
            self.place.report(codes.UNMATCHED_BRACKET, start, start + 1, bracket="(")
