"""Faults put into a project's files: one file of one sort at a time, by a seeded dice.

Knows what the files of a project are called, and nothing of what is in them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import partial

Words = list[str]
Mutate = Callable[[str, random.Random, Words], str]
Files = Mapping[str, bytes]

PIECE = re.compile(r"[\w.@#*+-]+|[^\w\s]|\n[ ]*")
VALUE = re.compile(r"(?<=: )[^\n,}]+")
KEY = re.compile(r"[\w]+(?=:)")
EXPRESSION = re.compile(r"(?<=if: )[^\n,}]+|(?<=when: )[^\n,}]+|(?<=\{)[a-z][\w. ]*(?=\})")
PART = re.compile(r"\w+|[^\w\s]")
# fmt: off
STRANGE = [
    "\t", "：", "，", "｛", "“", "０", " #", "@", "{", "}", "[", "]", "*", "&a", "!!x", "|", ">", "'",
    '"', "\x00", "\ufeff", "\u202e", "\u2028", "\x85", "{{", "{x}", "-", ",", "\n", "\r", "..", "/",
    "\\", "%", "${env:X}", "宽带", "😀", "\ud800", "<<: ", "? ", "---\n", "...\n", "\x1b[2J",
]
VALUES = [
    "", "0", "-1", "99999999999999999999", "yes", "null", "~", "[]", "{}", "[a, b]", "{a: b}",
    "{to: x}", "person", "back", "repeat", "main_menu", "start", "call", "done", "error", "then",
    "1.5", "1e400", "0x10", "2026-02-30", "0000-00-00", "25:00", "24:00", "0s", "999999d", "1 +",
    "not", "x is set", "customer", "customer.services", "customer.name", "lists.vip", "flags.x",
    "today()", "list[text, 9]", "list[list[list[text, 9], 9], 9]", "secret[digits]", "Customer",
    '"a"', '""', "@greeting", "@nope", "1-99999999", "9-1", "1-", "zh", "xx", "zh-yue", "ja",
    "2026-11-24", "17:30", "90s", "1XXXXXXX", "[0-9", "*", "#", "**", "12", "A", "+86", "0750*",
]
TERMS = [
    "and", "or", "not", "==", "!=", "<", "<=", "in", "is set", "is not set", "if", "else", "+", "-",
    "*", "/", "(", ")", "()", "[", "]", ".", ",", "'", '"x"', "1", "1.50", "-", "true", "false",
    "len(x)", "number(x)", "today()", "now()", "starts_with(x, y)", "call.from", "call.waited",
    "lists.vip", "flags.outage", "customer.services", "customer", "__class__", "x.y.z", "{", "99999999999999999999",
]
# fmt: on
DEEP = ("[", "{a: ", "(", "- ", "not ", "1 + ", "a.", "? ", "\n  a:", "{x}", "'", "宽带，", "1,")


def _cut(text: str, dice: random.Random, _words: Words) -> str:
    start = dice.randrange(len(text) + 1)
    return text[:start] + text[start + dice.randint(1, 40) :]


def _insert(text: str, dice: random.Random, _words: Words) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(STRANGE) + text[at:]


def _line_gone(text: str, dice: random.Random, _words: Words) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        del lines[dice.randrange(len(lines))]
    return "".join(lines)


def _line_twice(text: str, dice: random.Random, _words: Words) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        lines.insert(dice.randrange(len(lines)), dice.choice(lines))
    return "".join(lines)


def _line_moved(text: str, dice: random.Random, _words: Words) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        at = dice.randrange(len(lines))
        lines[at] = dice.choice(["", "  ", "    ", "      "]) + lines[at].lstrip()
    return "".join(lines)


def _block_many_times(text: str, dice: random.Random, _words: Words) -> str:
    """Many lines of one thing: what is slow where it should not be shows."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    start = dice.randrange(len(lines))
    some = lines[start : start + dice.randint(1, 8)]
    return "".join(lines[:start] + some * dice.choice([2, 20, 100]) + lines[start:])


def _deep(text: str, dice: random.Random, _words: Words) -> str:
    """The same opening again and again."""
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(DEEP) * dice.choice([8, 70, 600, 4000]) + text[at:]


def _put(pattern: re.Pattern[str], text: str, dice: random.Random, words: Words) -> str:
    """Another word of the project, or a value of another sort, in the place of what matches."""
    found = list(pattern.finditer(text))
    if not found:
        return text
    piece = dice.choice(found)
    return text[: piece.start()] + dice.choice(dice.choice([words, VALUES])) + text[piece.end() :]


def _swapped(text: str, dice: random.Random, _words: Words) -> str:
    """Two values that are sound, each in the other's place."""
    found = list(VALUE.finditer(text))
    if len(found) < 2:
        return text
    one, two = sorted(dice.sample(found, 2), key=re.Match.start)
    between = text[one.end() : two.start()]
    return f"{text[: one.start()]}{two[0]}{between}{one[0]}{text[two.end() :]}"


def _expression(text: str, dice: random.Random, words: Words) -> str:
    """A condition or a value in a text with other parts."""
    found = list(EXPRESSION.finditer(text))
    if not found:
        return _put(VALUE, text, dice, words)
    piece = dice.choice(found)
    parts = PART.findall(piece[0])
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(parts) + 1)
        parts[at : at + dice.randint(0, 1)] = [dice.choice(dice.choice([TERMS, words]))]
    if dice.random() < 0.03:
        parts = ["("] * dice.choice([9, 400]) + parts + [" + 1"] * dice.choice([1, 2000])
    return f"{text[: piece.start()]}{dice.choice(['', ' ']).join(parts)}{text[piece.end() :]}"


def _any_bytes(data: bytes, dice: random.Random) -> bytes:
    """A few bytes of a file that is no text, or of one that was."""
    if not data or dice.random() < 0.2:
        return dice.randbytes(dice.randint(0, 60))
    broken = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        broken[dice.randrange(min(len(broken), 60))] = dice.randrange(256)
    return bytes(broken[: dice.choice([len(broken), dice.randrange(len(broken) + 1)])])


ANYWHERE: tuple[Mutate, ...] = (
    _cut,
    _insert,
    _line_gone,
    _line_twice,
    _line_moved,
    _swapped,
    *(partial(_put, pattern) for pattern in (PIECE, PIECE, VALUE, VALUE, VALUE, KEY, KEY)),
)
SELDOM: tuple[Mutate, ...] = (_block_many_times, _deep)

SORTS: Mapping[str, re.Pattern[str]] = {
    "project": re.compile(r"flowc\.yaml"),
    "flow": re.compile(r"flows/.*\.yaml"),
    "expression": re.compile(r"(flows|services|calendars)/.*\.yaml|queues\.yaml"),
    "service": re.compile(r"services/.*"),
    "queues": re.compile(r"queues\.yaml"),
    "calendar": re.compile(r"calendars/.*"),
    "list": re.compile(r"lists/.*"),
    "prompts": re.compile(r"prompts\.csv"),
    "recording": re.compile(r"prompts/.*\.wav"),
    "call": re.compile(r"tests/.*\.call\.yaml"),
}
WEIGHTS = (2, 6, 3, 2, 1, 1, 1, 1, 1, 3)


def words_of(files: Files) -> Words:
    """Every word that stands in a project."""
    texts = (data.decode("utf-8", "replace") for name, data in files.items() if not _is_wav(name))
    return sorted({word for text in texts for word in re.findall(r"[\w.]+", text)})


def _is_wav(name: str) -> bool:
    return name.endswith(".wav")


def mutated(files: Files, dice: random.Random, words: Words) -> tuple[dict[str, bytes], str]:
    """The files with faults in one of them, and that file's sort; now and then it is gone or no text."""
    named = {sort: [n for n in files if pattern.fullmatch(n)] for sort, pattern in SORTS.items()}
    weights = [weight if named[sort] else 0 for sort, weight in zip(SORTS, WEIGHTS, strict=True)]
    sort = dice.choices(list(SORTS), weights)[0]
    name = dice.choice(named[sort])
    broken = dict(files)
    if dice.random() < 0.01:
        del broken[name]
    elif _is_wav(name) or dice.random() < 0.02:
        broken[name] = _any_bytes(files[name], dice)
    else:
        broken[name] = _faulty(files[name], sort, dice, words)
    return broken, sort


def _faulty(data: bytes, sort: str, dice: random.Random, words: Words) -> bytes:
    """Half of the time one fault, so that what comes late in a compilation is met, too."""
    text = data.decode("utf-8", "replace")
    for _ in range(dice.choice([1, 1, 2, 4])):
        chosen = _expression if sort == "expression" else dice.choice(ANYWHERE)
        if dice.random() < 0.02:
            chosen = dice.choice(SELDOM)
        text = chosen(text, dice, words)
    return text.encode("utf-8", dice.choice(["replace", "surrogatepass"]))
