"""The queues of an environment as mod_callcenter has them: queues, agents and who sits where.

Queues bear no release: callers and sign-ins outlive one. Their names and those of their agents
begin with `fl-`, which tells them from the server's own. Knows no dialplan and no server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flowc.target import QueueSettings
from flowc_freeswitch import quote
from flowc_freeswitch.expressions import NotNativeError
from flowc_freeswitch.lowering import Release

SECTIONS = ("queues", "agents", "tiers")
STRATEGIES = {
    "longest_idle": "longest-idle-agent",
    "ring_all": "ring-all",
    "round_robin": "round-robin",
    "fewest_calls": "agent-with-fewest-calls",
    "random": "random",
    "in_order": "sequentially-by-agent-order",
}
Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CallCenter:
    """Parameters of each queue, attributes of each agent, level and position by queue and agent."""

    queues: Mapping[str, Attributes] = field(default_factory=dict)
    agents: Mapping[str, Attributes] = field(default_factory=dict)
    tiers: Mapping[tuple[str, str], Attributes] = field(default_factory=dict)


def queue_name(name: str) -> str:
    """A queue on the server."""
    return f"fl-{quote.segment(name)}"


def agent_name(member: str) -> str:
    """The agent of an address; the address without what the module would read as marks."""
    return f"fl-{quote.contact(member).replace('/', '+').replace(':', '=')}"


def queues_of(release: Release) -> CallCenter:
    """Every queue of the graph, sorted by name, and all its agents."""
    known = release.request.environment.queues
    return callcenter_of(
        {queue_name(each): known.get(each, QueueSettings()) for each in release.queues}
    )


def configuration(settings: Mapping[str, QueueSettings]) -> str:
    """The whole configuration of queues by their name on the server."""
    made = callcenter_of(settings)
    lines = ['<configuration name="callcenter.conf" description="flowc">']
    for name in ("settings", *SECTIONS):
        lines += [f"<{name}>", *section(made, name), f"</{name}>"]
    return included([*lines, "</configuration>"])


def included(lines: Iterable[str]) -> str:
    """Lines as a file that another takes in."""
    return quote.document("".join(f"{line}\n" for line in ("<include>", *lines, "</include>")))


def callcenter_of(settings: Mapping[str, QueueSettings]) -> CallCenter:
    """Queues by their name on the server; an agent of several has the settings of the first."""
    agents: dict[str, Attributes] = {}
    tiers: dict[tuple[str, str], Attributes] = {}
    for queue, one in settings.items():
        for position, member in enumerate(one.members, start=1):
            agents.setdefault(agent_name(member), _agent(member, one))
            tiers.setdefault((queue, agent_name(member)), {"level": "1", "position": str(position)})
    return CallCenter({name: _queue(name, one) for name, one in settings.items()}, agents, tiers)


def _queue(name: str, settings: QueueSettings) -> Attributes:
    if settings.strategy not in STRATEGIES:
        raise NotNativeError(f"queue `{name}`: no strategy `{settings.strategy}`")
    return {
        "strategy": STRATEGIES[settings.strategy],
        "moh-sound": f"local_stream://{quote.music(settings.music)}",
        "time-base-score": "system",
        "max-wait-time": "0",
        "max-wait-time-with-no-agent": "1",
        "max-wait-time-with-no-agent-time-reached": "1",
        "tier-rules-apply": "false",
        "discard-abandoned-after": "1",
        "abandoned-resume-allowed": "false",
    }


def _agent(member: str, settings: QueueSettings) -> Attributes:
    return {
        "type": "callback",
        "contact": f"[leg_timeout={int(settings.ring_s)}]{quote.contact(member)}",
        "status": "Available",
        "max-no-answer": "0",
        "wrap-up-time": str(int(settings.wrap_up_s)),
        "reject-delay-time": "1",
        "busy-delay-time": "1",
        "no-answer-delay-time": "1",
    }


def section(made: CallCenter, name: str) -> list[str]:
    """The lines of one section of the configuration; the settings are the server's own."""
    match name:
        case "queues":
            return [line for each in made.queues.items() for line in _queue_lines(*each)]
        case "agents":
            return [_element("agent", {"name": one, **held}) for one, held in made.agents.items()]
        case "tiers":
            return [
                _element("tier", {"agent": agent, "queue": queue, **held})
                for (queue, agent), held in made.tiers.items()
            ]
        case _:
            return []


def _queue_lines(name: str, parameters: Attributes) -> list[str]:
    lines = [
        f"  {_element('param', {'name': key, 'value': parameters[key]})}" for key in parameters
    ]
    return [f"<queue name={quote.attribute(name)}>", *lines, "</queue>"]


def _element(tag: str, attributes: Attributes) -> str:
    fields = " ".join(f"{name}={quote.attribute(value)}" for name, value in attributes.items())
    return f"<{tag} {fields}/>"
