"""The words of an environment that a deploy to Asterisk knows, and what they are when not said.

    ami: 127.0.0.1:5038           where its manager interface listens
    ami_user: flowc               the operator's account; it needs write = system,reporting
    ami_secret: ${env:FLOWC_AMI_SECRET}
    etc: /etc/asterisk            its configuration
    log: /var/log/asterisk/full   read for complaints about flowc's files, where that is allowed

Knows no server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class InstallSettings:
    """One Asterisk as a deploy reaches it."""

    host: str = "127.0.0.1"
    port: int = 5038
    user: str = "flowc"
    secret: str = field(default="", repr=False)
    etc: Path = Path("/etc/asterisk")
    log: Path = Path("/var/log/asterisk/full")


def read_settings(words: Mapping[str, str]) -> InstallSettings:
    """The settings of an environment; words of others are left alone. Raises ValueError."""
    known = InstallSettings()
    host, _, port = words.get("ami", f"{known.host}:{known.port}").rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"`ami: {words['ami']}` is no host:port")
    return InstallSettings(
        host.strip("[]"),
        int(port),
        words.get("ami_user", known.user),
        words.get("ami_secret", known.secret),
        _folder(words, "etc", known.etc),
        _folder(words, "log", known.log),
    )


def _folder(words: Mapping[str, str], name: str, default: Path) -> Path:
    path = Path(words.get(name, str(default)))
    if not path.is_absolute():
        raise ValueError(f"`{name}: {path}` is no absolute path")
    return path
