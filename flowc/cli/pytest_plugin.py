"""pytest runs `*.call.yaml`: each file is one test, played on the simulator.

Loaded by every pytest that has flowc installed, so it imports nothing of flowc until such a file
is run. The project is the nearest folder above the file that holds `flowc.yaml`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ENDING = ".call.yaml"


class CallFailedError(Exception):
    """A call went otherwise than its script says; the text is for the author."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CallFile | None:
    """A call script inside a project is a test file."""
    if file_path.name.endswith(ENDING) and _project_of(file_path) is not None:
        return CallFile.from_parent(parent, path=file_path)
    return None


def _project_of(path: Path) -> Path | None:
    return next((folder for folder in path.parents if (folder / "flowc.yaml").is_file()), None)


class CallFile(pytest.File):
    """A file with one call."""

    def collect(self) -> Iterator[CallItem]:
        yield CallItem.from_parent(self, name=self.path.name.removesuffix(ENDING))


class CallItem(pytest.Item):
    """One call on the simulator."""

    def runtest(self) -> None:
        """Play the call; raise with all that failed."""
        failed = importlib.import_module("flowc.cli.play_call").play_call(
            self.path, _project_of(self.path)
        )
        if failed:
            raise CallFailedError(failed)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The author's words alone, no traceback."""
        if isinstance(excinfo.value, CallFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the call stands."""
        return self.path, 0, f"call: {self.name}"
