"""Traps that stand in the bare text of a YAML file, whether or not YAML can read it.

Wrong spaces, a lost `#:` key and full-width colons: YAML reads them silently as something else or
stumbles over them a line later. Knows no tree; inside quotes, blocks and comments marks mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Reporter
from flowc.source import Source
from flowc.syntax.characters import character_name
from flowc.syntax.yaml_stretches import Stretches

_WIDE = "\u3000\u00a0"
_MARK = re.compile(
    rf"""
      (?P<tab>\t+)
    | ^[ ]*(?P<indent>[{_WIDE}][ {_WIDE}]*)(?=\S)
    | ^[ ]*(?:-[ ]+)*-?(?<=[-:])(?P<dash>[{_WIDE}]+)(?=\S)
    | (?<=[a-z0-9_]:)(?P<gap>[{_WIDE}]+)
    | (?P<hash>(?<![^\s{{,])\#)(?=:(?:\s|$))
    | (?:^[ ]*(?:-[ ]+)*|[{{,，][ ]*)(?P<key>[a-z_][a-z0-9_]*|[0-9０-９]{{1,3}}|[*＊#＃])[ ]?(?P<colon>：)
    """,
    re.VERBOSE | re.MULTILINE,
)
# One alternative of `_MARK` can only match where one of these stands; most files hold none.
_WORTH_A_LOOK = re.compile(rf"[\t{_WIDE}：]|\#:")
_NARROW = str.maketrans("０１２３４５６７８９＃＊", "0123456789#*")

Inside = Callable[[int], bool]
"""Whether a place lies inside a text that YAML has read; nothing is known where YAML failed."""


def has_marks(text: str) -> bool:
    """Whether `report_marks` could find anything: a quick look before a long one."""
    return _WORTH_A_LOOK.search(text) is not None


def report_marks(source: Source, stretches: Stretches, inside: Inside, report: Reporter) -> bool:
    """Report every trap of the bare text; True where there was one."""
    found = [_report_mark(source, match, stretches, inside, report) for match in _matches(source)]
    return any(found)


def _matches(source: Source) -> list[re.Match[str]]:
    """Each mark once: a tab before a key must not hide the colon behind that key."""
    matches: list[re.Match[str]] = []
    offset = 0
    while match := _MARK.search(source.text, offset):
        matches.append(match)
        offset = match.end()
    return matches


def _report_mark(
    source: Source, match: re.Match[str], stretches: Stretches, inside: Inside, report: Reporter
) -> bool:
    name = match.lastgroup or ""
    start, end = match.span(name)
    stretch = stretches.at(start)
    if stretch and not (name == "hash" and stretch.kind == "comment" and stretch.start == start):
        return False
    if name == "tab":
        report.report(reading.TAB, source.span(start, end))
        return True
    if inside(start):
        return False
    if name == "hash":
        return _report_hash(source, start, end, report)
    if name == "colon":
        key = match["key"].translate(_NARROW)
        quoted = f'"{key}"' if key in "*#" else key
        report.report(reading.WIDE_COLON, source.span(start, end), key=quoted)
        return True
    character = character_name(source.text[start:end].strip(" ")[0])
    report.report(reading.WIDE_SPACE, source.span(start, end), character=character)
    return True


def _report_hash(source: Source, start: int, end: int, report: Reporter) -> bool:
    """Only where nothing but a list's dash, a brace or a comma stands before it on its line."""
    line_start = source.text.rfind("\n", 0, start) + 1
    before = source.text[line_start:start].strip(" -")
    if before and before[-1] not in "{,":
        return False
    report.report(reading.HASH_KEY_UNQUOTED, source.span(start, end))
    return True
