"""Findings as workflow commands, which GitHub shows at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from flowc.diagnostics.as_sarif import message
from flowc.diagnostics.columns import shown
from flowc.diagnostics.model import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def as_github(found: Iterable[Diagnostic], language: str) -> str:
    """A line a finding; no text of a file can begin a command of its own."""
    return "".join(f"{_command(diagnostic, language)}\n" for diagnostic in found)


def _command(diagnostic: Diagnostic, language: str) -> str:
    start = diagnostic.span.position
    end = diagnostic.span.source.position(diagnostic.span.end)
    properties = {
        "file": diagnostic.span.source.name,
        "line": str(start.line),
        "endLine": str(end.line),
        "col": str(start.column),
        "endColumn": str(end.column),
        "title": f"{diagnostic.code.number} {diagnostic.summary(language)}",
    }
    if start.line != end.line:  # GitHub refuses columns over several lines
        del properties["col"], properties["endColumn"]
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return (
        f"::{_COMMANDS[diagnostic.code.severity]} {written}::{_data(message(diagnostic, language))}"
    )


def _data(text: str) -> str:
    """Line ends and percent signs as GitHub asks for them; nothing that cannot be seen."""
    lines = "\n".join(shown(line) for line in text.split("\n"))
    return lines.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
