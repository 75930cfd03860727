"""What stands in spreadsheets: `prompts.csv` and `lists/*.csv`, and `queues.yaml` beside them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import chain

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.graph.surroundings import PromptRow, QueueSpec
from flowc.kinds.shapes import (
    DURATION,
    LISTED_NAME,
    MAYBE_NO_TIME,
    JsonSchema,
    ListShape,
    Place,
    Worded,
    count,
    one_of,
)
from flowc.language.forms import PLAIN, Form, Plain, RawMapping, entries
from flowc.source import Source, Span
from flowc.syntax.tree import Scalar, Sequence, Tree

MORE = "+"  # what stands beyond the last named column
# It names the sound's file, as the ids of inline texts do.
PROMPT_ID = re.compile(r"(?!.{200})[a-z][a-z0-9_]{0,63}(\.[a-z0-9_]{1,64}){0,7}")
FULL_WIDTH = Words("full-width commas", "全角逗号")
NUMBER = re.compile(r"\+?[0-9]{1,20}\*?")
SEAT = Worded(
    Words("a seat: letters, digits, _ and -", "坐席：字母、数字、_ 和 -"),
    "8001",
    lambda t: t if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", t) else None,
)


EACH_SEAT = Words("a list with each seat by itself", "逐个列出的坐席")


class SeatShape:
    """One seat. `8001-8010` without quotes was meant as many, and would ring none of them."""

    expected = SEAT.expected
    example = SEAT.example

    def read(self, tree: Tree, place: Place) -> str | None:
        stretch = re.fullmatch(r"([0-9]+)\s*[-~]\s*([0-9]+)", tree.span.text)
        if stretch and int(stretch[1]) < int(stretch[2]):
            first, last = int(stretch[1]), int(stretch[2])
            shown = [
                *range(first, min(first + 3, last)),
                *(["..."] if last - first > 3 else []),
                last,
            ]
            place.wrong(
                tree,
                EACH_SEAT,
                f"[{', '.join(map(str, shown))}]",
            )
            return None
        return SEAT.read(tree, place)

    def schema(self) -> JsonSchema:
        return SEAT.schema()


class SeatsShape:
    """The seats of a queue, each once; written down as none, nobody would ever answer."""

    seats = ListShape(SeatShape())
    expected = Words("seats, each of them once", "坐席，每个写一次")
    example = seats.example

    def read(self, tree: Tree, place: Place) -> tuple[str, ...] | None:
        found = self.seats.read(tree, place)
        if isinstance(tree, Sequence) and not tree.items:
            place.wrong(tree, Words("at least one seat", "至少一个坐席"), self.example)
        elif found and len(set(found)) < len(found):
            place.wrong(tree, self.expected, f"[{', '.join(dict.fromkeys(found))}]")
        return found

    def schema(self) -> JsonSchema:
        return self.seats.schema()


QUEUE = Form(
    "queue",
    {
        "members": SeatsShape(),
        "strategy": one_of(
            "longest_idle", "ring_all", "round_robin", "fewest_calls", "random", "in_order"
        ),
        "ring": DURATION,
        "wrap_up": MAYBE_NO_TIME,
        "most_callers": count(0, 9999),
        "music": PLAIN,
        "title": Plain(
            Words("one text, for the people who answer", "一段文字，给坐席看"), "综合坐席"
        ),
    },
)


QUEUES = RawMapping(
    Words("queues by their names", "队列名和队列"), "{digital_tv: {members: [8001]}}"
)


def read_queues(tree: Tree, place: Place) -> dict[str, QueueSpec]:
    """`queues: {digital_tv: {members: [8001], ...}}`, or the queues themselves."""
    found: dict[str, QueueSpec] = {}
    QUEUES.read(tree, place)
    for name, body in entries(tree):
        LISTED_NAME.read(name, place)
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


class UnreadableTable(Exception):  # noqa: N818 - it says what happened
    """The rows can't be told apart from some line on; it has been reported."""


QUOTED = Words(
    "a row whose double quotes are closed: a text in them ends with one",
    "双引号成对的一行：用引号括起的文字，末尾也要有引号",
)


def _rows(source: Source, place: Place) -> Iterator[tuple[dict[str, str], Span]]:
    """The rows of a table by its first line (itself the first), each with the place of its line."""
    # The csv module's own notion of a line: every one that it asks for is counted.
    starts: list[int] = []
    lines = csv.reader(_lines(source.text, starts), strict=True)
    header: list[str] | None = None
    row_at = 0
    while True:
        try:
            row = next(lines, None)
        except csv.Error:
            place.wrong(
                Scalar("", _line_at(source, starts[row_at])),
                QUOTED,
                'goodbye,再见。,"Thank you, goodbye."',
            )
            raise UnreadableTable from None
        if row is None:
            return
        start, row_at = (starts[row_at] if row_at < len(starts) else 0), len(starts)
        if header is None:
            header = [name.strip() for name in row]
            yield {name: name for name in header}, source.span(start, start + len(",".join(row)))
        elif row:
            more = {f"{MORE}{at}": text for at, text in enumerate(row[len(header) :])}
            yield (
                {**dict(zip(header, row, strict=False)), **more},
                _line_at(source, start),
            )


def _line_at(source: Source, start: int) -> Span:
    end = source.text.find("\n", start)
    return source.span(start, end if end >= 0 else len(source.text))


def _lines(text: str, starts: list[int]) -> Iterator[str]:
    at = 0
    for line in StringIO(text, newline=""):
        starts.append(at)
        at += len(line)
        yield line


def _dividing(line: str) -> Words | None:
    """The mark, if it is none of ours, that divides a line into columns."""
    marks = {
        ";": Words("semicolons", "分号"),
        "；": Words("full-width semicolons", "全角分号"),
        "\t": Words("tabs", "制表符"),
        "，": FULL_WIDTH,
    }
    return next((words for mark, words in marks.items() if mark in line and "," not in line), None)


def _commas_wanted(used: Words) -> Words:
    return Words(
        f"columns divided by commas (here they are by {used.en})",
        f"用半角逗号分隔的各列（这里用的是{used.zh}）",
    )


def _header_wanted(line: str) -> Words:
    """What the first line should be, and where another mark divides it, that, too."""
    used = _dividing(line)
    if used is None:
        return Words("a first line with a column `id`", "首行有 `id` 一列")
    wanted = _commas_wanted(used)
    return Words(f"{wanted.en}, one of them `id`", f"{wanted.zh}，其中一列是 `id`")


def read_prompts(source: Source, place: Place) -> dict[str, PromptRow] | None:
    """`id, zh, en, recording, approved by, note`: columns named by language hold texts.

    None where the columns are not to be told apart.
    """
    try:
        return _prompts(_rows(source, place), place)
    except UnreadableTable:
        return None


def _prompts(
    rows: Iterator[tuple[dict[str, str], Span]], place: Place
) -> dict[str, PromptRow] | None:
    found: dict[str, PromptRow] = {}
    header = next(rows, None)
    if header is not None and "id" not in header[0]:
        place.wrong(Scalar("", header[1]), _header_wanted(header[1].text), "id,zh,en,recording")
        return None
    meant = _misnamed_columns(*header, place) if header else {}
    for row, span in rows:
        id_ = (row.get("id") or "").strip()
        if not id_:
            continue
        if any(name.startswith(MORE) for name in row):
            # A comma in a text moves the rest of the row to the right, and the text is cut short.
            columns = len(header[0]) if header else 0
            wanted = Words(
                f"a row of {columns} columns; a text with a comma in it needs quotes",
                f"{columns} 列；文字里有逗号时要加双引号",
            )
            place.wrong(Scalar(id_, span), wanted, 'goodbye,再见。,"Thank you, goodbye."')
        if not PROMPT_ID.fullmatch(id_):
            place.wrong(Scalar(id_, span), Words("a prompt's id", "提示音编号"), "greeting")
        elif id_ in found:
            place.report.report(codes.DUPLICATE_FLOW, span, name=id_, where=str(found[id_].span))
        else:
            texts = {
                language: text
                for language in place.languages
                if (text := row.get(meant.get(language, language), "").strip())
            }
            found[id_] = PromptRow(id_, texts, span)
    return found


def _misnamed_columns(header: dict[str, str], line: Span, place: Place) -> dict[str, str]:
    """Columns that were meant for a language, by language; each is told."""
    found = {}
    for language in place.languages:
        names = {language, *_LANGUAGE_NAMES.get(language, ())}
        name = next((name for name in header if name.casefold() in names), None)
        if language not in header and name is not None:
            start = line.start + line.text.index(name)
            where = line.source.span(start, start + len(name))
            wanted = Words(f"`{language}`, the language's code", f"语言代码 `{language}`")
            place.under(name).wrong(Scalar(name, where), wanted, language)
            found[language] = name
    return found


_LANGUAGE_NAMES = {
    "zh": ("中文", "汉语", "普通话", "国语", "chinese", "mandarin"),
    "en": ("英文", "英语", "english"),
}


def read_list(source: Source, place: Place) -> tuple[str, ...] | None:
    """The first column, digits only; other columns are for people. None where it can't be read."""
    try:
        return _numbers(_rows(source, place), place)
    except UnreadableTable:
        return None


def _numbers(rows: Iterator[tuple[dict[str, str], Span]], place: Place) -> tuple[str, ...] | None:
    found: list[str] = []
    is_faulty = False
    # The first line names the columns, unless it is a number itself, or was meant for one.
    first = next(rows, None)
    headless = first is not None and _is_digits(next(iter(first[0]), ""))
    for row, span in chain([first] if first and headless else [], rows):
        entry = next(iter(row.values()), "").strip()
        if NUMBER.fullmatch(entry):
            found.append(entry.lstrip("+"))
        elif used := _dividing(entry):  # as all lines are then: told once
            place.wrong(Scalar(entry, span), _commas_wanted(used), "13800138000,张先生")
            return None
        elif entry:
            place.wrong(Scalar(entry, span), _number_wanted(entry), _digits_of(entry))
            is_faulty = True
    # A list of faults alone is not empty for whoever names it.
    return None if is_faulty and not found else tuple(dict.fromkeys(found))


def _is_digits(cell: str) -> bool:
    """Digits for the most part: no name of a column, but a number, well spelt or not."""
    digits = sum(mark.isdigit() for mark in cell)
    return bool(NUMBER.fullmatch(cell)) or (digits >= 3 and 2 * digits > len(cell))


def _number_wanted(entry: str) -> Words:
    if re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", entry):
        return Words(
            "a number in the first column; Excel has rounded this one: "
            "make the column's cells `Text` and type it again",
            "第一列是号码；这个号码被 Excel 改成了科学记数：请把这一列的单元格格式设为“文本”，再重新输入",
        )
    return Words(
        "a number in the first column: digits, without blanks and hyphens",
        "第一列是号码：只写数字，不要空格和横线",
    )


def _digits_of(entry: str) -> str:
    """The number as it was meant, where a blank, a hyphen or the like is all that is wrong."""
    digits = re.sub(r"[\s()（）－-]", "", entry)
    return digits if NUMBER.fullmatch(digits) else "13800138000"
