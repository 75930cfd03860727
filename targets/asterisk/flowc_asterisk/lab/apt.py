"""Apt in a private corner: it downloads packages with the machine's own mirrors and proxies.

Nothing outside the given folder is written, and no root is needed. Knows packages, not Asterisk;
names no mirror: those come from the machine's own apt configuration.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from flowc.target import LabUnavailableError

OFFLINE_HELP = "check the network and apt's mirrors, or set FLOWC_ASTERISK to an installed Asterisk"
# How the machine reaches its mirrors; the rest of its configuration is none of our business.
_REACHING = re.compile(r"Acquire::(https?|ftp|Force|Proxy|Retries|Queue)[:\w-]* ", re.IGNORECASE)
_FOLDERS = ("etc/preferences.d", "state/lists/partial", "cache/archives/partial", "log", "debs")


@dataclass(frozen=True, slots=True)
class Distribution:
    """What the machine runs: `debian` or `ubuntu`, its codename and the mirror it installs from."""

    name: str
    codename: str
    mirror: str

    @property
    def keyring(self) -> Path:
        """The distribution's own archive keys, which every download is checked against."""
        return Path(f"/usr/share/keyrings/{self.name}-archive-keyring.gpg")


def this_distribution(os_release: Path = Path("/etc/os-release")) -> Distribution:
    """The machine's distribution. Raises LabUnavailableError where it is neither Debian nor Ubuntu."""
    fields = _os_release(os_release)
    family = (fields.get("ID", ""), *fields.get("ID_LIKE", "").split())
    name = next((known for known in family if known in ("ubuntu", "debian")), None)
    if name is None:
        raise LabUnavailableError(
            "this is neither Debian nor Ubuntu, so no Asterisk can be fetched",
            "install Asterisk 20 or later and set FLOWC_ASTERISK to it",
        )
    codename = fields.get("UBUNTU_CODENAME") or fields.get("VERSION_CODENAME", "")
    return Distribution(name, codename, _mirror(codename))


@dataclass(frozen=True, slots=True)
class PrivateApt:
    """Apt with every folder of its own below `folder`. Use `opened` to make one."""

    folder: Path

    def update(self) -> None:
        """Fetch the package lists. Raises LabUnavailableError with apt's own first complaint."""
        self._apt("update")

    def download(self, names: tuple[str, ...]) -> tuple[Path, ...]:
        """Download just the named packages into the folder."""
        debs = self.folder / "debs"
        self._apt("download", *names, cwd=debs)
        return tuple(sorted(debs.glob("*.deb")))

    def download_with_dependencies(self, names: tuple[str, ...]) -> tuple[Path, ...]:
        """Download the named packages and all that they need, as apt resolves them."""
        self._apt("install", "--download-only", "--yes", *names)
        return tuple(sorted((self.folder / "cache/archives").glob("*.deb")))

    def _apt(self, *arguments: str, cwd: Path | None = None) -> None:
        command = ("apt-get", "-qq", *arguments)
        environment = {"APT_CONFIG": str(self.folder / "apt.conf")}
        _run(command, f"apt-get {arguments[0]}", environment, cwd)


def opened(folder: Path, sources: tuple[str, ...]) -> PrivateApt:
    """Make a private apt below `folder` that reads just the one-line `sources`."""
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()  # nothing is installed here, so apt resolves everything
    (folder / "etc/sources.list").write_text("".join(f"{line}\n" for line in sources))
    (folder / "apt.conf").write_text(_configuration(folder))
    return PrivateApt(folder)


def unpack(packages: tuple[Path, ...], root: Path) -> None:
    """Extract `packages` into `root`, less their documentation; nothing of them is run."""
    for name in ("lib", "lib64", "bin", "sbin"):  # merged /usr, as the packages expect it
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for package in packages:
        _extract(package, root)


def _extract(package: Path, root: Path) -> None:
    exclude = (f"--exclude=./usr/share/{name}" for name in ("doc", "man", "locale", "perl"))
    keep = ("--keep-directory-symlink", "--no-same-owner")
    read = ("dpkg-deb", "--fsys-tarfile", str(package))
    write = ("tar", "-x", "-C", str(root), *keep, *exclude)
    # Argument vectors of ours, no shell; the programs are the distribution's, found by PATH.
    with subprocess.Popen(read, stdout=subprocess.PIPE) as reader:  # noqa: S603
        tar = subprocess.run(write, stdin=reader.stdout, capture_output=True, check=False)  # noqa: S603
    if reader.returncode or tar.returncode:
        raise LabUnavailableError(
            f"the package {package.name} cannot be unpacked", "is the disk full?"
        )


def _configuration(folder: Path) -> str:
    """The private apt.conf: folders of its own, and the machine's way to its mirrors."""
    own = {
        "Dir": f"{folder}/",
        "Dir::Etc": f"{folder}/etc",
        "Dir::Etc::sourcelist": f"{folder}/etc/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::main": "/dev/null",
        "Dir::Etc::parts": "/dev/null",
        "Dir::Etc::netrc": "/etc/apt/auth.conf",
        "Dir::Etc::netrcparts": "/etc/apt/auth.conf.d",
        "Dir::State": f"{folder}/state",
        "Dir::State::status": f"{folder}/status",
        "Dir::Cache": f"{folder}/cache",
        "Dir::Log": f"{folder}/log",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        # A rolling suite's list is out of date within a week; its signature is checked all the same.
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Retries": "2",
        "Acquire::http::Timeout": "30",
        "Acquire::https::Timeout": "30",
        "Debug::NoLocking": "true",
    }
    machine = [line for line in _machine_configuration() if _REACHING.match(line)]
    return "\n".join((*(f'{name} "{value}";' for name, value in own.items()), *machine, ""))


def _machine_configuration() -> list[str]:
    return _run(("apt-config", "dump"), "apt-config dump").splitlines()


def _mirror(codename: str) -> str:
    """The mirror that the machine's own apt takes its distribution from.

    `--print-uris update` tells it without package lists, without root and without the network.
    """
    wanted = _run(("apt-get", "--print-uris", "update"), "apt-get --print-uris update")
    mirror = main_mirror(wanted, codename)
    if mirror is None:
        raise LabUnavailableError("apt has no mirror configured on this machine", OFFLINE_HELP)
    return mirror


def main_mirror(wanted: str, codename: str) -> str | None:
    """The distribution's own among the places that apt would ask, as `--print-uris update` lists them.

    Others serve the same codename (a vendor's packages, a PPA), and may be listed first; only the
    distribution's own has its updates beside it.
    """
    places = re.findall(r"^'(\S+?)/dists/([^/']+)", wanted, re.MULTILINE)
    suites: dict[str, set[str]] = {}
    for mirror, suite in places:
        suites.setdefault(mirror, set()).add(suite)
    ranked = sorted(
        suites,
        key=lambda mirror: (
            codename not in suites[mirror],
            f"{codename}-updates" not in suites[mirror],
            "security" in mirror,
        ),
    )
    return next(iter(ranked), None)


def _os_release(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name: value.strip("\"'") for name, _, value in pairs}


def _run(
    command: tuple[str, ...],
    what: str,
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run `command`; its output, or LabUnavailableError with its first complaint."""
    env = {**os.environ, "LC_ALL": "C", **(environment or {})}
    try:
        done = subprocess.run(  # noqa: S603 - an argument vector of ours, no shell
            command, capture_output=True, text=True, env=env, cwd=cwd, timeout=900, check=False
        )
    except FileNotFoundError as error:
        help_ = "install Asterisk 20 or later and set FLOWC_ASTERISK to it"
        raise LabUnavailableError(f"this machine has no {command[0]}", help_) from error
    except subprocess.TimeoutExpired as error:
        raise LabUnavailableError(f"{what} took more than 15 minutes", OFFLINE_HELP) from error
    if done.returncode:
        raise LabUnavailableError(f"{what} failed: {_complaint(done.stderr)}", OFFLINE_HELP)
    return done.stdout


def _complaint(stderr: str) -> str:
    """The first line that apt marks as an error, else the last it said."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line[2:].strip() for line in lines if line.startswith("E:")]
    return (errors or lines[-1:] or ["it said nothing"])[0]
