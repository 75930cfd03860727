"""Values that are said in a language that nobody reads values in. Knows no language by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from flowc.diagnostics.codes import flows
from flowc.diagnostics.model import Reporter
from flowc.graph.model import FlowGraph
from flowc.graph.prompts import Phrase, ReadAs, Spoken
from flowc.graph.reads import author_name, phrases_in


def find_no_reader(graph: FlowGraph, unread: Collection[str], report: Reporter) -> None:
    """Report each value that is read out in one of the `unread` languages; free text needs no reader."""
    for block in graph.blocks.values() if unread else ():
        for phrase in (each for one in block.operations for each in phrases_in(one)):
            for language, part in _values(phrase):
                if language in unread:
                    report.report(
                        flows.NO_READ_OUT,
                        block.origin.span,
                        name=author_name(part.variable),
                        type=part.read_as.value,
                        reason=f"flowc can't read values out in `{language}`; say it without the value there",
                        reason_zh=f"flowc 还不会用 `{language}` 朗读；这种语言的提示语里请不带变量",
                    )


def _values(phrase: Phrase) -> Iterator[tuple[str, Spoken]]:
    for language, parts in phrase.parts:
        for part in parts:
            if isinstance(part, Spoken) and part.read_as is not ReadAs.TEXT:
                yield language, part
