"""Findings as one JSON object, for editors and scripts.

`{"version": 1, "findings": [{code, severity, summary, label, help, file, start, end, notes}]}`;
lines and columns count from 1, an end is the column behind the last character, and `help` and a
note's place are null where there is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from flowc.diagnostics.model import Diagnostic, Note
from flowc.source import Source, Span


def as_json(found: Iterable[Diagnostic], language: str) -> str:
    """The findings in the order given, words in one language."""
    findings = [_finding(diagnostic, language) for diagnostic in found]
    return json.dumps({"version": 1, "findings": findings}, ensure_ascii=False, indent=2) + "\n"


def _finding(diagnostic: Diagnostic, language: str) -> dict[str, object]:
    return {
        "code": diagnostic.code.number,
        "severity": diagnostic.code.severity.value,
        "summary": diagnostic.summary(language),
        "label": diagnostic.label(language),
        "help": diagnostic.help(language),
        **_place(diagnostic.span),
        "notes": [_note(note, language) for note in diagnostic.notes],
    }


def _note(note: Note, language: str) -> dict[str, object]:
    return {"text": note.say(language), "place": _place(note.span) if note.span else None}


def _place(span: Span) -> dict[str, object]:
    start, end = _position(span.source, span.start), _position(span.source, span.end)
    return {"file": span.source.name, "start": start, "end": end}


def _position(source: Source, offset: int) -> dict[str, int]:
    at = source.position(offset)
    return {"line": at.line, "column": at.column}
