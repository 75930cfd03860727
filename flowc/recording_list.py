"""What has to be recorded: every prompt with its state, for people who keep texts and recordings.

| state    | means                                                               |
|----------|---------------------------------------------------------------------|
| recorded | a studio recording is there                                         |
| stale    | the text changed since `--mark` noted what the recording says       |
| spoken   | no recording: an engine speaks it                                   |
| unused   | a row of prompts.csv, or a recording, that no flow says             |

(A prompt that is missing altogether is a finding of `flowc check`.)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from flowc.build import sounds_of
from flowc.compiler import Compiled

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")  # a formula to some spreadsheet

COLUMNS = ("id", "language", "state", "text", "where")


class State(Enum):
    RECORDED = "recorded"
    STALE = "stale"
    SPOKEN = "spoken"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class PromptLine:
    """One prompt in one language. `where`: the place of the text, `file:line:column`."""

    id: str
    language: str
    state: State
    text: str
    where: str


def prompt_lines(compiled: Compiled, marked: Mapping[str, str]) -> tuple[PromptLine, ...]:
    """Every prompt of a project, used ones first, by id. `marked`: see `marks_of`."""
    return (*sorted(_used(compiled, marked), key=_order), *sorted(_unused(compiled), key=_order))


def marks_of(compiled: Compiled) -> dict[str, str]:
    """What the recordings say today, by sound key: to be kept and compared with later texts."""
    assert compiled.project is not None
    recordings = compiled.project.program.around.recordings
    found = {f"{language}/{id_}" for language, id_ in recordings}
    return {key: compiled.texts[key] for key in sorted(found) if key in compiled.texts}


def _order(line: PromptLine) -> tuple[str, str]:
    return line.id, line.language


def _used(compiled: Compiled, marked: Mapping[str, str]) -> Iterator[PromptLine]:
    assert compiled.project is not None
    assert compiled.graph is not None
    recordings = compiled.project.program.around.recordings
    for key in sounds_of(compiled.graph, compiled.project.fallback):
        language, _, id_ = key.partition("/")
        recorded = (language, id_) in recordings
        span = compiled.spans.get(key)
        text = compiled.texts.get(key, "")
        state = State.RECORDED if recorded else State.SPOKEN
        if recorded and marked.get(key, text) != text:
            state = State.STALE
        yield PromptLine(id_, language, state, text, str(span) if span else "")


def _unused(compiled: Compiled) -> Iterator[PromptLine]:
    assert compiled.project is not None
    assert compiled.graph is not None
    around = compiled.project.program.around
    used = {
        key.partition("/")[2].partition(".p")[0]
        for key in sounds_of(compiled.graph, compiled.project.fallback)
    }
    used |= {key.partition("/")[2] for key in sounds_of(compiled.graph, compiled.project.fallback)}
    named = {text.removesuffix(".name") for text in used}
    for id_, row in around.prompts.items():
        if id_ not in used and id_.removesuffix(".name") not in named:
            for language, text in row.texts.items():
                yield PromptLine(id_, language, State.UNUSED, text, str(row.span))
    for language, id_ in around.recordings:
        if id_ not in used:
            yield PromptLine(id_, language, State.UNUSED, "", f"prompts/{language}/{id_}.wav")


def as_csv(lines: tuple[PromptLine, ...]) -> str:
    """A table for a spreadsheet. A text that looks like a formula is kept a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(
            [
                _cell(value)
                for value in (line.id, line.language, line.state.value, line.text, line.where)
            ]
        )
    return out.getvalue()


def _cell(value: str) -> str:
    """A text of one cell: signs that a program may take for the end of a row are blanks."""
    plain = _CONTROL.sub(" ", value)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def as_script(lines: tuple[PromptLine, ...], language: str) -> str:
    """The recording script of one language in Markdown: what the speaker reads, and the file's name."""
    head = f"# {language}\n\n| # | file | text |\n|---|---|---|\n"
    own = [line for line in lines if line.language == language and line.state is not State.UNUSED]
    rows = (
        f"| {at} | `{line.id}.wav` | {_markdown(line.text)} |\n" for at, line in enumerate(own, 1)
    )
    return head + "".join(rows)


def _markdown(text: str) -> str:
    line = " ".join(_CONTROL.sub(" ", text).split("\n"))
    return line.replace("\\", "\\\\").replace("|", "\\|")
