"""Results of test calls for machines: JUnit XML and JSON. Knows no terminal and no colours."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from flowc.diagnostics.as_json import as_json
from flowc.diagnostics.as_junit import as_junit
from flowc.diagnostics.model import Diagnostic
from flowc.machine.trace import Ended, Entered
from flowc.simulate.failures import Failure
from flowc.simulate.simulator import Run

MOST_NODES = 12  # of a call's route that are shown; the end is what matters
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
        inner.text = f"{_clean(str(found.span))}: {said}\n{_clean(route(run))}"
    return case


def results_json(runs: Sequence[Run], language: str = "en") -> str:
    """`{"passed": n, "failed": n, "calls": [...]}`; each call with what it heard and its failures."""
    passed = sum(run.passed for run in runs)
    calls = [_call(run, language) for run in runs]
    results = {"passed": passed, "failed": len(runs) - passed, "calls": calls}
    return json.dumps(results, ensure_ascii=False, indent=1)


def findings_json(found: Sequence[Diagnostic], language: str = "en") -> str:
    """The same object where no call could be played: no calls, and why."""
    findings = json.loads(as_json(found, language))["findings"]
    results = {"passed": 0, "failed": 0, "calls": [], "findings": findings}
    return json.dumps(results, ensure_ascii=False, indent=1)


def findings_junit(found: Sequence[Diagnostic], language: str = "en") -> str:
    """A report in which each finding is a case, so that no build server takes it for nothing."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{as_junit(found, language)}'


def route(run: Run) -> str:
    """The nodes that a call went through, with what it did there: `top: 2 -> bill.find: not_found`."""
    nodes: list[tuple[str, list[str]]] = []
    for step in run.trace.steps:
        if isinstance(step, Entered) and step.block.flow != "call":
            name = step.block.node_name
            if not nodes or nodes[-1][0] != name:
                nodes.append((name, []))
        elif isinstance(step, Ended) and nodes and step.outcome != "done":
            nodes[-1][1].append(step.outcome)
    shown = [f"{name}: {', '.join(did)}" if did else name for name, did in nodes]
    return " -> ".join(["...", *shown[-MOST_NODES:]] if len(shown) > MOST_NODES else shown)


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
        "route": route(run),
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
