"""docs/reference/project.md: every file of a project besides flows' nodes, field by field."""

from __future__ import annotations

from collections.abc import Iterator

from flowc.describe.kinds import GENERATED, cell
from flowc.describe.schemas import FORMS
from flowc.describe.words import WORDS
from flowc.language.forms import Form

TITLES = {
    "project": "flowc.yaml",
    "number": "flowc.yaml: each of `numbers:`",
    "person": "flowc.yaml: `person:`",
    "limits": "flowc.yaml: `limits:`",
    "ticket class": "flowc.yaml: each of `tickets:`",
    "flow": "flows/*.flow.yaml",
    "service": "services/*.yaml",
    "operation": "services/*.yaml: each of `lookups:` and `requests:`",
    "queue": "queues.yaml: each queue",
    "calendar": "calendars/*.yaml",
}


def project_page() -> str:
    """The reference of a project's files, in Markdown."""
    lines = ["# Files of a project · 项目的文件", "", GENERATED, ""]
    for what, form in FORMS.items():
        lines.extend(_form(what, form))
    lines.extend(_call())
    return "\n".join(lines).rstrip() + "\n"


def _form(what: str, form: Form) -> Iterator[str]:
    yield f"## {TITLES[what]}"
    yield ""
    yield "| field · 字段 | what · 含义 | | example · 例子 |"
    yield "| --- | --- | --- | --- |"
    for name, shape in form.fields.items():
        words = WORDS[what][name]
        needed = "compulsory · 必写" if name in form.required else ""
        example = "" if shape.example == "..." else cell(f"`{name}: {shape.example}`")
        yield f"| `{name}` | {cell(words.en)} {cell(words.zh)} | {needed} | {example} |"
    yield ""


def _call() -> Iterator[str]:
    yield "## tests/*.call.yaml"
    yield ""
    yield "| field · 字段 | what · 含义 |"
    yield "| --- | --- |"
    for name, words in WORDS["call"].items():
        yield f"| `{name}` | {cell(words.en)} {cell(words.zh)} |"
