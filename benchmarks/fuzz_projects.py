"""Broken projects by the thousand: every one must give findings or a graph, never a traceback.

    python benchmarks/fuzz_projects.py 20000 --seed 1 --folder tests/cases/station

Mutates the files of a project (every sort: flows, project, services, queues, calendars, tables, call
tests), compiles, and says every finding in both languages. Prints one JSON object last.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flowc.compiler import compile_files, files_of
from flowc.diagnostics.model import Reporter
from flowc.diagnostics.render import render
from flowc.simulate.read_calls import read_calls

STATION = Path(__file__).parents[1] / "tests" / "cases" / "station"
PIECE = re.compile(r"[\w.@#*+-]+|[^\w\s]|\n[ ]*")
STRANGE = [
    "\t",
    "：",
    "，",
    "｛",
    "“",
    "０",
    " #",
    "@",
    "{",
    "}",
    "[",
    "]",
    "*",
    "&a",
    "!!x",
    "|",
    ">",
    "'",
    '"',
    "\x00",
    "\ufeff",
    "\u202e",
    "{{",
    "{x}",
    "-",
    ",",
    "\n",
    "..",
    "/",
    "\\",
    "%",
    "${env:X}",
    "宽带",
]
VALUES = [
    "",
    "0",
    "-1",
    "99999999999999999999",
    "yes",
    "null",
    "~",
    "[]",
    "{}",
    "[a, b]",
    "{a: b}",
    "{to: x}",
    "person",
    "back",
    "repeat",
    "main_menu",
    "start",
    "call",
    "done",
    "error",
    "then",
    "1.5",
    "2026-02-30",
    "25:00",
    "0s",
    "999999d",
    "1 +",
    "not",
    "x is set",
    "customer",
    "customer.services",
    "customer.name",
    "lists.vip",
    "flags.x",
    "today()",
    "list[text, 9]",
    "secret[digits]",
    "Customer",
    '"a"',
    "@greeting",
    "@nope",
]
Mutate = Callable[[str, random.Random, "Words"], str]
Words = list[str]


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


def _line_moved_in(text: str, dice: random.Random, _words: Words) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        at = dice.randrange(len(lines))
        lines[at] = dice.choice(["  ", "    ", "      "]) + lines[at].lstrip()
    return "".join(lines)


def _word(text: str, dice: random.Random, words: Words) -> str:
    """Another word of the project, or a value of another sort, in the place of one."""
    found = list(PIECE.finditer(text))
    if not found:
        return text
    piece = dice.choice(found)
    return text[: piece.start()] + dice.choice(dice.choice([words, VALUES])) + text[piece.end() :]


def _value(text: str, dice: random.Random, words: Words) -> str:
    """Another value after some `key:`."""
    found = list(re.finditer(r"(?<=: )[^\n,}]+", text))
    if not found:
        return text
    piece = dice.choice(found)
    return text[: piece.start()] + dice.choice(dice.choice([words, VALUES])) + text[piece.end() :]


def _key(text: str, dice: random.Random, words: Words) -> str:
    found = list(re.finditer(r"[\w]+(?=:)", text))
    if not found:
        return text
    piece = dice.choice(found)
    return text[: piece.start()] + dice.choice(dice.choice([words, VALUES])) + text[piece.end() :]


MUTATIONS: tuple[Mutate, ...] = (
    _cut,
    _insert,
    _line_gone,
    _line_twice,
    _line_moved_in,
    _word,
    _word,
    _value,
    _value,
    _key,
    _key,
)


def mutated(files: Mapping[str, bytes], dice: random.Random, words: Words) -> dict[str, bytes]:
    """The files with one to four faults in them; now and then a file is gone or no text."""
    broken = dict(files)
    for _ in range(dice.randint(1, 4)):
        name = dice.choice([name for name in broken if not name.endswith(".wav")] or ["flowc.yaml"])
        if dice.random() < 0.01:
            del broken[name]
            continue
        if dice.random() < 0.01:
            broken[name] = dice.randbytes(dice.randint(0, 60))
            continue
        text = broken[name].decode("utf-8", "replace")
        broken[name] = dice.choice(MUTATIONS)(text, dice, words).encode("utf-8", "replace")
    return broken


def words_of(files: Mapping[str, bytes]) -> Words:
    texts = (data.decode("utf-8", "replace") for data in files.values())
    return sorted({word for text in texts for word in re.findall(r"[\w.]+", text)})


def tried(files: Mapping[str, bytes]) -> tuple[int, bool]:
    """How many findings a project has, and whether it gave a graph. Raises what we did wrong."""
    report = Reporter()
    if "flowc.yaml" not in files:
        return 0, False
    compiled = compile_files(files, report)
    calls = {name: data for name, data in files.items() if name.endswith(".call.yaml")}
    read_calls(calls, report)
    for found in report.sorted:
        for language in ("en", "zh"):
            render(found, language)
    return len(report.sorted), compiled.graph is not None


def fuzz(
    files: Mapping[str, bytes], count: int, seed: int
) -> Iterator[tuple[int, str, dict[str, bytes]]]:
    """The traceback of each project that gave one, with its number, last place and files."""
    words = words_of(files)
    for number in range(count):
        broken = mutated(files, random.Random(f"{seed}-{number}"), words)
        try:
            tried(broken)
        except Exception:
            yield number, traceback.format_exc(), broken


def _last_place(trace: str) -> str:
    places = re.findall(r'File ".*?(flowc/[^"]+)", line (\d+), in (\w+)', trace)
    return (
        ":".join(places[-1]) + " " + trace.strip().splitlines()[-1][:100]
        if places
        else trace[-200:]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=STATION)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many tracebacks whole")
    chosen = parser.parse_args()
    files = files_of(chosen.folder)
    started = time.perf_counter()
    places: Counter[str] = Counter()
    first: dict[str, int] = {}
    for number, trace, _ in fuzz(files, chosen.count, chosen.seed):
        place = _last_place(trace)
        if len(first) < chosen.show and place not in first:
            print(trace)
        places[place] += 1
        first.setdefault(place, number)
    seconds = time.perf_counter() - started
    print(
        json.dumps(
            {
                "projects": chosen.count,
                "seed": chosen.seed,
                "tracebacks": sum(places.values()),
                "seconds": round(seconds, 1),
                "places": [
                    {"where": place, "times": times, "first": first[place]}
                    for place, times in places.most_common()
                ],
            },
            ensure_ascii=False,
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
