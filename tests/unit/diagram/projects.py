"""The repository's own projects, compiled: what `flowc draw` is asked to draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flowc.cli.draw import labels_of
from flowc.compiler import compile_project
from flowc.diagram.labels import Labels
from flowc.graph.model import FlowGraph

ROOT = Path(__file__).parents[3]


@cache
def project(folder: str) -> tuple[FlowGraph, Labels]:
    """Its graph, and what its authors call things in Chinese."""
    compiled = compile_project(ROOT / folder)
    assert compiled.graph is not None
    return compiled.graph, labels_of(compiled, "zh")
