"""What a release tells the runtime: the graph, the services it asks, and what may be said on failure.

Knows no folder, no server and no file format; `as_json` writes and reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flowc.graph.model import FlowGraph
from flowc.graph.services import ServiceSpec, TicketSettings


@dataclass(frozen=True, slots=True)
class Release:
    """One build of one project. `id` is in lower-case hex; names on the server carry its first 8 digits.

    `voices`: by language, as the project names them (`espeak:cmn`). `texts`: static prompts by
    sound key (`zh/balance.again.prompt`). `fallback`: the id of the sound that stands for a text
    which could not be rendered; "" leaves such a text out.
    """

    id: str
    graph: FlowGraph
    services: tuple[ServiceSpec, ...] = ()
    tickets: TicketSettings = field(default_factory=TicketSettings)
    voices: tuple[tuple[str, str], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    fallback: str = ""

    def service(self, name: str) -> ServiceSpec | None:
        """The service of that name, or None."""
        return next((each for each in self.services if each.name == name), None)
