"""A telephone system as a target, what serves its live calls, and how targets are found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, runtime_checkable

from flowc.target.release import Bundle, Capability, EmitRequest, Environment

GROUP = "flowc.targets"


class Gateway(Protocol):
    """Serves what live calls ask of the runtime, over the server's own protocol."""

    def serving(self) -> AbstractAsyncContextManager[tuple[str, int]]:
        """Listen while the context is open; gives the host and port listened at."""


class LiveRuntime(Protocol):
    """A runtime that runs (`flowc.runtime.app.Runtime`), which lies above this module."""

    @property
    def broker(self) -> Any:
        """Asks the services (`flowc.runtime.services.broker.Broker`)."""

    @property
    def releases(self) -> Any:
        """The releases that are served (`flowc.runtime.releases.ReleaseTable`)."""


@runtime_checkable
class Target(Protocol):
    """A telephone system."""

    @property
    def name(self) -> str:
        """The word in `flowc.yaml`: the name of its entry point."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The major versions it is tried on."""

    @property
    def supports(self) -> frozenset[Capability]:
        """What it does natively."""

    @property
    def seat(self) -> str:
        """How a seat of queues.yaml is called where an environment says nothing: `{seat}` in it."""

    def emit(self, request: EmitRequest) -> Bundle:
        """The files of a release. Pure. Raises EmitError with all that cannot be expressed."""


@runtime_checkable
class HasGateway(Protocol):
    """A target that serves live calls."""

    @property
    def runtime(self) -> str:
        """Where they and the runtime meet where an environment says nothing: `host:port`."""

    def gateway(self, runtime: LiveRuntime, environment: Environment) -> Gateway:
        """What serves live calls at `environment.runtime` out of a runtime that runs."""


class UnknownTargetError(LookupError):
    """No installed package offers a target of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        """Keep the name and those there are."""
        self.name, self.known = name, known
        there = ", ".join(known) if known else "none is installed"
        super().__init__(f"no target named `{name}`; known targets: {there}")


def target_names() -> tuple[str, ...]:
    """The names of the installed targets, sorted; nothing is imported."""
    return tuple(sorted(_entry_points()))


def load_target(name: str) -> Target:
    """The target of that name. Raises UnknownTargetError; TypeError where a package's is none."""
    points = _entry_points()
    if name not in points:
        raise UnknownTargetError(name, target_names())
    target = points[name]()
    if not isinstance(target, Target):
        raise TypeError(f"the entry point `{name}` of {GROUP} is no target")
    return target


def _entry_points() -> dict[str, Callable[[], object]]:
    from importlib.metadata import entry_points

    return {point.name: point.load for point in entry_points(group=GROUP)}
