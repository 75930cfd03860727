"""What a deploy asks of a build before it copies it: the projects of this repository have it all."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.build import environment_of, prompt_requests
from flowc.compiler import compile_project
from flowc.graph.prompts import fragment_key
from flowc.language.environments import Environment
from flowc.speech.readers import digit_fragments
from flowc.target import EmitRequest
from flowc_asterisk import TARGET
from flowc_asterisk.install_needs import missing_parts

ROOT = Path(__file__).parents[3]
PROJECTS = ("flows", "examples/city_hotline", "examples/duty_400", "examples/smallest")


@pytest.mark.parametrize("name", [*PROJECTS, "tests/cases/station"])
@pytest.mark.parametrize("root", ["/var/lib/flowc", f"/srv/{'deep/' * 20}flowc"], ids=["", "deep"])
def test_every_sound_that_a_dialplan_names_is_rendered(
    tmp_path: Path, name: str, root: str
) -> None:
    compiled = compile_project(ROOT / name)
    assert compiled.graph is not None
    keys = frozenset(prompt_requests(compiled))
    digits = {
        each: {digit: fragment_key(each, key) for digit, key in digit_fragments(each).items()}
        for each in compiled.graph.languages
    }
    settings = Environment("here", "asterisk", {"root": root})
    environment = environment_of(compiled, settings, TARGET, "0" * 8)
    request = EmitRequest(compiled.graph, "0" * 64, environment, keys, digits)
    for artifact in TARGET.emit(request).artifacts:
        path = tmp_path / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    for key in keys:
        path = tmp_path / "sounds" / f"{key}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")
    languages = ", ".join(f'"{each}"' for each in compiled.graph.languages)
    (tmp_path / "release.json").write_text(f'{{"graph": {{"languages": [{languages}]}}}}')
    (tmp_path / "build.json").write_text("{}")
    assert missing_parts(tmp_path) == ()
