"""Every YAML file of the hotline and of the examples fits the schema that its first line names.

An editor checks the files by these schemas while an author types; what flowc takes, they must take.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).resolve().parents[3]
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


class PlainTexts(yaml.SafeLoader):
    """Words, numbers and dates stay texts, as flowc reads them (and `yes` as in YAML 1.2)."""


PlainTexts.yaml_implicit_resolvers = {
    first: [
        (tag, form)
        for tag, form in forms
        if not tag.endswith(("timestamp", ":int", ":float", ":bool"))
    ]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def files() -> list[Path]:
    return sorted(
        path for folder in ("flows", "examples") for path in (ROOT / folder).rglob("*.yaml")
    )


def test_there_is_something_to_look_at() -> None:
    assert len(files()) > 300


@pytest.mark.parametrize("folder", ["flows", "examples"])
def test_every_file_names_its_schema_and_fits_it(folder: str) -> None:
    wrong = []
    for path in (each for each in files() if folder in each.relative_to(ROOT).parts[:1]):
        text = path.read_text(encoding="utf-8")
        named = MODELINE.match(text)
        assert named, f"{path} names no schema"
        schema = json.loads((path.parent / named[1]).resolve().read_text(encoding="utf-8"))
        # A safe loader: it makes plain data only.
        data = yaml.load(text, PlainTexts)
        found = Draft7Validator(schema).iter_errors(data)
        name = path.relative_to(ROOT)
        wrong += [f"{name}: {list(one.absolute_path)}: {one.message[:120]}" for one in found]
    assert not wrong, "\n".join(wrong)
