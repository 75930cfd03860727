"""Where the lab looks for a server, and what it says where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.target import HasLab, LabUnavailableError, load_target
from flowc_freeswitch.lab.find import NEEDED, VARIABLE, find_server


def built(prefix: Path, *without: str) -> Path:
    """The files of a server's prefix, empty."""
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/freeswitch").touch()
    modules = prefix / "lib/freeswitch/mod"
    modules.mkdir(parents=True)
    for name in set(NEEDED) - set(without):
        (modules / f"{name}.so").touch()
    return prefix


def test_a_server_is_found_in_the_prefix_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(built(tmp_path / "fs")))
    found = find_server()
    assert found.program == tmp_path / "fs/bin/freeswitch"
    assert found.modules == tmp_path / "fs/lib/freeswitch/mod"


def test_a_prefix_without_a_server_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(LabUnavailableError) as caught:
        find_server()
    assert str(tmp_path) in caught.value.message
    assert VARIABLE in caught.value.help


def test_a_server_without_a_module_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(built(tmp_path / "fs", "mod_lua", "mod_db")))
    with pytest.raises(LabUnavailableError, match="lacks mod_db, mod_lua"):
        find_server()


def test_the_target_is_found_by_its_name_and_has_a_lab() -> None:
    target = load_target("freeswitch")
    assert target.name == "freeswitch"
    assert isinstance(target, HasLab)
