"""What stands in spreadsheets: `prompts.csv` and `lists/*.csv`, and `queues.yaml` beside them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.graph.surroundings import PromptRow, QueueSpec
from flowc.kinds.shapes import DURATION, ListShape, Place, Worded, count, one_of
from flowc.language.forms import PLAIN, Form, entries
from flowc.source import Source, Span
from flowc.syntax.tree import Scalar, Tree

PROMPT_ID = re.compile(r"[a-z][a-z0-9_.~*#]{0,79}")
SEAT = Worded(
    Words("a seat: letters, digits, _ and -", "坐席：字母、数字、_ 和 -"), "8001", lambda t: t if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", t) else None
)
QUEUE = Form(
    "queue",
    {
        "members": ListShape(SEAT),
        "strategy": one_of("longest_idle", "ring_all", "round_robin", "fewest_calls", "random", "in_order"),
        "ring": DURATION,
        "wrap_up": DURATION,
        "most_callers": count(0, 9999),
        "music": PLAIN,
        "title": PLAIN,
    },
)


def read_queues(tree: Tree, place: Place) -> dict[str, QueueSpec]:
    """`queues: {digital_tv: {members: [8001], ...}}`, or the queues themselves."""
    found: dict[str, QueueSpec] = {}
    for name, body in entries(tree):
        form = QUEUE.read(body, place.under(name.text))
        if form is not None:
            found[name.text] = QueueSpec(
                name.text,
                tuple(form.get("members", ())),
                form.get("strategy", "longest_idle"),
                form.get("ring", 15),
                form.get("wrap_up", 5),
                form.get("most_callers", 0),
                form.get("music", "default"),
                name.span,
            )
    return found


def _rows(source: Source) -> Iterator[tuple[dict[str, str], Span]]:
    """The rows of a table by its first line, each with the place of its line."""
    lines = csv.reader(StringIO(source.text))
    header = next(lines, [])
    start = 0
    before = lines.line_num
    for row in lines:
        first = before + 1
        before = lines.line_num
        start = _offset(source, first)
        end = start + len(source.line(first)) if first <= source.text.count("\n") + 1 else start
        yield dict(zip([name.strip() for name in header], row, strict=False)), source.span(start, end)


def _offset(source: Source, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = source.text.find("\n", at) + 1
    return at


def read_prompts(source: Source, place: Place) -> dict[str, PromptRow]:
    """`id, zh, en, recording, approved by, note`: columns named by language hold texts."""
    found: dict[str, PromptRow] = {}
    for row, span in _rows(source):
        id_ = (row.get("id") or "").strip()
        if not id_:
            continue
        if not PROMPT_ID.fullmatch(id_):
            place.wrong(Scalar(id_, span), Words("a prompt's id", "提示音编号"), "greeting")
        elif id_ in found:
            place.report.report(codes.DUPLICATE_FLOW, span, name=id_, where=str(found[id_].span))
        else:
            texts = {language: row[language].strip() for language in place.languages if (row.get(language) or "").strip()}
            found[id_] = PromptRow(id_, texts, span)
    return found


def read_list(source: Source, place: Place) -> tuple[str, ...]:
    """The first column, digits only; other columns are for people."""
    found: list[str] = []
    for row, span in _rows(source):
        entry = next(iter(row.values()), "").strip()
        if re.fullmatch(r"\+?[0-9]{1,20}\*?", entry):
            found.append(entry.lstrip("+"))
        elif entry:
            place.wrong(Scalar(entry, span), Words("a number in the first column", "第一列是号码"), "13800138000")
    return tuple(dict.fromkeys(found))
