"""The Asterisk target: native dialplan from a flow graph. Nothing heavy is imported before it is used."""

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
class AsteriskTarget:
    """Asterisk 20 and 22, through pbx_config, res_agi and app_queue."""

    name: str = "asterisk"
    versions: tuple[str, ...] = ("20", "22")
    seat: str = "PJSIP/{seat}"
    runtime: str = "127.0.0.1:4573"
    supports: frozenset[Capability] = frozenset(Capability)

    def emit(self, request: EmitRequest) -> Bundle:
        """The files of a release; see `emit`. Raises EmitError with all that is not expressible."""
        from flowc_asterisk.emit import emit

        return emit(request)

    def installer(self, root: Path, settings: Mapping[str, str]) -> Installer:
        """Deploys to one server; see `install`. Raises ValueError for a wrong setting."""
        from flowc_asterisk.install import AsteriskInstaller
        from flowc_asterisk.install_settings import read_settings

        return AsteriskInstaller(root, read_settings(settings))

    def lab(self) -> Lab:
        """Private servers for `flowc test --on asterisk`."""
        from flowc_asterisk.lab.executor import AsteriskLab

        return AsteriskLab()

    def gateway(self, runtime: LiveRuntime, environment: Environment) -> Gateway:
        """The FastAGI server that live calls ask. Raises ValueError for a wrong setting."""
        from flowc.target.install_words import address_of
        from flowc_asterisk.agi.gateway import AgiGateway

        host, port = address_of({"runtime": environment.runtime}, "runtime", "")
        return AgiGateway(runtime.broker, runtime.releases, environment.token, host, port)


TARGET = AsteriskTarget()
