"""Graphviz for tests, in a process of its own: inside ours it would print errors when Python ends."""

from __future__ import annotations

from flowc.diagram.layout.layouters import ask_wasi


def graphviz(dot: bytes, form: str = "json0") -> str:
    answers = ask_wasi([dot.decode()], form, limit_s=60)
    assert answers is not None
    assert answers[0] is not None
    return answers[0]
