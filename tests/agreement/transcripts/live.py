"""Graphs by hand on a real server's lab: their sounds, and a release each."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from support import hum

from flowc.target import EmitRequest, Environment, LabRelease, load_target

from .sets import Made


def installed(target: str, made: Mapping[str, Made], work: Path) -> dict[str, LabRelease]:
    """A release for each graph; their sounds are written."""
    place, releases = _place(work), {}
    for number, (key, each) in enumerate(made.items(), start=1):
        for sound, ms in each.lengths.items():
            hum(work / "sounds" / f"{sound}.wav", ms)
        request = EmitRequest(each.graph, f"{number:08x}", place, None, each.fragments, lab=True)
        releases[key] = LabRelease(request, load_target(target).emit(request))
    return releases


def _place(work: Path) -> Environment:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(8)
    return Environment(str(work / "sounds"), str(work / "recordings"), f"127.0.0.1:{port}", token)
