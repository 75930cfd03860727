"""The schemas that editors use: every file of the projects fits, slips don't; nothing generated is stale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from flowc.describe.pages import generated
from flowc.describe.schemas import FORMS, schemas
from flowc.describe.words import WORDS
from flowc.diagnostics.model import Reporter
from flowc.source import Source
from flowc.syntax.read_yaml import read_yaml
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree

ROOT = Path(__file__).parents[3]
SORTS = {
    "flow": "flows/**/*.flow.yaml",
    "project": "flowc.yaml",
    "service": "services/*.yaml",
    "queues": "queues.yaml",
    "calendar": "calendars/*.yaml",
    "call": "tests/**/*.call.yaml",
}
PROJECTS = [
    ROOT / "tests/cases/station",
    *sorted(
        path.parent
        for path in [*ROOT.glob("flows/flowc.yaml"), *ROOT.glob("examples/*/flowc.yaml")]
    ),
]


def as_an_editor_reads(tree: Tree) -> Any:
    """YAML 1.2 as editors load it: numbers and truths have types."""
    match tree:
        case Scalar(text, _, quoted):
            if quoted:
                return text
            if text in ("", "null", "~"):
                return None
            if text in ("true", "false"):
                return text == "true"
            return (
                int(text)
                if text.isascii() and text.isdigit() and not text.startswith("0")
                else text
            )
        case Sequence(items):
            return [as_an_editor_reads(item) for item in items]
        case Mapping(entries):
            return {entry.key.text: as_an_editor_reads(entry.value) for entry in entries}


def loaded(text: str, name: str = "x.yaml") -> Any:
    report = Reporter()
    tree = read_yaml(Source(name, text), report)
    assert tree is not None
    return as_an_editor_reads(tree)


def project_files() -> Iterator[tuple[str, Path]]:
    for folder in PROJECTS:
        for sort, pattern in SORTS.items():
            yield from ((sort, path) for path in sorted(folder.glob(pattern)))


@pytest.mark.parametrize(
    ("sort", "path"),
    list(project_files()),
    ids=lambda value: value if isinstance(value, str) else str(value.relative_to(ROOT)),
)
def test_every_file_of_the_projects_fits_its_schema(sort: str, path: Path) -> None:
    found = Draft7Validator(schemas()[sort]).iter_errors(loaded(path.read_text(encoding="utf-8")))
    assert [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in found] == []


@pytest.mark.parametrize("sort", SORTS)
def test_a_schema_is_a_schema(sort: str) -> None:
    Draft7Validator.check_schema(schemas()[sort])


SLIPS = {
    "a kind misspelt": ("flow", "flow: a\nnodes:\n  b: {sey: hello, then: c}\n"),
    "two kinds": ("flow", "flow: a\nnodes:\n  b: {say: hello, hangup: bye, then: c}\n"),
    "a field misspelt": ("flow", "flow: a\nnodes:\n  b: {menu: hello, choises: {1: c}}\n"),
    "a field missing": ("flow", "flow: a\nnodes:\n  b: {collect: x, prompt: hello, then: c}\n"),
    "a key that no telephone has": (
        "flow",
        "flow: a\nnodes:\n  b: {menu: hello, choices: {x: c}}\n",
    ),
    "a way without a target": (
        "flow",
        "flow: a\nnodes:\n  b: {say: hello, then: {at_most: 2, else: c}}\n",
    ),
    "a bound without an else": (
        "flow",
        "flow: a\nnodes:\n  b: {say: hello, then: {to: c, at_most: 2}}\n",
    ),
    "a target with a blank": ("flow", "flow: a\nnodes:\n  b: {say: hello, then: to agent}\n"),
    "a time without its unit": (
        "flow",
        "flow: a\nnodes:\n  b: {menu: hello, choices: {1: c}, wait: 5}\n",
    ),
    "no nodes": ("flow", "flow: a\nnodes: {}\n"),
    "a setting misspelt": (
        "project",
        'project: a\nlanguages: [zh]\nnumbers: {"3285028": b}\nlimit: {length: 5m}\n',
    ),
    "no numbers": ("project", "project: a\nlanguages: [zh]\n"),
    "a service of no kind": ("service", "service: a\nkind: soap\n"),
    "a queue's strategy": ("queues", "a: {members: [1], strategy: fastest}\n"),
    "a calendar without a week": ("calendar", "calendar: a\n"),
    "a call without steps": ("call", "call: a\nto: '1'\n"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_does_not_fit(slip: str) -> None:
    sort, text = SLIPS[slip]
    assert list(Draft7Validator(schemas()[sort]).iter_errors(loaded(text)))


def test_every_field_of_every_form_has_its_words() -> None:
    assert {what: set(form.fields) for what, form in FORMS.items()} == {
        what: set(WORDS[what]) for what in FORMS
    }


@pytest.mark.parametrize("name", sorted(generated()))
def test_what_is_generated_is_fresh(name: str) -> None:
    path = ROOT / name
    assert path.is_file(), f"run `make generate`: {name} is missing"
    assert path.read_text(encoding="utf-8") == generated()[name], (
        f"run `make generate`: {name} is stale"
    )
