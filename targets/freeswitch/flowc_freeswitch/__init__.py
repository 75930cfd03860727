"""The FreeSWITCH target: one interpreter and a flow graph as data. Nothing heavy is imported before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowc.target import (
    Bundle,
    Capability,
    EmitRequest,
    Environment,
    Gateway,
    Installer,
    Lab,
    LiveRuntime,
)


@dataclass(frozen=True)
class FreeswitchTarget:
    """FreeSWITCH 1.10, through mod_lua, mod_callcenter and mod_sofia."""

    name: str = "freeswitch"
    versions: tuple[str, ...] = ("1.10",)
    seat: str = "user/{seat}"
    runtime: str = "127.0.0.1:8021"
    supports: frozenset[Capability] = frozenset(Capability)

    def emit(self, request: EmitRequest) -> Bundle:
        """The files of a release; see `emit`. Raises EmitError with all that is not expressible."""
        from flowc_freeswitch.emit import emit

        return emit(request)

    def gateway(self, runtime: LiveRuntime, environment: Environment) -> Gateway:
        """The client of the server's event socket at `environment.runtime`, by its password `token`."""
        from flowc.target.install_words import address_of
        from flowc_freeswitch.esl.gateway import EslGateway

        host, port = address_of({"runtime": environment.runtime}, "runtime", "")
        return EslGateway(runtime.broker, runtime.releases, environment.token, host, port)

    def installer(self, root: Path, settings: Mapping[str, str]) -> Installer:
        """Deploys to one server; see `install`. Raises ValueError for a wrong setting."""
        from flowc_freeswitch.install import FreeswitchInstaller
        from flowc_freeswitch.install_settings import read_settings

        return FreeswitchInstaller(root, read_settings(settings))

    def lab(self) -> Lab:
        """Boots private servers for tests; see `lab.executor`."""
        from flowc_freeswitch.lab.executor import FreeswitchLab

        return FreeswitchLab()


TARGET = FreeswitchTarget()
