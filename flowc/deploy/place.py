"""An environment's settings as a deploy needs them: secrets resolved, this server among its hosts.

The one place where `${env:NAME}` of an environment is looked up. Knows no telephone system.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flowc.deploy.deployment import Deployment
from flowc.deploy.disk import Disk
from flowc.deploy.steps import Observer
from flowc.target import Installable, Installer, load_target

DEFAULT_ROOT = "/var/lib/flowc"
Setting = str | tuple[str, ...]
_SECRET = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingError(ValueError):
    """A setting of an environment that a deploy cannot use; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Place:
    """The server that this machine is, as an environment describes it.

    `elsewhere`: hosts of the environment that this machine is not; they are deployed to from
    themselves. `words`: the target's own settings, with secrets.
    """

    target: str
    root: Path
    words: Mapping[str, str] = field(repr=False)
    elsewhere: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)  # see `secrets_in`

    def installer(self) -> Installer:
        """The target's installer. Raises SettingError, UnknownTargetError."""
        target = load_target(self.target)
        if not isinstance(target, Installable):
            raise SettingError(f"nothing can be deployed to the target `{self.target}`")
        try:
            return target.installer(self.root, self.words)
        except ValueError as reason:
            raise SettingError(hidden(str(reason), self.secrets)) from None

    def deployment(self, observe: Observer) -> Deployment:
        """Deploys to this server, readable for whoever may read its configuration."""
        installer = self.installer()
        return Deployment(self.root, installer, disk=Disk(_group(installer)), observe=observe)


def read_place(
    target: str, settings: Mapping[str, Setting], variables: Mapping[str, str] | None = None
) -> Place:
    """The place of an environment. Raises SettingError for a secret that is not set."""
    known = os.environ if variables is None else variables
    words = {
        name: resolved(name, value, known)
        for name, value in settings.items()
        if isinstance(value, str)
    }
    secrets = secrets_in(settings, known)
    root = words.pop("root", DEFAULT_ROOT).rstrip("/")
    if not root.startswith("/"):
        raise SettingError(hidden(f"`root: {root}` is no absolute path", secrets))
    return Place(target, Path(root), words, _elsewhere(settings.get("hosts", ())), secrets)


def secrets_in(settings: Mapping[str, Setting], variables: Mapping[str, str]) -> dict[str, str]:
    """The values of the environment's variables that settings name, and how each is written."""
    texts = (value for value in settings.values() if isinstance(value, str))
    found = (match for text in texts for match in _SECRET.finditer(text))
    return {variables[each[1]]: each[0] for each in found if variables.get(each[1])}


def hidden(text: str, secrets: Mapping[str, str]) -> str:
    """A text for people, with each value as it is written in the settings."""
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, secrets[value])
    return text


def resolved(name: str, value: str, variables: Mapping[str, str]) -> str:
    """A setting with the environment's variables in it. Raises SettingError for one not set."""

    def secret(match: re.Match[str]) -> str:
        if match[1] not in variables:
            raise SettingError(
                f"`{name}` wants the environment variable {match[1]}, which is not set"
            )
        return variables[match[1]]

    return _SECRET.sub(secret, value)


def _elsewhere(hosts: Setting) -> tuple[str, ...]:
    names = (hosts,) if isinstance(hosts, str) else hosts
    here = {*_HERE, socket.gethostname(), socket.gethostname().partition(".")[0]}
    return tuple(name for name in names if name not in here)


def _group(installer: Installer) -> int | None:
    """The group of the server's own configuration, since the server has to read ours; None where
    we are neither root nor in it."""
    files = [line.file for line in installer.host_lines()]
    there = [path for file in files for path in (file, file.parent) if path.exists()]
    if not there:
        return None
    group = there[0].stat().st_gid
    return group if os.geteuid() == 0 or group in {os.getegid(), *os.getgroups()} else None
