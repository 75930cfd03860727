"""Every code has a page, and what the page shows is true.

A page's fences: ```` ```yaml bad ```` gives the code, ```` ```yaml good ```` gives nothing. Further words on the
fence: `file=flows/x.flow.yaml` the file's name; `encoding=gbk` how it is saved; `escaped` a `\\u202e`
stands for the character; `times=1000` the block is repeated; `absent` the file is not written; `also=F0111` a second
code that the example can't be without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Code, Diagnostic, Reporter
from flowc.syntax.read_source import read_source
from flowc.syntax.read_yaml import read_yaml

PAGES = files("flowc.diagnostics") / "pages"
_FENCE = re.compile(r"^```yaml (bad|good)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(frozen=True)
class Block:
    """A fenced example of a page."""

    is_bad: bool
    words: tuple[str, ...]
    text: str

    def word(self, name: str, default: str) -> str:
        given = (word.partition("=") for word in self.words)
        return next((value for key, _, value in given if key == name), default)

    @property
    def also(self) -> frozenset[str]:
        return frozenset(filter(None, [self.word("also", "")]))

    @property
    def data(self) -> bytes:
        text = self.text * int(self.word("times", "1"))
        if "escaped" in self.words:
            text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        return text.encode(self.word("encoding", "utf-8"))


def _page(code: Code) -> str:
    return (PAGES / f"{code.number}.md").read_text(encoding="utf-8")


def _blocks(page: str) -> list[Block]:
    return [Block(m[1] == "bad", tuple(m[2].split()), m[3]) for m in _FENCE.finditer(page)]


def _read(block: Block, folder: Path) -> Sequence[Diagnostic]:
    """What reading alone finds."""
    name = block.word("file", "flows/example.flow.yaml")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if "absent" not in block.words:
        path.write_bytes(block.data)
    report = Reporter()
    source = read_source(path, name, report)
    if source is not None:
        read_yaml(source, report)
    return report.sorted


# Which stage must see the examples of which codes; the first two digits name the area.
STAGES: dict[str, Callable[[Block, Path], Sequence[Diagnostic]]] = {"F01": _read}
CODES = reading.CODES
BY_NUMBER = pytest.mark.parametrize("code", CODES, ids=lambda code: code.number)


def test_no_number_is_given_twice() -> None:
    numbers = [code.number for code in CODES]
    assert len(numbers) == len(set(numbers))


def test_every_page_of_reading_belongs_to_a_code() -> None:
    pages = {page.name for page in PAGES.iterdir() if page.name.startswith("F01")}
    assert pages == {f"{code.number}.md" for code in reading.CODES}


@BY_NUMBER
def test_both_languages_name_the_same_particulars(code: Code) -> None:
    for words in (code.summary, code.label, code.help):
        if words:
            assert set(re.findall(r"\{(\w+)\}", words.en)) == set(
                re.findall(r"\{(\w+)\}", words.zh)
            )


@BY_NUMBER
def test_the_title_of_a_page_is_the_summary_in_both_languages(code: Code) -> None:
    summary = f"{code.summary.say('en', {})} · {code.summary.say('zh', {})}"
    assert _page(code).splitlines()[0] == f"# {code.number} {summary}"


@BY_NUMBER
def test_a_page_speaks_english_and_chinese(code: Code) -> None:
    paragraphs = _page(code).split("\n\n")
    assert re.search("[a-z]{3}", paragraphs[1])
    assert re.search("[\u4e00-\u9fff]", paragraphs[2])


@BY_NUMBER
def test_what_a_page_calls_bad_gives_the_code_alone_and_what_it_calls_good_gives_none(
    code: Code, tmp_path: Path
) -> None:
    blocks = _blocks(_page(code))
    assert [block.is_bad for block in blocks] == [True, False]
    for number, block in enumerate(blocks):
        folder = tmp_path / str(number)
        found = {one.code.number for one in STAGES[code.number[:3]](block, folder)}
        assert found == ({code.number, *block.also} if block.is_bad else set())
