"""The whole pipeline on one page: files in, a proven graph out.

files -> ProjectReader -> Program -> lower -> FlowGraph -> passes -> FlowGraph
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flowc.diagnostics.model import Diagnostic, Reporter
from flowc.graph.model import FlowGraph
from flowc.graph.services import FixtureSettings, ServiceSpec, TicketSettings
from flowc.graph.verify import verify
from flowc.kinds.parts import Text
from flowc.language.lower import Lowered, lower
from flowc.language.project import Project, ProjectReader
from flowc.passes.attach_readings import attach_readings
from flowc.passes.calls_apart import calls_apart
from flowc.passes.count_nodes import count_nodes
from flowc.passes.drop_unreachable import drop_unreachable
from flowc.passes.find_end_of_holidays import find_end_of_holidays
from flowc.passes.find_endless_loops import find_endless_loops
from flowc.passes.find_keys_unsaid import find_keys_unsaid
from flowc.passes.find_long_menus import find_long_menus
from flowc.passes.find_long_numbers import find_long_numbers
from flowc.passes.find_no_person import find_no_person
from flowc.passes.find_no_reader import find_no_reader
from flowc.passes.find_silence import find_silence
from flowc.passes.find_unreachable import find_unreachable
from flowc.passes.find_unset_variables import find_unset_variables
from flowc.passes.find_wrong_words import find_wrong_words
from flowc.passes.join_says import join_says
from flowc.passes.longest_call import LongestCall, longest_call
from flowc.passes.prove_back import prove_back
from flowc.passes.unsure_answers import unsure_answers
from flowc.speech.pace import Pace
from flowc.speech.readers import unread_languages
from flowc.syntax.find_strays import NOT_AN_AUTHORS, find_strays

# What a project is made of; everything else in its folder is its own business.
PARTS = ("flowc.yaml", "queues.yaml", "prompts.csv")
PATTERNS = (
    "flows/**/*.flow.yaml",
    "services/*.yaml",
    "calendars/*.yaml",
    "lists/*.csv",
    "tests/**/*.call.yaml",
)
RECORDINGS = "prompts/*/*.wav"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A project that was read. `graph` is None where there are errors.

    `lowered`: the graph before the passes, which may lack what `found` tells, and every static text.
    `longest`: the longest call that nobody draws out by choice.
    """

    project: Project | None
    graph: FlowGraph | None
    lowered: Lowered | None = None
    found: tuple[Diagnostic, ...] = ()
    longest: LongestCall | None = None

    @property
    def texts(self) -> Mapping[str, str]:
        """Every static text by sound key."""
        return self.lowered.texts.by_key if self.lowered else {}

    @property
    def services(self) -> Mapping[str, ServiceSpec]:
        """What the project's services answer, by name."""
        return self.project.program.around.services if self.project else {}

    @property
    def tickets(self) -> TicketSettings:
        """The project's classes of work orders."""
        return self.project.program.around.tickets if self.project else TicketSettings()


def files_of(folder: Path) -> dict[str, bytes]:
    """The files that make a project, by name. Recordings are named but not read."""
    names = [name for name in PARTS if (folder / name).is_file()]
    for pattern in PATTERNS:
        names.extend(
            path.relative_to(folder).as_posix()
            for path in folder.glob(pattern)
            if path.is_file() and not path.name.startswith(NOT_AN_AUTHORS)
        )
    files = {name: (folder / name).read_bytes() for name in names}
    files |= {path.relative_to(folder).as_posix(): b"" for path in folder.glob(RECORDINGS)}
    return files


def compile_project(
    folder: Path, report: Reporter | None = None, today: date | None = None
) -> Compiled:
    """Read, bind, lower and prove the project in a folder.

    `today`: the day from which calendars must reach far enough ahead; None asks nothing of them.
    """
    report = report if report is not None else Reporter()
    find_strays(folder, report)
    return compile_files(files_of(folder), report, today, folder)


def compile_files(
    files: Mapping[str, bytes],
    report: Reporter | None = None,
    today: date | None = None,
    folder: Path | None = None,
) -> Compiled:
    """The same, of files in memory. `folder`: where tables of fixtures stand; None asks for none."""
    report = report if report is not None else Reporter()
    with _no_garbage_collection():
        project = ProjectReader(files, report).read()
        if project is None:
            return Compiled(None, None, found=report.sorted)
        if today is not None:
            find_end_of_holidays(project.program.around.calendars.values(), today, report)
        if folder is not None:
            _read_tables(project, folder, report)
        lowered = lower(project.program, report, _fallback(project))
        if report.has_errors:
            return Compiled(project, None, lowered, report.sorted)
        pace = Pace(lowered.texts.by_key)
        find_keys_unsaid(lowered.graph, lowered.texts, report)
        graph, longest = prove(project, lowered.graph, pace, report)
        if report.has_errors:
            return Compiled(project, None, lowered, report.sorted)
    return Compiled(project, graph, lowered, report.sorted, longest)


def _read_tables(project: Project, folder: Path, report: Reporter) -> None:
    """Tell of a fixture's table that could answer nobody."""
    for service in project.program.around.services.values():
        if isinstance(service.settings, FixtureSettings):
            # What reads tables is the runtime's, and most projects have none.
            from flowc.runtime.services.fixture_table import check_table

            check_table(service, service.settings, folder, report)


def _fallback(project: Project) -> Text | None:
    name = project.fallback
    return Text(name, (), project.fallback_at, named=True) if name else None


def prove(
    project: Project, graph: FlowGraph, pace: Pace, report: Reporter
) -> tuple[FlowGraph, LongestCall | None]:
    """The passes in their order: those that report see the graph that the author wrote.

    The graph to build, and the longest call; None where something is wrong, or no number is there.
    """
    find_unreachable(graph, report)
    graph = drop_unreachable(graph)
    find_no_reader(graph, unread_languages(graph.languages), report)
    find_wrong_words(graph, report)
    graph = attach_readings(graph, report)
    find_unset_variables(unsure_answers(graph, project.program.around.tickets), report)
    find_long_numbers(graph, report)
    find_endless_loops(graph, report)
    apart = calls_apart(graph)
    find_no_person(apart, project.program.around.promise, pace, report)
    find_long_menus(graph, pace, report)
    find_silence(graph, project.program.most_silence_s, pace, report)
    longest = None if report.has_errors else longest_call(apart, pace)
    graph = count_nodes(join_says(prove_back(graph)))
    broken = () if report.has_errors else verify(graph)
    if broken:
        raise AssertionError("; ".join(broken))
    return graph, longest


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    # Half of the time of a build would go to looking for rings among frozen values.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
