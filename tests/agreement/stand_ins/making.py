"""Stand-ins by the name of their target, and the releases that they hold."""

from __future__ import annotations

from collections.abc import Mapping

from flowc.graph.model import FlowGraph
from flowc.graph.release import Release
from flowc.target import EmitRequest, Environment, LabRelease, load_target

from .asterisk import AsteriskStandIn
from .freeswitch import FreeswitchStandIn
from .shape import StandIn

TARGETS = ("asterisk", "freeswitch")
PLACE = Environment("/s", "/r", token="secret")


def release_on(
    target: str,
    graph: FlowGraph,
    *,
    release: str = "0" * 8,
    environment: Environment = PLACE,
    digit_fragments: Mapping[str, Mapping[str, str]] | None = None,
    lab: bool = True,
) -> LabRelease:
    """A graph's release for that target, with the entry of tests or without. Raises EmitError."""
    request = EmitRequest(graph, release, environment, None, digit_fragments or {}, lab=lab)
    return LabRelease(request, load_target(target).emit(request))


def stand_in(
    target: str,
    release: LabRelease,
    lengths: Mapping[str, int],
    texts: Mapping[str, str] | None = None,
    served: Release | None = None,
) -> StandIn:
    """The target's stand-in.

    `lengths` (ms) of the release's sounds by sound key, `texts` of those that were not measured.
    `served`: what the runtime knows of it; a graph without services where nothing is said.
    """
    match target:
        case "asterisk":
            return AsteriskStandIn(release, lengths, texts, served)
        case "freeswitch":
            return FreeswitchStandIn(release, lengths, texts, served)
        case _:
            raise LookupError(f"there is no stand-in for {target}")
