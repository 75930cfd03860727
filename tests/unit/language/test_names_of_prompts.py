"""A row's id in prompts.csv becomes a file's name: what can't is a finding, not a broken build."""

from __future__ import annotations

import pytest

from flowc.build import prompt_requests
from flowc.compiler import compile_files

PROJECT = {
    "flowc.yaml": 'project: p\nlanguages: [zh]\nnumbers: {"100": line}\n',
    "flows/line.flow.yaml": 'flow: line\nnodes:\n  bye: {hangup: "@%s"}\n',
    "prompts.csv": "id,zh\n%s,再见。\n",
}


def compiled(name: str) -> object:
    return compile_files(
        {path: (text % name if "%" in text else text).encode() for path, text in PROJECT.items()}
    )


@pytest.mark.parametrize("name", ["goodbye", "hotline.bye", "a.b.c.d.e.f.g.h", "x" * 64])
def test_a_good_id_names_a_sound(name: str) -> None:
    made = compiled(name)
    assert made.graph is not None  # type: ignore[attr-defined]
    assert prompt_requests(made).keys() == {f"zh/{name}"}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a..b", "a.", "x" * 65, ".".join("abcdefghi"), "x/y", "../x"])
def test_an_id_that_can_name_no_file_is_a_finding(name: str) -> None:
    assert compiled(name).graph is None  # type: ignore[attr-defined]
