"""The FreeSWITCH target: one interpreter and a flow graph as data. Nothing heavy is imported before it is used."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.target import Bundle, Capability, EmitRequest, Environment, Gateway, Lab, LiveRuntime


@dataclass(frozen=True)
class FreeswitchTarget:
    """FreeSWITCH 1.10, through mod_lua, mod_callcenter and mod_sofia."""

    name: str = "freeswitch"
    versions: tuple[str, ...] = ("1.10",)
    seat: str = "user/{seat}"
    supports: frozenset[Capability] = frozenset(Capability)

    def emit(self, request: EmitRequest) -> Bundle:
        """The files of a release; see `emit`. Raises EmitError with all that is not expressible."""
        from flowc_freeswitch.emit import emit

        return emit(request)

    def gateway(self, runtime: LiveRuntime, environment: Environment) -> Gateway:
        """The client of the server's event socket at `environment.runtime`, by its password `token`."""
        from flowc_freeswitch.esl.gateway import EslGateway

        host, _, port = environment.runtime.rpartition(":")
        return EslGateway(runtime.broker, runtime.releases, environment.token, host, int(port))

    def lab(self) -> Lab:
        """Boots private servers for tests; see `lab.executor`."""
        from flowc_freeswitch.lab.executor import FreeswitchLab

        return FreeswitchLab()


TARGET = FreeswitchTarget()
