"""The Asterisk target: native dialplan from a flow graph. Nothing heavy is imported before it is used."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.target import Bundle, Capability, EmitRequest


@dataclass(frozen=True)
class AsteriskTarget:
    """Asterisk 20 and 22, through pbx_config, res_agi and app_queue."""

    name: str = "asterisk"
    versions: tuple[str, ...] = ("20", "22")
    seat: str = "PJSIP/{seat}"
    supports: frozenset[Capability] = frozenset(Capability)

    def emit(self, request: EmitRequest) -> Bundle:
        """The files of a release; see `emit`. Raises EmitError with all that is not expressible."""
        from flowc_asterisk.emit import emit  # noqa: PLC0415 - loaded when a release is built

        return emit(request)


TARGET = AsteriskTarget()
