"""Traps that YAML reads without a word: what was written as one text and arrives as something else.

Asked by the composer about each word it takes; repairs what can be repaired, so that no later stage
complains about the same slip again. Inside a text full-width marks are right and stay.
"""

from __future__ import annotations

import re
from itertools import pairwise

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Reporter
from flowc.source import Source, Span
from flowc.syntax.tree import Entry, Mapping, Scalar, Sequence, Tree

_NARROW = str.maketrans("０１２３４５６７８９＃＊－：．，", "0123456789#*-:.,")
_WIDE_KEYS = re.compile("[0-9#*:.-]*[０-９＃＊][0-9０-９＃＊#*－：．:.-]*")
_WIDE_QUOTED = re.compile(
    "“[^“”]*”(?:[，、]\\s*“[^“”]*”)*|‘[^‘’]*’(?:[，、]\\s*‘[^‘’]*’)*|＂[^＂]*＂"
)
_WIDE_BRACKETED = re.compile("｛.*｝|［.*］|【(?:.*[，,\\s])?[a-z_]+[：:].*】", re.DOTALL)
_WORDS_WITH_WIDE_COMMAS = re.compile(r"[\w.*#-]+(?:[，、]\s*[\w.*#-]+)+", re.ASCII)
_KEYS_ONLY = re.compile("[0-9*A-D]+")
_PLAIN_WORD = re.compile(r"[!-~]+")
_KEY_AND_WIDE_COLON = re.compile(r"(?:[a-z_][a-z0-9_]*|[0-9０-９]{1,3}|[*＊#＃])[ ]?：")
_KEY_AND_VALUE = re.compile(r"([a-z_][a-z0-9_]*|[0-9*#]):(.+)", re.DOTALL)


def check_cut(source: Source, scalar: Scalar, report: Reporter) -> None:
    """A ` #` behind an unquoted text is a comment; two spaces before it say that one is meant."""
    end = scalar.span.end
    if source.text[end : end + 2] == " #" and cuts(scalar.text, source.text, end + 1):
        line_end = source.text.find("\n", end)
        cut = source.span(end + 1, line_end if line_end >= 0 else len(source.text))
        report.report(reading.COMMENT_CUTS_TEXT, cut)


def cuts(written: str, text: str, hash_at: int) -> bool:
    """Whether a `#` one space behind these words was meant to be among them."""
    if _KEYS_ONLY.fullmatch(written):
        return text[hash_at + 1 : hash_at + 2] not in {" ", "\t"}
    return not _PLAIN_WORD.fullmatch(written)


def checked_key(source: Source, key: Scalar, report: Reporter) -> Scalar:
    """A key as it was meant: full-width digits and keys made narrow."""
    if key.quoted:
        return key
    if _WIDE_KEYS.fullmatch(key.text):
        return _narrowed(source, key, report)
    if _WIDE_QUOTED.fullmatch(key.text):
        inner = key.text[1:-1]
        report.report(
            reading.WIDE_KEYS, key.span, written=key.text, narrow=f'"{inner.translate(_NARROW)}"'
        )
        return Scalar(inner.translate(_NARROW), key.span, quoted=True)
    return key


def checked_value(source: Source, scalar: Scalar, report: Reporter) -> Scalar:
    """An unquoted value as it was meant."""
    text = scalar.text
    if _WIDE_KEYS.fullmatch(text):
        return _narrowed(source, scalar, report)
    if _WIDE_QUOTED.fullmatch(text):
        report.report(reading.WIDE_QUOTES, scalar.span)
    elif _WIDE_BRACKETED.fullmatch(text):
        report.report(reading.WIDE_BRACKETS, scalar.span)
    return scalar


def _narrowed(source: Source, scalar: Scalar, report: Reporter) -> Scalar:
    narrow = scalar.text.translate(_NARROW)
    written = f'"{narrow}"' if narrow[0] in "#*" else narrow
    report.report(reading.WIDE_KEYS, scalar.span, written=scalar.text, narrow=written)
    return Scalar(narrow, source.span(scalar.span.start, scalar.span.end), scalar.quoted)


def checked_braces(source: Source, mapping: Mapping, report: Reporter) -> Tree:
    """A `{ }` mapping without the keys that a comma made, or the text that it was meant to be."""
    if len(mapping.entries) == 1 and _is_bare(source, mapping.entries[0]):
        return _braced_text(source, mapping, report)
    kept = [entry for entry in mapping if not _report_bare(source, entry, report)]
    return Mapping(tuple(kept), mapping.span) if len(kept) < len(mapping.entries) else mapping


def _is_bare(source: Source, entry: Entry) -> bool:
    """`word` between commas, with no colon behind it."""
    value = entry.value
    if not isinstance(value, Scalar) or not value.is_empty:
        return False
    if _KEY_AND_WIDE_COLON.match(entry.key.text):  # reported as what it is, with the marks
        return False
    return ":" not in source.text[entry.key.span.end : value.span.start + 1]


def _braced_text(source: Source, mapping: Mapping, report: Reporter) -> Tree:
    key = mapping.entries[0].key
    joined = _KEY_AND_VALUE.fullmatch(key.text)
    if joined and not key.quoted:
        report.report(reading.COLON_MISSING, key.span, key=joined[1])
        return mapping
    start = mapping.span.start
    report.report(reading.BRACE_STARTS_TEXT, source.span(start, start + 1), character="{")
    return Scalar(mapping.span.text, mapping.span)


def _report_bare(source: Source, entry: Entry, report: Reporter) -> bool:
    if not _is_bare(source, entry):
        return False
    joined = _KEY_AND_VALUE.fullmatch(entry.key.text)
    if joined and not entry.key.quoted:
        report.report(reading.COLON_MISSING, entry.key.span, key=joined[1])
    else:
        report.report(reading.COMMA_SPLITS_TEXT, entry.key.span, written=entry.key.text)
    return True


def checked_brackets(source: Source, sequence: Sequence, report: Reporter) -> Sequence:
    """Commas in a `[ ]` list that split a text, or that are full-width and split nothing.

    The list is the one that was meant: words between full-width commas are items of it.
    """
    items = sequence.items
    for left, right in pairwise(items):
        if isinstance(left, Scalar) and isinstance(right, Scalar):
            _check_comma(source, left, right, report)
    meant: list[Tree] = []
    for item in items:
        bare = isinstance(item, Scalar) and not item.quoted
        split = _split_at_wide_commas(source, item, report) if bare else ()
        meant.extend(split or (item,))
    return Sequence(tuple(meant), sequence.span)


def _check_comma(source: Source, left: Scalar, right: Scalar, report: Reporter) -> None:
    """`一,二`: no space behind the comma, and Chinese on one side at least."""
    if left.quoted or right.quoted or source.text[left.span.end : right.span.start] != ",":
        return
    if not (left.text.isascii() and right.text.isascii()):
        comma = source.span(left.span.end, right.span.start)
        report.report(reading.COMMA_SPLITS_ITEM, comma)


def _split_at_wide_commas(source: Source, item: Tree, report: Reporter) -> tuple[Scalar, ...]:
    if not isinstance(item, Scalar) or not _WORDS_WITH_WIDE_COMMAS.fullmatch(item.text):
        return ()
    at = next(place for place, letter in enumerate(item.text) if letter in "，、")
    place: Span = source.span(item.span.start + at, item.span.start + at + 1)
    report.report(reading.WIDE_COMMA, place, character=item.text[at])
    start = item.span.start
    return tuple(
        Scalar(word[0], source.span(start + word.start(), start + word.end()))
        for word in re.finditer(r"[^，、\s]+", item.text)
    )
