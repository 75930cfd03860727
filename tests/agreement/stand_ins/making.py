"""Stand-ins by the name of their target, and the releases that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from flowc.graph.model import FlowGraph
from flowc.machine.trace import Trace
from flowc.target import EmitRequest, Environment, LabCall, LabRelease, load_target

from .asterisk import AsteriskStandIn
from .line import Caller

PLACE = Environment("/s", "/r")


class StandIn(Protocol):
    """A server that holds one release."""

    def play(
        self, asked: LabCall, caller: Caller, /, *, flags: frozenset[str] = frozenset()
    ) -> Trace:
        """The trace of a call, once it is over. Raises StandInError."""


def release_on(
    target: str,
    graph: FlowGraph,
    *,
    release: str = "0" * 8,
    environment: Environment = PLACE,
    digit_fragments: Mapping[str, Mapping[str, str]] | None = None,
) -> LabRelease:
    """A graph's release for that target, with the entry of tests. Raises EmitError."""
    request = EmitRequest(graph, release, environment, None, digit_fragments or {}, lab=True)
    return LabRelease(request, load_target(target).emit(request))


def stand_in(target: str, release: LabRelease, lengths: Mapping[str, int]) -> StandIn:
    """The target's stand-in. `lengths` of the release's sounds, ms by sound key."""
    match target:
        case "asterisk":
            return AsteriskStandIn(release, lengths)
        case _:
            raise LookupError(f"there is no stand-in for {target}")
