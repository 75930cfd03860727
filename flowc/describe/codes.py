"""docs/reference/codes.md: every finding by its code."""

from __future__ import annotations

from flowc.describe.kinds import GENERATED, cell
from flowc.diagnostics.catalogue import catalogue


def codes_page() -> str:
    """The reference of findings, in Markdown; `flowc explain CODE` tells each at length."""
    lines = ["# Findings · 诊断代码", "", GENERATED, ""]
    lines += ["| code · 代码 | | what · 含义 |", "| --- | --- | --- |"]
    for number, code in sorted(catalogue().items()):
        summary = f"{code.summary.say('en', {})} · {code.summary.say('zh', {})}"
        lines.append(
            f"| [{number}](../../flowc/diagnostics/pages/{number}.md) | {code.severity.value} | {cell(summary)} |"
        )
    return "\n".join(lines) + "\n"
