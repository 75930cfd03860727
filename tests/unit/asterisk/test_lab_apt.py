"""Where the lab's Asterisk comes from on a machine: told by its os-release and its own apt, tried on both."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.target import LabUnavailableError
from flowc_asterisk.lab.apt import Distribution, main_mirror, this_distribution
from flowc_asterisk.lab.fetch import recipes

DEBIAN = """
'http://deb.debian.org/debian/dists/bookworm/InRelease' a 0
'http://deb.debian.org/debian/dists/bookworm-updates/InRelease' b 0
'http://deb.debian.org/debian-security/dists/bookworm-security/InRelease' c 0
'http://deb.debian.org/debian/dists/bookworm/main/binary-amd64/Packages.xz' d 0
"""
# A machine with a vendor's packages and a PPA for the same codename, listed before Ubuntu's own.
UBUNTU = """
'https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu/dists/noble/InRelease' a 0
'https://packages.microsoft.com/ubuntu/24.04/prod/dists/noble/InRelease' b 0
'http://archive.ubuntu.com/ubuntu/dists/noble/InRelease' c 0
'http://archive.ubuntu.com/ubuntu/dists/noble-updates/InRelease' d 0
'http://security.ubuntu.com/ubuntu/dists/noble-security/InRelease' e 0
"""
MIRROR_LIST = """
'mirror+file:/etc/apt/apt-mirrors.txt/dists/noble/InRelease' a 0
'mirror+file:/etc/apt/apt-mirrors.txt/dists/noble-updates/InRelease' b 0
'https://packages.microsoft.com/repos/azure-cli/dists/noble/InRelease' c 0
"""


@pytest.mark.parametrize(
    ("listed", "codename", "mirror"),
    [
        (DEBIAN, "bookworm", "http://deb.debian.org/debian"),
        (UBUNTU, "noble", "http://archive.ubuntu.com/ubuntu"),
        (MIRROR_LIST, "noble", "mirror+file:/etc/apt/apt-mirrors.txt"),
        ("'http://mirror/debian/dists/trixie/InRelease' a 0\n", "trixie", "http://mirror/debian"),
        ("", "trixie", None),
    ],
    ids=["Debian", "Ubuntu with others first", "a list of mirrors", "no updates", "none"],
)
def test_the_distributions_own_mirror_is_taken(
    listed: str, codename: str, mirror: str | None
) -> None:
    assert main_mirror(listed, codename) == mirror


def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str, listed: str) -> Path:
    """An os-release, and an apt-get that lists these places."""
    program = tmp_path / "bin" / "apt-get"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{listed}END\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    os_release = tmp_path / "os-release"
    os_release.write_text(release)
    return os_release


MACHINES = {
    "Ubuntu": (
        'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nUBUNTU_CODENAME="noble"\n',
        UBUNTU,
    ),
    "a relative of Ubuntu": (
        'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n',
        UBUNTU,
    ),
}


@pytest.mark.parametrize(("release", "listed"), MACHINES.values(), ids=MACHINES)
def test_a_machine_of_ubuntus_family_is_ubuntu_with_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str, listed: str
) -> None:
    found = this_distribution(_machine(tmp_path, monkeypatch, release, listed))
    assert found == Distribution("ubuntu", "noble", "http://archive.ubuntu.com/ubuntu")
    assert found.keyring == Path("/usr/share/keyrings/ubuntu-archive-keyring.gpg")


def test_debian_is_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os_release = _machine(tmp_path, monkeypatch, "ID=debian\nVERSION_CODENAME=bookworm\n", DEBIAN)
    assert this_distribution(os_release).mirror == "http://deb.debian.org/debian"


def test_elsewhere_it_is_said_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "os-release").write_text("ID=fedora\nVERSION_ID=43\n")
    with pytest.raises(LabUnavailableError, match="neither Debian nor Ubuntu") as caught:
        this_distribution(tmp_path / "os-release")
    assert "FLOWC_ASTERISK" in caught.value.help


@pytest.mark.parametrize(
    ("name", "codename", "suites"),
    [
        ("ubuntu", "noble", ["noble"]),
        ("ubuntu", "questing", ["questing", "noble"]),
        # 22.04 has Asterisk 18, which is too old.
        ("ubuntu", "jammy", ["jammy", "noble"]),
        ("debian", "bookworm", ["forky", "forky", "sid"]),
    ],
)
def test_suites_are_asked_in_turn_until_one_has_an_asterisk_that_will_do(
    name: str, codename: str, suites: list[str]
) -> None:
    made = recipes(Distribution(name, codename, "http://mirror"))
    assert [recipe.suites[0] for recipe in made] == suites
    assert all("universe" in recipe.components for recipe in made) is (name == "ubuntu")
