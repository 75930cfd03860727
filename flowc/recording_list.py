"""What has to be recorded: every prompt with its state, for people who keep texts and recordings.

| state    | means                                                               |
|----------|---------------------------------------------------------------------|
| missing  | a language of the project has no words for it (F0212)               |
| recorded | a studio recording is there                                         |
| stale    | the text changed since `--mark` noted what the recording says       |
| spoken   | no recording: an engine speaks it                                   |
| unused   | a text of prompts.csv, or a recording, that no flow says            |
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from flowc.build import sounds_of
from flowc.compiler import Compiled
from flowc.graph.prompts import Sound, sound_key
from flowc.graph.surroundings import Surroundings
from flowc.kinds.words import Texts

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")  # a formula to some spreadsheet

COLUMNS = ("id", "row", "language", "state", "text", "where")


class State(Enum):
    MISSING = "missing"
    RECORDED = "recorded"
    STALE = "stale"
    SPOKEN = "spoken"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class PromptLine:
    """One prompt in one language.

    `id` names its recording, `row` its row in prompts.csv: one row holds the words around a value,
    and the name of a choice, whose sentence is made from it. `text` of a missing one: what it says
    in another language. `where`: the place of the text, `file:line:column`.
    """

    id: str
    row: str
    language: str
    state: State
    text: str
    where: str


def prompt_lines(compiled: Compiled, marked: Mapping[str, str]) -> tuple[PromptLine, ...]:
    """Every prompt of a project that has no errors but missing texts: missing, used, unused, by id.

    `marked`: see `marks_of`.
    """
    found = (_missing(compiled), _used(compiled, marked), _unused(compiled))
    return tuple(line for lines in found for line in sorted(lines, key=_order))


def marks_of(compiled: Compiled) -> dict[str, str]:
    """What the recordings say today, by sound key: to be kept and compared with later texts."""
    found = {sound_key(language, Sound(id_)) for language, id_ in _around(compiled).recordings}
    return {key: compiled.texts[key] for key in sorted(found) if key in compiled.texts}


def _around(compiled: Compiled) -> Surroundings:
    assert compiled.project is not None
    return compiled.project.program.around


def _texts(compiled: Compiled) -> Texts:
    assert compiled.lowered is not None
    return compiled.lowered.texts


def _order(line: PromptLine) -> tuple[str, str]:
    return line.id, line.language


def _sounds(compiled: Compiled) -> frozenset[str]:
    """What is said; where a text is missing, no pass has told yet what no caller can hear."""
    assert compiled.lowered is not None
    assert compiled.project is not None
    return sounds_of(compiled.graph or compiled.lowered.graph, compiled.project.fallback)


def _missing(compiled: Compiled) -> Iterator[PromptLine]:
    for each in _texts(compiled).missing:
        yield PromptLine(
            each.row, each.row, each.language, State.MISSING, each.words, str(each.span)
        )


def _used(compiled: Compiled, marked: Mapping[str, str]) -> Iterator[PromptLine]:
    recordings, texts = _around(compiled).recordings, _texts(compiled)
    for key in _sounds(compiled) & texts.by_key.keys():
        language, _, id_ = key.partition("/")
        text = texts.by_key[key]
        recorded = (language, id_) in recordings
        state = State.RECORDED if recorded else State.SPOKEN
        if recorded and marked.get(key, text) != text:
            state = State.STALE
        yield PromptLine(id_, texts.rows[key], language, state, text, str(texts.spans[key]))


def _unused(compiled: Compiled) -> Iterator[PromptLine]:
    around, texts, sounds = _around(compiled), _texts(compiled), _sounds(compiled)
    rows = {row for key, row in texts.rows.items() if key in sounds}
    rows |= {each.row for each in texts.missing}
    for id_, row in around.prompts.items():
        for language, text in row.texts.items():
            if id_ not in rows or (id_, language) in texts.overridden:
                yield PromptLine(id_, id_, language, State.UNUSED, text, str(row.span))
    for language, id_ in around.recordings:
        if sound_key(language, Sound(id_)) not in sounds:
            where = f"prompts/{language}/{id_}.wav"
            yield PromptLine(id_, "", language, State.UNUSED, "", where)


def as_csv(lines: tuple[PromptLine, ...]) -> str:
    """A table for a spreadsheet. A text that looks like a formula is kept a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(
            [
                _cell(value)
                for value in (
                    line.id,
                    line.row,
                    line.language,
                    line.state.value,
                    line.text,
                    line.where,
                )
            ]
        )
    return out.getvalue()


def _cell(value: str) -> str:
    """A text of one cell: signs that a program may take for the end of a row are blanks."""
    plain = _CONTROL.sub(" ", value)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def as_script(lines: tuple[PromptLine, ...], language: str, told_in: str) -> str:
    """The recording script of one language in Markdown: what the speaker reads, and the file's name.

    What has no words yet follows, in the words of another language. `told_in`: the language of heads.
    """
    zh = told_in == "zh"
    own = [line for line in lines if line.language == language]
    read = [line for line in own if line.state not in (State.UNUSED, State.MISSING)]
    missing = [line for line in own if line.state is State.MISSING]
    files = ((f"{line.id}.wav", line.text) for line in read)
    script = f"# {language}\n\n" + _table("文件" if zh else "file", files, zh)
    if not missing:
        return script
    title = "还没有文字" if zh else "No text yet"
    rows = ((line.row, line.text) for line in missing)
    return script + f"\n## {title}\n\n" + _table("prompts.csv", rows, zh)


def _table(first: str, rows: Iterable[tuple[str, str]], zh: bool) -> str:
    head = f"| # | {first} | {'文字' if zh else 'text'} |\n|---|---|---|\n"
    return head + "".join(
        f"| {at} | `{name}` | {_markdown(text)} |\n" for at, (name, text) in enumerate(rows, 1)
    )


def _markdown(text: str) -> str:
    line = " ".join(_CONTROL.sub(" ", text).split("\n"))
    return line.replace("\\", "\\\\").replace("|", "\\|")
