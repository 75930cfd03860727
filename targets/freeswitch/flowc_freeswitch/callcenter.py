"""callcenter.conf.xml of an environment: queues, agents and who sits where.

Queues bear no release: callers and sign-ins outlive one. Knows no dialplan.
"""

from __future__ import annotations

from flowc.target import QueueSettings
from flowc_freeswitch import quote
from flowc_freeswitch.expressions import NotNativeError
from flowc_freeswitch.lowering import Release

STRATEGIES = {
    "longest_idle": "longest-idle-agent",
    "ring_all": "ring-all",
    "round_robin": "round-robin",
    "fewest_calls": "agent-with-fewest-calls",
    "random": "random",
    "in_order": "sequentially-by-agent-order",
}


def queue_name(name: str) -> str:
    """A queue on the server."""
    return f"fl-{quote.segment(name)}"


def callcenter_xml(release: Release) -> str:
    """Every queue of the graph, sorted by name, and all its agents."""
    known = release.request.environment.queues
    settings = {queue_name(each): known.get(each, QueueSettings()) for each in release.queues}
    return configuration(settings)


def configuration(queues: dict[str, QueueSettings]) -> str:
    """The configuration of queues by their name on the server."""
    agents: dict[str, QueueSettings] = {}
    tiers = []
    for name, settings in queues.items():
        for position, member in enumerate(settings.members, start=1):
            agents.setdefault(member, settings)
            tiers.append(_tier(name, member, position))
    sections = [
        _section("settings", []),
        _section("queues", [_queue(*each) for each in queues.items()]),
        _section("agents", [_agent(*each) for each in agents.items()]),
        _section("tiers", tiers),
    ]
    body = "".join(sections)
    head = '<configuration name="callcenter.conf" description="flowc">'
    return quote.document(f"<include>\n{head}\n{body}</configuration>\n</include>\n")


def _section(name: str, lines: list[str]) -> str:
    return f"  <{name}>\n{''.join(lines)}  </{name}>\n"


def _queue(name: str, settings: QueueSettings) -> str:
    if settings.strategy not in STRATEGIES:
        raise NotNativeError(f"queue `{name}`: no strategy `{settings.strategy}`")
    parameters = {
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
    lines = "".join(_parameter(*each) for each in parameters.items())
    return f"    <queue name={quote.attribute(name)}>\n{lines}    </queue>\n"


def _parameter(name: str, value: str) -> str:
    return f"      <param name={quote.attribute(name)} value={quote.attribute(value)}/>\n"


def agent_name(member: str) -> str:
    """The agent of an address; the address without what the module would read as marks."""
    return quote.contact(member).replace("/", "-").replace(":", "-")


def _agent(member: str, settings: QueueSettings) -> str:
    contact = f"[leg_timeout={int(settings.ring_s)}]{quote.contact(member)}"
    values = {
        "name": agent_name(member),
        "type": "callback",
        "contact": contact,
        "status": "Available",
        "max-no-answer": "0",
        "wrap-up-time": str(int(settings.wrap_up_s)),
        "reject-delay-time": "1",
        "busy-delay-time": "1",
        "no-answer-delay-time": "1",
    }
    fields = " ".join(f"{name}={quote.attribute(value)}" for name, value in values.items())
    return f"    <agent {fields}/>\n"


def _tier(queue: str, member: str, position: int) -> str:
    fields = f'agent={quote.attribute(agent_name(member))} queue={quote.attribute(queue)} level="1"'
    return f'    <tier {fields} position="{position}"/>\n'
