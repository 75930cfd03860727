"""The words of an environment that a deploy to FreeSWITCH knows, and what they are when not said.

    runtime: 127.0.0.1:8021             its event socket, where deploys and live calls meet it
    token: ${env:FLOWC_ESL_PASSWORD}    the event socket's password
    etc: /etc/freeswitch                its configuration
    dialplan: dialplan/flowc.xml        a file in it that may be flowc's, taken in as a dialplan
    callcenter: autoload_configs/callcenter.conf.xml    the settings of its queues
    lua: autoload_configs/lua.conf.xml                  the settings of its Lua

Knows no server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flowc.target.install_words import address_of, folder_of
from flowc_freeswitch.esl.address import refuse_open_door


@dataclass(frozen=True, slots=True)
class InstallSettings:
    """One FreeSWITCH as a deploy reaches it. `dialplan`, `callcenter` and `lua` are files."""

    host: str
    port: int
    password: str = field(repr=False)
    etc: Path
    dialplan: Path
    callcenter: Path
    lua: Path


def read_settings(words: Mapping[str, str]) -> InstallSettings:
    """The settings of an environment; words of others are left alone. Raises ValueError."""
    host, port = address_of(words, "runtime", "127.0.0.1:8021")
    password = words.get("token", "")
    refuse_open_door(host, password)
    etc = folder_of(words, "etc", Path("/etc/freeswitch"))
    return InstallSettings(
        host,
        port,
        password,
        etc,
        etc / words.get("dialplan", "dialplan/flowc.xml"),
        etc / words.get("callcenter", "autoload_configs/callcenter.conf.xml"),
        etc / words.get("lua", "autoload_configs/lua.conf.xml"),
    )
