"""What mod_callcenter holds of flowc's queues, and the commands that bring it to hold something else.

An agent's status is never set but for a new one: whoever signed out stays so, and agents that others
let sit in a queue of ours are theirs. A queue is taken up anew only where its settings changed; who
waits in it waits on, since its callers are kept apart from its settings. `queue reload` of the module
itself would set the status of every agent of the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flowc.target.install_words import told
from flowc_freeswitch import quote
from flowc_freeswitch.callcenter import Attributes, CallCenter
from flowc_freeswitch.xml_read import Node

OURS = "fl-"
NOBODY = "fl-nobody"  # an agent that there is none of
STATUS = "status"
LISTS = ("queue list", "agent list", "tier list")


# --- from files


def callcenter_in(sections: Mapping[str, Node]) -> CallCenter:
    """The queues, agents and tiers in the sections of a configuration."""
    queues = {
        one.get("name"): {each.get("name"): each.get("value") for each in one.all("param")}
        for one in sections["queues"].all("queue")
    }
    agents = {one.get("name"): _others(one, "name") for one in sections["agents"].all("agent")}
    tiers = {
        (one.get("queue"), one.get("agent")): _others(one, "queue", "agent")
        for one in sections["tiers"].all("tier")
    }
    return CallCenter(queues, agents, tiers)


def _others(element: Node, *names: str) -> Attributes:
    return {name: value for name, value in element.attributes if name not in names}


def merged(each: Sequence[CallCenter]) -> CallCenter:
    """All of them in one; what several have is that of the first."""
    newest_last = each[::-1]
    return CallCenter(
        {name: held for one in newest_last for name, held in one.queues.items()},
        {name: held for one in newest_last for name, held in one.agents.items()},
        # Who sits in a queue is said by whoever says what the queue is like.
        {
            place: held
            for at, one in enumerate(each)
            for place, held in one.tiers.items()
            if not any(place[0] in newer.queues for newer in each[:at])
        },
    )


def without(whole: CallCenter, part: CallCenter) -> CallCenter:
    """What is in the one and not in the other, by name."""
    return CallCenter(
        {name: held for name, held in whole.queues.items() if name not in part.queues},
        {name: held for name, held in whole.agents.items() if name not in part.agents},
        {place: held for place, held in whole.tiers.items() if place not in part.tiers},
    )


# --- from the server


def callcenter_held(queues: str, agents: str, tiers: str) -> CallCenter:
    """What the answers to `LISTS` tell of ours. Its names are those of the configuration."""
    return CallCenter(
        {row["name"]: row for row in _rows(queues) if row["name"].startswith(OURS)},
        {row["name"]: row for row in _rows(agents) if row["name"].startswith(OURS)},
        {
            (row["queue"], row["agent"]): row
            for row in _rows(tiers)
            if row["queue"].startswith(OURS) and row["agent"].startswith(OURS)
        },
    )


def _rows(answer: str) -> Iterator[dict[str, str]]:
    """The rows of a list, whose columns are named as the configuration names them."""
    head, *lines = answer.splitlines() or [""]
    names = head.replace("_", "-").split("|")
    for line in lines:
        values = line.split("|")
        if len(values) == len(names):
            yield dict(zip(names, values, strict=True))


def _differs(wanted: Attributes, held: Attributes) -> dict[str, str]:
    """The settings that are others; a status is nobody's business but the agent's."""
    return {
        name: value
        for name, value in wanted.items()
        if name != STATUS and held.get(name, value) != value
    }


def faults_of_queues(wanted: CallCenter, held: CallCenter) -> tuple[str, ...]:
    """In what the server holds other queues than it should, in words."""
    return (
        *_faults("queues", wanted.queues, held.queues),
        *_faults("agents", wanted.agents, held.agents),
        *_faults("seats", _named(wanted.tiers), _named(held.tiers)),
    )


def _named(tiers: Mapping[tuple[str, str], Attributes]) -> dict[str, Attributes]:
    return {f"{agent} in {queue}": held for (queue, agent), held in tiers.items()}


def _faults(
    what: str, wanted: Mapping[str, Attributes], held: Mapping[str, Attributes]
) -> tuple[str, ...]:
    other = (
        f"{name} ({key} is {held[name][key]}, should be {value})"
        for name in wanted.keys() & held.keys()
        for key, value in _differs(wanted[name], held[name]).items()
    )
    return (
        *told(f"{what} are missing", wanted.keys() - held.keys()),
        *told(f"{what} have other settings", other),
        *told(f"{what} are there that should not be", held.keys() - wanted.keys()),
    )


# --- commands


@dataclass(frozen=True, slots=True)
class Command:
    """A command to the module, and how its answer begins where it was obeyed."""

    words: str
    answer: str = "+OK"


def agents_first(wanted: CallCenter, held: CallCenter) -> Iterator[Command]:
    """Before the entry is switched: agents, so that a new queue's first caller finds some."""
    for name, attributes in wanted.agents.items():
        if name not in held.agents:
            yield _command("agent add", name, attributes.get("type", "callback"))
        new = name not in held.agents
        values = attributes if new else _differs(attributes, held.agents[name])
        for key, value in values.items():
            if key != "type":
                yield _command("agent set", key.replace("-", "_"), name, value)


def queues_then(wanted: CallCenter, held: CallCenter) -> Iterator[Command]:
    """Once the server has its files: queues, and who sits in them; last what is no longer wanted."""
    for queue, settings in wanted.queues.items():
        if queue in held.queues:
            if not _differs(settings, held.queues[queue]):
                continue
            yield _command("queue unload", queue)
        yield _taken_up(queue)
    for (queue, agent), place in wanted.tiers.items():
        now = held.tiers.get((queue, agent))
        if now is None:
            place_words = (place.get("level", "1"), place.get("position", "1"))
            yield _command("tier add", queue, agent, *place_words)
        else:
            for key, value in _differs(place, now).items():
                yield _command("tier set", key, queue, agent, value)
    yield from _taken_away(wanted, held)


def _taken_up(queue: str) -> Command:
    """Any order about a queue lets the module read its settings, and touches no agent."""
    return Command(_command("tier add", queue, NOBODY).words, "-ERR Agent not found")


def _taken_away(wanted: CallCenter, held: CallCenter) -> Iterator[Command]:
    for queue, agent in held.tiers.keys() - wanted.tiers.keys():
        yield _command("tier del", queue, agent)
    for queue in held.queues.keys() - wanted.queues.keys():
        yield _command("queue unload", queue)
    for agent in held.agents.keys() - wanted.agents.keys():
        yield _command("agent del", agent)


def _command(order: str, *words: str) -> Command:
    return Command(" ".join(("callcenter_config", order, *map(quote.word, words))))


def complaint(command: Command, answer: str) -> Iterable[str]:
    """What is wrong where the module did not do as it was told."""
    if answer.startswith(command.answer):
        return ()
    return (f"it answers `{answer.strip()[:200]}` to `{command.words}`",)
