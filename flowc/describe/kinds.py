"""docs/reference/kinds.md: every kind with its fields and ways out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING

from flowc.describe.kinds_told import KINDS_TOLD
from flowc.describe.schemas import default_of
from flowc.kinds.base import FieldInfo, NodeKind, fields_of, outcomes_of
from flowc.kinds.table import KINDS

GENERATED = "<!-- Written by `python -m flowc.describe` (make generate). Change the kinds, not this page. -->"


def cell(text: str) -> str:
    """A text that stays in its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def kinds_page() -> str:
    """The reference of kinds, in Markdown."""
    lines = ["# Kinds of nodes · 节点种类", "", GENERATED, ""]
    for kind in KINDS:
        lines.extend(_kind(kind))
    return "\n".join(lines).rstrip() + "\n"


def _kind(kind: type[NodeKind]) -> Iterator[str]:
    yield f"## {kind.keyword}"
    yield ""
    # The docstring is the one place where a kind is told in English.
    yield from (line.strip() for line in (kind.__doc__ or "").strip().splitlines())
    told = KINDS_TOLD[kind.keyword]
    yield from ("", told.chinese, "", "```yaml", told.example.strip("\n"), "```", "")
    yield "| field · 字段 | what · 含义 | default · 默认 | example · 例子 |"
    yield "| --- | --- | --- | --- |"
    for info in fields_of(kind):
        if not info.outcome:
            yield _field(kind, info)
    yield ""
    ways = outcomes_of(kind)
    if ways:
        yield "| way out · 去处 | when · 何时 | |"
        yield "| --- | --- | --- |"
        yield from (
            f"| `{info.key}` | {cell(info.help.en)} {cell(info.help.zh)} | {_needed(info)} |"
            for info in ways
        )
        yield ""


def _needed(info: FieldInfo) -> str:
    return "compulsory · 必写" if info.required else "may be left out · 可省"


def _field(kind: type[NodeKind], info: FieldInfo) -> str:
    name = kind.keyword if info.main else info.key
    example = cell(f"`{name}: {info.shape.example}`")
    return f"| `{name}` | {cell(info.help.en)} {cell(info.help.zh)} | {_default(kind, info)} | {example} |"


def _default(kind: type[NodeKind], info: FieldInfo) -> str:
    match default_of(kind, info):
        case default if default is MISSING:
            return "compulsory · 必写"
        case bool() as truth:
            return "yes" if truth else "no"
        case int() as number:
            return f"{number} s" if "unit" in info.shape.expected.en else str(number)
        case _:
            return "none · 无"
