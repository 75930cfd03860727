"""Findings as SARIF 2.1.0, which code hosts show beside the changed lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from flowc.diagnostics.model import Code, Diagnostic, Note, Severity
from flowc.source import Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}


def as_sarif(found: Sequence[Diagnostic], language: str) -> str:
    """One run with a rule for each code that was found."""
    codes = sorted({diagnostic.code for diagnostic in found}, key=lambda code: code.number)
    numbers = [code.number for code in codes]
    driver = {"name": "flowc", "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, numbers.index(one.code.number), language) for one in found],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(code: Code) -> dict[str, object]:
    return {
        "id": code.number,
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
        "help": {"text": f"flowc explain {code.number}"},
    }


def _result(diagnostic: Diagnostic, rule: int, language: str) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": diagnostic.code.number,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.code.severity],
        "message": {"text": message(diagnostic, language)},
        "locations": [_location(diagnostic.span)],
    }
    placed = [note for note in diagnostic.notes if note.span]
    if placed:
        result["relatedLocations"] = [_related(note, language) for note in placed]
    return result


def message(diagnostic: Diagnostic, language: str) -> str:
    """Summary, label, help, and the notes that have no place of their own."""
    lines = [f"{diagnostic.summary(language)}: {diagnostic.label(language)}"]
    help_ = diagnostic.help(language)
    lines.extend([help_] if help_ else [])
    lines.extend(note.say(language) for note in diagnostic.notes if not note.span)
    return "\n".join(lines)


def _related(note: Note, language: str) -> dict[str, object]:
    location = _location(note.span) if note.span else {}
    return {**location, "message": {"text": note.say(language)}}


def _location(span: Span) -> dict[str, object]:
    start, end = span.position, span.source.position(span.end)
    region = {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
    artifact = {"uri": quote(span.source.name)}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}
