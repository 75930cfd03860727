"""Random projects and callers, a few of a fixed seed: on the simulator, on what each target rendered,
and rewritten. `make fuzz-agreement` plays thousands, on real servers too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from fuzz.chance import Chance
from fuzz.generate import random_project
from fuzz.keeping import Failure, case_of, keep
from fuzz.ledger import Ledger, Piece, summed, total
from fuzz.making import Made, callable_of, made, run_of
from fuzz.pieces import Scope, Tally, on_stand_ins
from fuzz.project import Project
from fuzz.questions import on_stand_in
from fuzz.rendered import rendered
from fuzz.replay import is_robust
from fuzz.rewrites import rewrites
from fuzz.rewriting import AS_IT_WAS
from fuzz.shrink import shrunk
from fuzz.things import EXIT_KEYS
from stand_ins.making import TARGETS

from flowc.compiler import compile_files
from flowc.graph.operations import Collect, Dial, Enqueue, Invoke, Options, Record, outcomes
from flowc.kinds.table import BY_KEYWORD
from flowc.live.acts import Press, acts_of
from flowc.live.allowances import BURST, PARTS
from flowc.live.compare import first_difference
from flowc.machine.entry import OptionsReader
from flowc.machine.trace import Ended
from flowc.simulate.script import CallScript, HangUp
from flowc.simulate.script import Press as Pressed

SIZE, CALLERS = 14, 5
SEEDS = range(12)
WAITING = {
    "flowc.yaml": {"project": "waiting", "languages": ["zh"], "numbers": {"7001": "main"}},
    "queues.yaml": {"desk": {"members": ["8001"]}},
    "flows/main.flow.yaml": {
        "flow": "main",
        "nodes": {
            "wait": {
                "queue": "desk",
                "max_wait": "2s",
                **dict.fromkeys(("after_agent", "waited_too_long", "full", "no_agents"), "bye"),
                "error": "bye",
            },
            "bye": {"hangup": "再见。"},
        },
    },
}
MORE_SEEDS = range(100, 160)


@cache
def project(seed: int) -> Made:
    return made(seed, SIZE, CALLERS)


def projects() -> Iterator[Made]:
    yield from map(project, SEEDS)


# --- the generator


def test_a_seed_makes_the_same_project_and_the_same_calls_every_time() -> None:
    again = made(3, SIZE, CALLERS)
    assert again.project.encoded() == project(3).project.encoded()
    assert again.scripts == project(3).scripts


def test_another_seed_makes_another_project() -> None:
    assert random_project(1, SIZE).encoded() != random_project(2, SIZE).encoded()


def test_projects_grow_with_their_size() -> None:
    small, large = (
        sum(len(str(random_project(seed, size).files)) for seed in range(20)) for size in (6, 40)
    )
    assert large > 2 * small


@pytest.mark.parametrize(("size", "count"), [(3, 20), (12, 30), (40, 10)])
def test_the_compiler_refuses_no_random_project(size: int, count: int) -> None:
    for seed in range(count):
        compiled = compile_files(random_project(seed, size).encoded())
        errors = [one for one in compiled.found if one.code.severity.name == "ERROR"]
        assert compiled.graph is not None, (seed, errors)


def test_random_projects_hold_every_kind_of_node() -> None:
    found: Counter[str] = Counter()
    for seed in range(150):
        for name, content in random_project(seed, SIZE).files.items():
            nodes = content["nodes"] if name.startswith("flows/") else {}
            found.update(kind for body in nodes.values() for kind in BY_KEYWORD if kind in body)
    assert set(found) == set(BY_KEYWORD)


def test_random_calls_end_operations_in_nearly_every_way() -> None:
    """All that a caller, a service, a queue or a line can do; a server that can't play or record
    is another test's."""
    ended: set[tuple[str, str]] = set()
    possible: set[tuple[str, str]] = set()
    for found in (*projects(), *(made(seed, SIZE, 3) for seed in MORE_SEEDS)):
        blocks = found.called.prepared.graph.blocks
        for block in blocks.values():
            last = block.operations[-1] if block.operations else None
            if isinstance(last, Collect | Invoke | Enqueue | Dial | Record):
                possible |= {_ending(last, outcome) for outcome in outcomes(last)}
        for step in (step for run in found.runs for step in run.trace.steps):
            if isinstance(step, Ended):
                ended.add(_ending(blocks[step.block].operations[-1], step.outcome))
    never = {("Collect", "error"), ("Record", "error")}
    assert possible - ended - never == set()


def _ending(operation: object, outcome: str) -> tuple[str, str]:
    """What is the project's own (keys, results) stands for all of its sort."""
    match operation:
        case Collect(Options()) if outcome not in ("silence", "key", "error"):
            return "Collect", "a choice"
        case Enqueue() if outcome.startswith("key_"):
            return "Enqueue", "a key"
        case Invoke() if outcome not in ("done", "error", "unknown"):
            return "Invoke", "a result"
        case _:
            return type(operation).__name__, outcome


def test_queues_of_one_name_have_the_same_exit_keys_in_all_random_projects() -> None:
    """On one telephone system the keys are the queue's, and many projects are played on one server."""
    found: dict[str, set[str]] = {}
    for seed in range(150):
        for name, content in random_project(seed, SIZE).files.items():
            for body in content["nodes"].values() if name.startswith("flows/") else ():
                if "queue" in body:
                    found.setdefault(body["queue"], set()).add(str(list(body.get("exit_keys", ()))))
    assert {name: len(keys) for name, keys in found.items()} == dict.fromkeys(EXIT_KEYS, 1)


def test_flags_are_raised_for_all_calls_of_a_hundred_seeds_or_for_none() -> None:
    """They are a server's, not a call's."""
    for seed in (0, 99, 100, 199, 200):
        raised = {run.script.flags for run in made(seed, 4, 3).runs}
        known = callable_of(random_project(seed, 4)).prepared.graph.flags
        assert raised <= {known if seed in (100, 199) else ()}


# --- callers


def test_no_caller_presses_near_to_what_would_change_the_meaning() -> None:
    for found in projects():
        assert [is_robust(found.called, run) for run in found.runs] == [""] * len(found.runs)


def test_a_caller_who_presses_at_the_last_moment_is_told_from_others() -> None:
    found = next(one for one in projects() if _waits(one))
    run = next(run for run in found.runs if _waits_in(run.script))
    late = _moved(run.script, found)
    assert is_robust(found.called, run_of(found.called, late)) != ""


def _waits(found: Made) -> bool:
    return any(_waits_in(run.script) for run in found.runs)


def _waits_in(script: CallScript) -> bool:
    return any(isinstance(step, Pressed) for step in script.steps)


def _moved(script: CallScript, found: Made) -> CallScript:
    """The first key 20 ms before it would be too late."""
    place = next(at for at, step in enumerate(script.steps) if isinstance(step, Pressed))
    alone = replace(script, steps=script.steps[:place])
    silence = replace(
        alone, steps=(*alone.steps, Pressed("1", after_ms=39_000))
    )  # no key for a long time
    run = run_of(found.called, silence)
    ends = zip(run.trace.steps, run.trace.times, strict=True)
    at = next(at for step, at in ends if isinstance(step, Ended) and step.outcome == "silence")
    return replace(alone, steps=(*alone.steps, Pressed("1", after_ms=at - 20)))


@pytest.mark.parametrize(("leaves_ms", "is_told"), [(700, False), (940, True), (1500, True)])
def test_a_caller_who_leaves_when_a_queue_may_have_ended_the_wait_is_told_from_others(
    leaves_ms: int, is_told: bool
) -> None:
    """Servers count a wait in whole seconds: one of two may be over after one."""
    called = callable_of(Project(WAITING))
    script = CallScript("leaves", "7001", (HangUp(after_ms=leaves_ms),))
    assert (is_robust(called, run_of(called, script)) != "") == is_told


def test_keys_of_a_caller_are_as_far_apart_as_a_finger_needs() -> None:
    for found in projects():
        for run in found.runs:
            keys = [act.at for act in acts_of(run) if isinstance(act.what, Press)]
            assert all(after - before >= 150 for before, after in pairwise(keys))


# --- agreement


@pytest.mark.parametrize("target", TARGETS)
def test_random_calls_go_on_a_stand_in_as_in_the_simulator(target: str) -> None:
    for found in projects():
        server = rendered(target, found.called)
        for run in found.runs:
            assert server.play(run).difference is None, run.script.name


def test_a_fault_of_the_simulator_is_found_kept_and_made_small(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run that could find nothing would be worth nothing."""
    judge = OptionsReader._judge
    monkeypatch.setattr(
        OptionsReader, "_judge", lambda self: "key" if self.text == "12" else judge(self)
    )
    failures = [f for piece, found in on_stand_ins(TARGETS[:1], 0, 20, Scope(4, 3)) for f in found]
    assert failures

    folder = keep(failures[0], tmp_path / "found", tmp_path / "tones")
    kept = case_of(folder).project.files
    assert {name: str(kept[name]) for name in kept} == {
        name: str(content) for name, content in failures[0].project.files.items()
    }

    smallest = min((failure.case for failure in failures), key=lambda case: case.size)
    case = shrunk(smallest, on_stand_in(TARGETS[0]))
    assert case.size < smallest.size / 3
    small = keep(
        Failure("smallest", 0, case.project, case.script, ""),
        tmp_path / "found",
        tmp_path / "tones",
    )
    assert on_stand_in(TARGETS[0])([case_of(small)]) == [True]


# --- rewrites


def test_rewrites_that_mean_the_same_give_the_same_traces() -> None:
    played: Counter[str] = Counter()
    for found in projects():
        for other in rewrites(found.project, Chance("rewrites", found.seed)):
            called = callable_of(other.project)
            lengths = {
                key: found.called.lengths.get(other.sound(key), 300) for key in called.lengths
            }
            for run in found.runs:
                again = run_of(called, run.script, lengths)
                assert other.read_back(again.trace) == AS_IT_WAS.read_back(run.trace), other.name
                played[other.name] += 1
    assert len(played) >= 5


# --- long runs


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "pieces.jsonl")
    ledger.add(Piece("here", "size 1", 0, 50, calls=250, failed=("one",), allowed={"parts": 2}))
    again = Ledger(tmp_path / "pieces.jsonl")
    assert again.has("here", "size 1", 0, 50)
    assert not again.has("here", "size 1", 50, 50)
    assert not again.has("here", "size 2", 0, 50)
    sums = total(again.of("here", "size 1", [0, 50]))
    assert (sums["flows"], sums["calls"], sums["differences"]) == (50, 250, 1)
    assert sums["allowed"] == {"parts": 2}


def test_calls_that_need_a_row_of_the_allowances_are_counted_once_each() -> None:
    tally = Tally(Piece("here", "size 1", 0, 1))
    tally.played(())
    tally.played((PARTS, BURST), replayed=True)
    piece = tally.finished(1.0)
    assert (piece.calls, piece.excused, piece.replayed) == (2, 1, 1)
    assert piece.allowed == {"parts": 1, "burst": 1}


@pytest.mark.parametrize(("excused", "too_many"), [(1, []), (9, []), (10, ["here"])])
def test_a_run_fails_where_one_call_of_a_hundred_needs_an_allowance(
    excused: int, too_many: list[str]
) -> None:
    piece = Piece("here", "", 0, 200, calls=1000, excused=excused, allowed={"parts": excused})
    told = summed({"here": total([piece])}, {})
    assert told["allowances"] == {"parts": excused, "burst": 0, "read slowly": 0}
    assert told["too_many_allowances"] == too_many


def test_flows_count_that_were_played_on_every_executor_that_is_not_left_out() -> None:
    whole = total([Piece("a", "", 0, 100, calls=500), Piece("a", "", 100, 100, calls=500)])
    half = total([Piece("b", "", 0, 100, calls=480, too_large=4)])
    told = summed({"a": whole, "b": half, "c": total([])}, {"c": "there is none"})
    assert (told["flows"], told["calls"]) == (96, 1480)
    assert told["left_out"] == {"c": "there is none"}


def test_a_difference_is_a_step_that_is_not_the_same() -> None:
    found = project(0)
    graph, (one, other) = found.called.prepared.graph, (found.runs[0], found.runs[1])
    assert first_difference(graph, one.trace, one.trace) is None
    assert first_difference(graph, one.trace, other.trace) is not None
