"""Results of test calls for machines: JUnit XML and JSON. Knows no terminal and no colours."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from flowc.simulate.failures import Failure
from flowc.simulate.simulator import Run

# XML 1.0 can't hold these, and what a caller's data says is not ours to trust.
_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(runs: Sequence[Run], language: str = "en") -> str:
    """One test suite, one test case a call; the time is the call's own length in seconds."""
    failed = sum(not run.passed for run in runs)
    suite = Xml.Element(
        "testsuite", name="flowc", tests=str(len(runs)), failures=str(failed), errors="0"
    )
    for run in runs:
        suite.append(_case(run, language))
    Xml.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suite, "unicode") + "\n"


def _case(run: Run, language: str) -> Xml.Element:
    case = Xml.Element(
        "testcase",
        name=_clean(run.script.name),
        classname=_clean(_file(run)),
        time=f"{run.length_ms / 1000:.3f}",
    )
    for found in run.failures:
        said = _clean(found.say(language))
        inner = Xml.SubElement(case, "failure", message=said)
        inner.text = f"{_clean(str(found.span))}: {said}"
    return case


def results_json(runs: Sequence[Run], language: str = "en") -> str:
    """`{"passed": n, "failed": n, "calls": [...]}`; each call with what it heard and its failures."""
    passed = sum(run.passed for run in runs)
    calls = [_call(run, language) for run in runs]
    results = {"passed": passed, "failed": len(runs) - passed, "calls": calls}
    return json.dumps(results, ensure_ascii=False, indent=1)


def _call(run: Run, language: str) -> dict[str, object]:
    return {
        "call": run.script.name,
        "file": _file(run),
        "passed": run.passed,
        "length_ms": run.length_ms,
        "ended_by": run.by,
        "ended_at": run.at,
        "marks": list(run.marks),
        "requests": dict(run.requests),
        "tickets": run.tickets,
        "abandoned": run.abandoned,
        "heard": [{"at_ms": one.begins, "text": one.text} for one in run.heard],
        "failures": [_failure(found, language) for found in run.failures],
    }


def _failure(found: Failure, language: str) -> dict[str, object]:
    at = found.span.position
    return {
        "message": found.say(language),
        "file": found.span.source.name,
        "line": at.line,
        "column": at.column,
        "block": found.block,
    }


def _file(run: Run) -> str:
    return run.script.span.source.name


def _clean(text: str) -> str:
    return _REFUSED.sub("\N{REPLACEMENT CHARACTER}", text)
