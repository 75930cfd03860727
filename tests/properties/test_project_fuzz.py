"""Broken projects give findings or a graph, never a traceback; the benchmark of the same name does it by the 100,000."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowc.compiler import compile_files, files_of

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import fuzz_projects as fuzz

FILES = files_of(fuzz.STATION)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0, 10**9))
def test_a_broken_project_never_gives_a_traceback(number: int) -> None:
    files, _, _ = fuzz.case(1, number)
    fuzz.tried(files)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0, 10**9))
def test_no_command_ends_in_a_traceback_on_a_broken_project(number: int) -> None:
    files, sort, dice = fuzz.case(2, number)
    _, code = fuzz.typed(files, sort, dice)
    assert code in fuzz.EXPECTED


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(name for name in FILES if not name.endswith(".wav"))),
    data=st.binary(max_size=200),
)
def test_any_bytes_in_the_place_of_a_file_never_give_a_traceback(name: str, data: bytes) -> None:
    fuzz.tried({**FILES, name: data})


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120))
def test_a_text_is_spoken_as_it_is_or_refused_and_never_code(text: str) -> None:
    """Whatever stands in prompts.csv comes out as the same text, or as a finding."""
    quoted = text.replace('"', '""')
    row = f'id,zh,en\ngreeting,"{quoted}",Hello.\nsorry,抱歉。,Sorry.\nrecorded,录音。,Recorded.\n'
    compiled = compile_files({**FILES, "prompts.csv": row.encode("utf-8", "surrogatepass")})
    if compiled.graph is None:
        assert compiled.found
    elif "{" not in text:
        assert compiled.texts["zh/greeting"].split() == text.split()


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_project_without_one_of_its_files_gives_findings_or_a_graph(name: str) -> None:
    fuzz.tried({other: data for other, data in FILES.items() if other != name})
