"""Broken projects by the 100,000: every one gives findings or a graph, and no command a traceback.

    python benchmarks/fuzz_projects.py 200000 --seed 1 --jobs 2 --seconds 240
    python benchmarks/fuzz_projects.py --only 4711 --keep /tmp/case

Each case is one file of a real project with faults in it: compiled, its calls read, every finding
said in both languages. Each 25th goes through a command as well, as a user would give it: test,
draw, prompts, build, check, call. A case that takes longer than 20 s or 2 GB is a fault, too.

What was done stands in build/fuzz/, by seed: the same command goes on where it stopped. The last
line is one JSON object.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
import wave
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

from click.testing import CliRunner
from fuzz_mutations import Files, mutated, words_of

import flowc.language.project
import flowc.simulate.read_calls
from flowc.cli import cli
from flowc.compiler import compile_files, files_of
from flowc.diagnostics.model import Reporter
from flowc.diagnostics.render import render
from flowc.simulate.check_script import check_script
from flowc.simulate.read_calls import read_calls
from flowc.source import Source
from flowc.syntax.read_yaml import read_yaml
from flowc.syntax.tree import Tree

ROOT = Path(__file__).parents[1]
STATION = ROOT / "tests" / "cases" / "station"
# Small ones often: a case is dear where a project is large.
PROJECTS = {
    STATION: 40,
    ROOT / "examples" / "smallest": 25,
    ROOT / "examples" / "duty_400": 30,
    ROOT / "examples" / "city_hotline": 4.5,
    ROOT / "flows": 0.5,
}
MOST_CALLS = 8  # of a project's call scripts
MOST_SAID = 3  # findings of a code that are rendered: a fault may give thousands
EACH_COMMAND = 25
EACH_RECORDING = 5  # a recording is looked at by a command alone
CHUNK = 250
MOST_SECONDS = 20
MOST_BYTES = 2 * 1024**3
EXPECTED = {0, 1, 2, 3}


class TooLongError(Exception):
    """A case that did not end in time."""


# --- projects


@cache
def project(folder: Path) -> tuple[Files, list[str]]:
    """A project's files and words; with real recordings, and for targets that there are."""
    files = files_of(folder)
    calls = [name for name in files if name.endswith(".call.yaml")]
    for name in calls[MOST_CALLS:]:
        del files[name]
    files["flowc.yaml"] = files["flowc.yaml"].replace(b"{target: pbx", b"{target: asterisk")
    for name in ["prompts/zh/greeting.wav", *(name for name in files if name.endswith(".wav"))]:
        files[name] = _recording()
    return files, words_of(files)


def _recording() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(800))
    return out.getvalue()


def case(seed: int, number: int) -> tuple[dict[str, bytes], str, random.Random]:
    """The files of a case, the sort of the one that is broken, and the dice as it stands then."""
    dice = random.Random(f"{seed}-{number}")
    files, words = project(dice.choices(list(PROJECTS), list(PROJECTS.values()))[0])
    broken, sort = mutated(files, dice, words)
    return broken, sort, dice


# --- what is tried


def read_once() -> None:
    """Files as they stand in the repository are read once a process: a case is about the broken one."""
    sound = {
        (name, data.decode("utf-8"))
        for folder in PROJECTS
        for name, data in project(folder)[0].items()
        if name.endswith(".yaml")
    }
    known: dict[tuple[str, str], Tree | None] = {}

    def remembered(source: Source, report: Reporter) -> Tree | None:
        key = (source.name, source.text)
        if key not in sound:
            return read_yaml(source, report)
        if key not in known:
            known[key] = read_yaml(source, report)
        return known[key]

    flowc.language.project.read_yaml = remembered
    flowc.simulate.read_calls.read_yaml = remembered


def tried(files: Files) -> bool:
    """Whether a project gave a graph. Raises what we did wrong."""
    report = Reporter()
    if "flowc.yaml" not in files:
        return False
    compiled = compile_files(files, report)
    calls = {name: data for name, data in files.items() if name.endswith(".call.yaml")}
    scripts = read_calls(calls, report)
    if compiled.graph is not None:
        for script in scripts:
            check_script(script, compiled.graph, report)
    said: Counter[str] = Counter()
    for found in report.sorted:
        said[found.code.number] += 1
        for language in ("en", "zh") if said[found.code.number] <= MOST_SAID else ():
            render(found, language)
    return compiled.graph is not None


def commands(place: str, out: str, number: str) -> tuple[list[str], ...]:
    """What a user may type."""
    return (
        ["check", place, "--format", "json"],
        ["check", place, "--format", "sarif"],
        ["check", place, "--strict"],
        ["test", place],
        ["test", place, "--coverage", "--verbose"],
        ["test", place, "--format", "json"],
        ["test", place, "--format", "junit"],
        ["draw", place, "-o", f"{out}/picture.svg"],
        ["draw", place, "--all", "--format", "dot", "-o", f"{out}/pictures"],
        ["draw", place, "--nodes", "-o", f"{out}/picture.mmd"],
        ["draw", place, "--blocks", "-o", f"{out}/picture.dot"],
        ["prompts", place],
        ["prompts", place, "--format", "csv", "--mark"],
        ["prompts", place, "--format", "script"],
        ["build", place, "--out", f"{out}/build"],
        ["build", place, "--out", f"{out}/build"],
        ["call", number, place],
    )


LINES = "1\n2\n80012345#\n\nservice down\nsilence\n9\nhang up\n"


def command_of(files: Files, sort: str, dice: random.Random, folder: str) -> list[str]:
    """Write the files under a folder; what to type there. A broken recording is met by a build alone."""
    place = Path(folder, "project")
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if dice.random() < 0.3 and "flowc.yaml" in files:
        other = files["flowc.yaml"].replace(b"target: asterisk", b"target: freeswitch")
        (place / "flowc.yaml").write_bytes(other)
    number = re.search(rb"[0-9]{5,}", files.get("flowc.yaml", b""))
    known = commands(str(place), folder, number[0].decode() if number else "3285028")
    chosen = dice.choice([one for one in known if sort != "recording" or one[0] == "build"])
    return [*chosen, "--lang", dice.choice(["en", "zh"])]


def typed(files: Files, sort: str, dice: random.Random) -> tuple[str, int]:
    """One command on the files as a folder, and how it ended. Raises what we did wrong."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_memory()) as folder:
        command = command_of(files, sort, dice, folder)
        result = CliRunner().invoke(cli, command, input=LINES)
    ended = result.exception
    if isinstance(ended, OSError):  # `main` says it in a line
        return command[0], 3
    if ended is not None and not isinstance(ended, SystemExit):
        raise ended
    if result.exit_code not in EXPECTED:
        raise AssertionError(f"`flowc {' '.join(command[:1])}` ended with {result.exit_code}")
    return command[0], result.exit_code


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


# --- many


@dataclass
class Done:
    """What came of some cases, one after another."""

    start: int
    count: int
    seconds: float = 0
    graphs: int = 0
    sorts: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)
    slowest: tuple[float, int] = (0, -1)

    def as_json(self) -> str:
        return json.dumps(self.__dict__, ensure_ascii=False)


def one(seed: int, number: int, done: Done) -> None:
    """Try a case. Raises what we did wrong."""
    files, sort, dice = case(seed, number)
    done.sorts[sort] += 1
    done.graphs += tried(files)
    if number % (EACH_RECORDING if sort == "recording" else EACH_COMMAND) == 0:
        command, code = typed(files, sort, dice)
        done.commands[f"{command} {code}"] += 1


def some(asked: tuple[int, int, int]) -> Done:
    """So many cases from a number on."""
    seed, start, count = asked
    done = Done(start, count)
    began = time.perf_counter()
    for number in range(start, start + count):
        since = time.perf_counter()
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        try:
            one(seed, number, done)
        except Exception:
            done.faults.append((number, last_place(traceback.format_exc())))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        done.slowest = max(done.slowest, (round(time.perf_counter() - since, 2), number))
    done.seconds = round(time.perf_counter() - began, 1)
    return done


def begin() -> None:
    """Limits of a worker: a case that takes too long or too much ends with its place told."""
    read_once()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    signal.signal(signal.SIGPROF, _too_long)  # its own time: the machine may be busy


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TooLongError(f"more than {MOST_SECONDS} s")


def last_place(trace: str) -> str:
    """The last place of ours in a traceback, and what was raised there."""
    places = re.findall(r'File ".*?((?:flowc|targets)/[^"]+)", line (\d+), in (\w+)', trace)
    said = trace.strip().splitlines()[-1][:120]
    return f"{':'.join(places[-1])} {said}" if places else said


# --- by seed, on and on


def journal(seed: int) -> Path:
    return ROOT / "build" / "fuzz" / f"{seed}.jsonl"


def read_journal(seed: int) -> list[Done]:
    """What was done with a seed so far."""
    path = journal(seed)
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [Done(**json.loads(line)) for line in lines]


def go_on(seed: int, count: int, jobs: int, seconds: float) -> Iterator[Done]:
    """What is not done yet, until the time is up."""
    known = {done.start for done in read_journal(seed)}
    asked = [
        (seed, start, min(CHUNK, count - start))
        for start in range(0, count, CHUNK)
        if start not in known
    ]
    ends = time.monotonic() + seconds
    path = journal(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        get_context("forkserver").Pool(jobs, begin) as pool,
        path.open("a", encoding="utf-8") as file,
    ):
        for at in range(0, len(asked), jobs):
            if time.monotonic() > ends:
                return
            for done in pool.map(some, asked[at : at + jobs], chunksize=1):
                file.write(f"{done.as_json()}\n")
                file.flush()
                yield done


def figures(seed: int, count: int) -> str:
    """All that was done with a seed, as JSON."""
    done = [each for each in read_journal(seed) if each.start < count]
    places = Counter(where for each in done for _, where in each.faults)
    first = {where: number for each in reversed(done) for number, where in each.faults}
    ended: Counter[str] = Counter()
    sorts: Counter[str] = Counter()
    for each in done:
        ended.update(each.commands)
        sorts.update(each.sorts)
    return json.dumps(
        {
            "projects": sum(each.count for each in done),
            "of": count,
            "seed": seed,
            "tracebacks": sum(places.values()),
            "graphs": sum(each.graphs for each in done),
            "sorts": dict(sorts.most_common()),
            "commands": dict(sorted(ended.items())),
            "cpu_seconds": round(sum(each.seconds for each in done)),
            "slowest": max((each.slowest for each in done), default=None),
            "places": [
                {"where": where, "times": times, "first": first[where]}
                for where, times in places.most_common()
            ],
        },
        ensure_ascii=False,
        indent=1,
    )


def again(seed: int, number: int, keep: Path | None) -> None:
    """One case with its whole traceback; with `keep`, its files and what to type there."""
    files, sort, dice = case(seed, number)
    if keep is not None:
        print("flowc", *command_of(files, sort, dice, str(keep)))
    begin()
    done = Done(number, 1)
    one(seed, number, done)
    print(done.as_json())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--seconds", type=float, default=1e9, help="stop after so long; go on later"
    )
    parser.add_argument("--anew", action="store_true", help="forget what was done with this seed")
    parser.add_argument("--only", type=int, help="one case, with its traceback")
    parser.add_argument("--keep", type=Path, help="with --only: write the case's files here")
    chosen = parser.parse_args()
    os.environ["XDG_CACHE_HOME"] = str(ROOT / "build" / "fuzz" / "cache")
    if chosen.only is not None:
        again(chosen.seed, chosen.only, chosen.keep)
        return 0
    if chosen.anew:
        journal(chosen.seed).unlink(missing_ok=True)
    for done in go_on(chosen.seed, chosen.count, chosen.jobs, chosen.seconds):
        told = f"{done.start:>7}: {done.count / done.seconds:.0f} a second"
        print(told, *(f"\n  {number}: {where}" for number, where in done.faults), flush=True)
    told = figures(chosen.seed, chosen.count)
    print(told)
    return 1 if json.loads(told)["tracebacks"] else 0


if __name__ == "__main__":
    sys.exit(main())
