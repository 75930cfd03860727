"""A test on a real server that fails is tried a second time, with what its file measures measured anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
MEASURED_TOGETHER = """
import pytest

measured = 0

@pytest.fixture(scope="module")
def figures():
    global measured
    measured += 1
    return measured

def test_that_needs_another_measurement(figures):
    assert figures == 2

def test_that_is_always_wrong(figures):
    assert figures == 0

def test_at_the_end(figures):
    assert figures == 2
"""


def test_figures_are_measured_anew_once_for_a_second_try(tmp_path: Path) -> None:
    shutil.copy(TESTS / "pbx/conftest.py", tmp_path)
    (tmp_path / "test_figures.py").write_text(MEASURED_TOGETHER, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.rstrip().splitlines()[-1].startswith("1 failed, 2 passed, 2 rerun")
