"""What flowc does not do yet, told as such with what to do instead. Knows no word of the language."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words
from flowc.source import Span


@dataclass(frozen=True, slots=True)
class NotYet:
    """What is missing, and what can be done today."""

    what: Words
    advice: Words

    def report(self, span: Span, report: Reporter) -> None:
        report.report(
            codes.NOT_YET,
            span,
            what=self.what.en,
            what_zh=self.what.zh,
            advice=self.advice.en,
            advice_zh=self.advice.zh,
        )
