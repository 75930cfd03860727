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
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from flowc.compiler import compile_files
from flowc.diagnostics.catalogue import AREAS
from flowc.diagnostics.model import Code, Diagnostic, Reporter
from flowc.expression.check import Binding, Scope, check
from flowc.expression.parse import parse_expression, parse_type
from flowc.expression.types import ListOf, Record, Secret
from flowc.expression.types import Scalar as ScalarType
from flowc.simulate.check_script import check_script
from flowc.simulate.read_calls import read_calls
from flowc.source import Source
from flowc.syntax.find_strays import find_strays
from flowc.syntax.read_source import read_source
from flowc.syntax.read_yaml import read_yaml
from flowc.syntax.tree import Mapping, Scalar

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
    find_strays(folder, report)
    source = read_source(path, name, report)
    if source is not None:
        read_yaml(source, report)
    return report.sorted


# A small project without a fault; an example of a page stands in the place of one of its files.
_PROJECT = {
    "flowc.yaml": """
project: example
languages: [zh]
numbers: {"3285028": hotline}
keys: {0: person}
person: {to: desk.agent, within_keys: 3, within: 60s}
defaults: {gave_up: person}
limits: {to: desk.agent}
destinations: ["0750*"]
flags: [outage]
""",
    "queues.yaml": "agents: {members: [8001]}",
    "prompts.csv": "id,zh\ngreeting,您好。\n",
    "lists/vip.csv": "number\n13800138000\n",
    "services/billing.yaml": """
service: billing
kind: fixture
file: billing.yaml
types: {Customer: {balance: money, suspended: bool, name: text}}
lookups:
  customer: {with: {account: digits}, gives: Customer, or: [not_found]}
  owed: {with: {account: digits}, gives: money}
requests: {unsuspend: {with: {account: digits}, key: "{account}"}}
""",
    "flows/desk.flow.yaml": """
flow: desk
nodes:
  agent: {queue: agents, after_agent: bye, waited_too_long: bye, full: bye, no_agents: bye, error: bye}
  bye: {hangup: 再见。}
""",
    "flows/hotline.flow.yaml": """
flow: hotline
nodes:
  top: {menu: 请选择。, choices: {1: {name: 余额, to: find}}, gave_up: person}
  find: {lookup: billing.customer, with: {account: call.from}, as: customer, then: bye, not_found: bye, error: bye}
  bye: {hangup: 再见。}
""",
}
_IN_ENGLISH = {
    "[zh]": "[zh, en]",
    "id,zh\ngreeting,您好。": "id,zh,en\ngreeting,您好。,Hello.",
    "{hangup: 再见。}": "{hangup: {zh: 再见。, en: Goodbye.}}",
}
_CUSTOMER = Record(
    "Customer",
    (
        ("balance", ScalarType.MONEY),
        ("name", ScalarType.TEXT),
        ("services", ListOf(ScalarType.TEXT, 3)),
    ),
)
_CALL = Record("call", (("from", ScalarType.DIGITS),))
_SCOPE = Scope(
    {
        "customer": Binding("a.customer", _CUSTOMER),
        "account": Binding("a.account", ScalarType.DIGITS),
        "count": Binding("a.count", ScalarType.INT),
        "pin": Binding("a.pin", Secret(ScalarType.DIGITS)),
        "call": Binding("call", _CALL),
    },
    frozenset({"vip"}),
    frozenset({"outage"}),
)


def _files(block: Block, default: str = "flows/hotline.flow.yaml") -> dict[str, bytes]:
    texts = _PROJECT
    if "bilingual" in block.words:
        for old, new in _IN_ENGLISH.items():
            texts = {name: text.replace(old, new) for name, text in texts.items()}
    files = {name: text.encode() for name, text in texts.items()}
    return files | {block.word("file", default): block.data}


def _compile(block: Block, _folder: Path) -> Sequence[Diagnostic]:
    """What a whole project's check finds."""
    today = block.word("today", "")
    return compile_files(_files(block), today=date.fromisoformat(today) if today else None).found


def _check_call(block: Block, _folder: Path) -> Sequence[Diagnostic]:
    """What is found in a call script of the project."""
    files = _files(block)
    compiled = compile_files(files)
    assert compiled.graph is not None
    assert compiled.project is not None
    report = Reporter()
    for script in read_calls(
        {name: data for name, data in files.items() if name.endswith(".call.yaml")}, report
    ):
        services = compiled.project.program.around.services
        check_script(script, compiled.graph, report, services)
    return report.sorted


def _check_expression(block: Block, _folder: Path) -> Sequence[Diagnostic]:
    """What is found in one expression (`if:` a condition, `with:` digits, `set:` anything) or `type:`."""
    report = Reporter()
    source = read_source_of(block)
    tree = read_yaml(source, report)
    assert isinstance(tree, Mapping)
    (entry,) = tree
    assert isinstance(entry.value, Scalar)
    if entry.key.text == "type":
        parse_type(entry.value.text, entry.value.span, {"Customer": _CUSTOMER}, report)
        return report.sorted
    expected = {"if": ScalarType.BOOL, "with": ScalarType.DIGITS, "set": None}[entry.key.text]
    parsed = parse_expression(entry.value.text, entry.value.span, report)
    if parsed is not None:
        check(parsed, _SCOPE, report, expected)
    return report.sorted


def read_source_of(block: Block) -> Source:
    return Source("flows/example.flow.yaml", block.text)


# Which stage must see the examples of which codes; the first two digits name the area.
STAGES: dict[str, Callable[[Block, Path], Sequence[Diagnostic]]] = {
    "F01": _read,
    "F02": _compile,
    "F03": _check_expression,
    "F04": _compile,
    "F07": _check_call,
}
CODES = tuple(code for area in AREAS for code in area.CODES)
BY_NUMBER = pytest.mark.parametrize("code", CODES, ids=lambda code: code.number)


def test_no_number_is_given_twice() -> None:
    numbers = [code.number for code in CODES]
    assert len(numbers) == len(set(numbers))


def test_every_page_belongs_to_a_code() -> None:
    pages = {page.name for page in PAGES.iterdir()}
    assert pages == {f"{code.number}.md" for code in CODES}


@BY_NUMBER
def test_both_languages_name_the_same_particulars(code: Code) -> None:
    for words in (code.summary, code.label, code.help):
        if words:
            # `expected_zh` is what the Chinese says for `expected`.
            named = (re.findall(r"\{(\w+)\}", said) for said in (words.en, words.zh))
            english, chinese = ({name.removesuffix("_zh") for name in names} for names in named)
            assert english == chinese


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
