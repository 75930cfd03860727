"""Findings as a JUnit report, which build servers list as failed tests."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from flowc.diagnostics.columns import shown
from flowc.diagnostics.model import Diagnostic
from flowc.diagnostics.render import render


def as_junit(found: Sequence[Diagnostic], language: str) -> str:
    """A case a finding: an error fails, a warning or an advice is a case that says something.

    With nothing found there is one case that passed, since an empty report reads as a broken build.
    """
    errors = sum(diagnostic.is_error for diagnostic in found)
    counts = {"tests": str(max(1, len(found))), "failures": str(errors), "errors": "0"}
    root = Xml.Element("testsuites", name="flowc", attrib=counts)
    suite = Xml.SubElement(root, "testsuite", name="flowc check", attrib=counts)
    for diagnostic in found:
        _add_case(suite, diagnostic, language)
    if not found:
        Xml.SubElement(suite, "testcase", name="flowc check", classname="flowc")
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _add_case(suite: Xml.Element, diagnostic: Diagnostic, language: str) -> None:
    at = diagnostic.span.position
    summary = shown(diagnostic.summary(language))
    name = f"{diagnostic.code.number} {at.line}:{at.column} {summary}"
    case = Xml.SubElement(
        suite, "testcase", name=name, classname=shown(diagnostic.span.source.name)
    )
    if diagnostic.is_error:
        label = shown(diagnostic.label(language))
        said = Xml.SubElement(case, "failure", message=label, type=diagnostic.code.number)
    else:
        said = Xml.SubElement(case, "system-out")
    said.text = render(diagnostic, language)
