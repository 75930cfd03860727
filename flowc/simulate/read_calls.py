"""The call scripts among a project's files. Knows names and bytes, no folder and no graph."""

from __future__ import annotations

from collections.abc import Mapping

from flowc.diagnostics.model import Reporter
from flowc.simulate.read_script import read_script
from flowc.simulate.script import CallScript
from flowc.syntax.read_source import decode
from flowc.syntax.read_yaml import read_yaml

ENDING = ".call.yaml"


def read_call(name: str, data: bytes, report: Reporter) -> CallScript | None:
    """The script of one file; None, with findings, where it is none."""
    source = decode(data, name, report)
    return None if source is None else read_script(read_yaml(source, report), report)


def read_calls(files: Mapping[str, bytes], report: Reporter) -> tuple[CallScript, ...]:
    """Every script among the files, by name; files with findings are left out."""
    found = (
        read_call(name, files[name], report) for name in sorted(files) if name.endswith(ENDING)
    )
    return tuple(script for script in found if script is not None)
