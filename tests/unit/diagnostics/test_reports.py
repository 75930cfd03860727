"""Findings for editors, code hosts and build servers."""

from __future__ import annotations

import json
from xml.etree import ElementTree as Xml

from flowc.diagnostics.as_github import as_github
from flowc.diagnostics.as_json import as_json
from flowc.diagnostics.as_junit import as_junit
from flowc.diagnostics.as_sarif import as_sarif
from flowc.diagnostics.model import Code, Diagnostic, Severity, Words, note
from flowc.source import Source

ERROR = Code("F0201", Severity.ERROR, Words("no, node", "没有"), Words("`{name}`", "`{name}`"))
WARNING = Code(
    "F0300", Severity.WARNING, Words("odd", "奇怪"), Words("here", "这里"), Words("fix", "改")
)
SOURCE = Source("flows/热 线.yaml", "一: 二\nto: x\n")
HOSTILE = "a\n::error::b%0A\x1b\0]]>"
FIRST = note(SOURCE.span(0, 1), Words("first", "先"))
CALL = note(None, Words("dial 1", "拨 1"))
FOUND = [
    Diagnostic(ERROR, SOURCE.span(3, 4), (("name", HOSTILE),), (FIRST, CALL)),
    Diagnostic(WARNING, SOURCE.span(0, 10)),
]


def test_json_gives_places_from_1_and_words_in_one_language() -> None:
    first, second = json.loads(as_json(FOUND, "zh"))["findings"]
    assert (first["code"], first["severity"], first["summary"]) == ("F0201", "error", "没有")
    assert (first["start"], first["end"]) == ({"line": 1, "column": 4}, {"line": 1, "column": 5})
    assert first["help"] is None
    assert first["notes"][0]["place"]["file"] == "flows/热 线.yaml"
    assert first["notes"][1] == {"text": "拨 1", "place": None}
    assert (second["end"], second["help"]) == ({"line": 2, "column": 6}, "改")
    assert json.loads(as_json([], "en")) == {"version": 1, "findings": []}


def test_sarif_names_each_rule_once_and_each_place() -> None:
    log = json.loads(as_sarif([*FOUND, FOUND[0]], "en"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["F0201", "F0300"]
    first, second, _ = run["results"]
    assert rules[second["ruleIndex"]]["id"] == second["ruleId"]
    assert (first["level"], second["level"]) == ("error", "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "flows/%E7%83%AD%20%E7%BA%BF.yaml"
    assert place["region"] == {"startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 5}
    assert run["columnKind"] == "unicodeCodePoints"
    assert first["relatedLocations"][0]["message"] == {"text": "first"}
    assert first["message"]["text"].endswith("dial 1")


def test_github_gets_one_line_a_finding_whatever_the_text_holds() -> None:
    first, second = as_github(FOUND, "en").splitlines()
    head = (
        "::error file=flows/热 线.yaml,line=1,endLine=1,col=4,endColumn=5,title=F0201 no%2C node::"
    )
    assert first.startswith(head)
    assert "%0A::error::b%250A<U+001B>" in first
    assert second.startswith("::warning file=flows/热 线.yaml,line=1,endLine=2,title=F0300 odd::")


def test_junit_is_xml_whatever_the_text_holds_and_only_errors_fail() -> None:
    suite = Xml.fromstring(as_junit(FOUND, "zh")).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    first, second = suite.findall("testcase")
    failure = first.find("failure")
    assert failure is not None
    assert failure.get("type") == "F0201"
    assert "错误[F0201]" in (failure.text or "")
    assert first.get("classname") == "flows/热 线.yaml"
    assert second.find("failure") is None
    assert second.find("system-out") is not None


def test_junit_of_nothing_found_is_one_case_that_passed() -> None:
    root = Xml.fromstring(as_junit([], "en"))
    assert len(root.findall(".//testcase")) == 1
    assert root.findall(".//failure") == []
