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

from flowc.target.install_words import address_of, folder_of


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
    return InstallSettings(
        *address_of(words, "ami", f"{known.host}:{known.port}"),
        words.get("ami_user", known.user),
        words.get("ami_secret", known.secret),
        folder_of(words, "etc", known.etc),
        folder_of(words, "log", known.log),
    )
