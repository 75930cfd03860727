"""Which calls go on together on which server, and which are played a second time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from flowc.graph.model import FlowGraph
from flowc.live.result import Result
from flowc.live.rounds import PlannedCall, Rounds, by_flags
from flowc.simulate.simulator import Run
from flowc.target import Bundle, EmitRequest, Environment, LabCall, LabRelease, ServerError

Play = Callable[[str], Run]
RELEASES = ("0" * 8, "1" * 8, "2" * 8)


def _planned(
    graph: FlowGraph,
    run: Run,
    token: str,
    known: Sequence[str] = (),
    raised: Sequence[str] = (),
    release: str = RELEASES[0],
) -> PlannedCall:
    """A call to a project that knows some flags, with some of them raised."""
    script = replace(run.script, flags=tuple(raised))
    asked = LabCall(token, release, "100")
    return PlannedCall(script, replace(graph, flags=tuple(known)), run, asked, {})


def _tokens(calls: Sequence[PlannedCall]) -> list[str]:
    return [each.asked.token for each in calls]


# --- flags


def test_calls_with_other_flags_of_one_project_have_servers_of_their_own(
    graph: FlowGraph, run: Play
) -> None:
    done = run("steps: [hang up]")
    groups = by_flags(
        [
            _planned(graph, done, "plain", ("outage",)),
            _planned(graph, done, "outage", ("outage",), ("outage",)),
            _planned(graph, done, "plain too", ("outage",)),
        ]
    )
    assert {flags: _tokens(calls) for flags, calls in groups.items()} == {
        frozenset(): ["plain", "plain too"],
        frozenset({"outage"}): ["outage"],
    }


def test_a_flag_that_a_project_does_not_know_is_nothing_to_its_calls(
    graph: FlowGraph, run: Play
) -> None:
    done = run("steps: [hang up]")
    groups = by_flags(
        [
            _planned(graph, done, "no flags"),
            _planned(graph, done, "outage", ("outage",), ("outage",)),
            _planned(graph, done, "emergency", ("emergency",), ("emergency",)),
        ]
    )
    assert {flags: _tokens(calls) for flags, calls in groups.items()} == {
        frozenset({"outage", "emergency"}): ["no flags", "outage", "emergency"]
    }


# --- second tries


@dataclass
class RefusingLab:
    """A lab whose server refuses every call after a moment; it counts what was asked of it."""

    asked: list[str] = field(default_factory=list)
    held: list[tuple[str, ...]] = field(default_factory=list)  # releases of each server
    together: dict[str, int] = field(default_factory=dict)  # calls at the end of each, by its token
    now: int = 0

    @asynccontextmanager
    async def booted(
        self, releases: Sequence[LabRelease], calls: Sequence[LabCall]
    ) -> AsyncIterator[RefusingLab]:
        del calls
        self.held.append(tuple(each.request.release8 for each in releases))
        yield self

    async def raise_flags(self, flags: frozenset[str]) -> None:
        del flags

    async def call(self, asked: LabCall) -> None:
        self.asked.append(asked.token)
        self.now += 1
        await asyncio.sleep(0.4)
        self.together[asked.token] = self.now
        self.now -= 1
        raise ServerError("no")

    def bare(self, *_: object) -> None:
        raise NotImplementedError


def _release(graph: FlowGraph, id_: str) -> LabRelease:
    request = EmitRequest(graph, id_, Environment("/s", "/r"), None, {}, lab=True)
    return LabRelease(request, Bundle("none", id_, ()))


def _played(lab: RefusingLab, graph: FlowGraph, run: Run, **how: bool) -> list[Result]:
    planned = [_planned(graph, run, f"call{n}", release=RELEASES[n % 2]) for n in range(4)]
    releases = [_release(graph, id_) for id_ in RELEASES]
    return asyncio.run(Rounds(lab, releases, **how).play(planned, lambda _: None))  # type: ignore[arg-type]


def test_every_call_that_failed_is_played_again_where_that_is_asked_for(
    graph: FlowGraph, run: Play
) -> None:
    lab = RefusingLab()
    results = _played(lab, graph, run("steps: [hang up]"), alone=True)
    assert sorted(lab.asked) == sorted(
        f"call{n}{again}" for n in range(4) for again in ("", "again", "againagain")
    )
    assert all(each.failed and each.first is not None for each in results)


def test_what_is_played_last_is_the_only_call_of_its_server(graph: FlowGraph, run: Play) -> None:
    lab = RefusingLab()
    _played(lab, graph, run("steps: [hang up]"), alone=True)
    assert lab.together["call0"] > 1
    assert {
        token: most for token, most in lab.together.items() if most > 1 and "againagain" in token
    } == {}


@pytest.mark.parametrize("how", [{"strict": True}, {"strict": True, "alone": True}])
def test_where_it_is_strict_no_call_is_played_again(
    graph: FlowGraph, run: Play, how: dict[str, bool]
) -> None:
    lab = RefusingLab()
    results = _played(lab, graph, run("steps: [hang up]"), **how)
    assert len(lab.asked) == 4
    assert all(each.failed and each.first is None for each in results)


def test_a_server_holds_the_releases_that_its_calls_are_for(graph: FlowGraph, run: Play) -> None:
    lab = RefusingLab()
    _played(lab, graph, run("steps: [hang up]"), strict=True)
    assert lab.held == [RELEASES[:2]]
