"""A random project of a seed and a size. The same seed and size give the same files."""

from __future__ import annotations

from flowc.syntax.write_yaml import Value
from fuzz.chance import Chance
from fuzz.ending import after_call
from fuzz.growing import LATE, Flow, Growing
from fuzz.nodes import Writer
from fuzz.phrases import Phrases
from fuzz.project import Project
from fuzz.things import DESTINATIONS, Things, random_things

NUMBERS = ("7001", "7002")


def random_project(seed: int, size: int = 12) -> Project:
    """`size` is about how many nodes it has."""
    chance = Chance("project", seed, size)
    things = random_things(chance.branch("things"))
    grown = _grown(chance, things, size)
    files: dict[str, Value] = {"flowc.yaml": _settings(chance, grown)}
    for flow in grown.flows:
        files[f"flows/{flow.name}.flow.yaml"] = _flow(flow)
    files |= things.files
    if grown.phrases.rows:
        files["prompts.csv"] = grown.phrases.table()
    return Project(files)


def _grown(chance: Chance, things: Things, size: int) -> Growing:
    grown = Growing(chance, things, Phrases(chance.branch("words"), things), size)
    grown.new_flow()
    if "person" in things.keys.values() or chance.odds(0.5):
        grown.person = grown.special(LATE)
    if chance.odds(0.5):
        grown.sorry = grown.special(LATE + 1)
    grown.is_strict = "person" in things.keys.values() and chance.odds(0.3)
    if chance.odds(0.2):
        grown.new_flow()  # of a second number
    while (node := grown.next_node()) is not None:
        Writer(grown, node).write()
    for flow in grown.flows:
        if not flow.is_called and chance.odds(0.15):
            flow.on_hangup = after_call(grown, flow)
    return grown


# --- files


def _settings(chance: Chance, grown: Growing) -> Value:
    things = grown.things
    found: dict[str, Value] = {
        "project": "random",
        "timezone": chance.pick(["Asia/Shanghai", "Asia/Shanghai", "Europe/Berlin"]),
        "languages": list(things.languages),
        "numbers": _numbers(grown),
        "destinations": ["0750*", "138*", *DESTINATIONS[2:]],
    }
    if things.keys:
        found["keys"] = dict(things.keys)
    if grown.person is not None:
        person: dict[str, Value] = {"to": grown.person.place}
        found["person"] = {**person, "within_keys": "3"} if grown.is_strict else person
    defaults = {"gave_up": "person"} if grown.person is not None else {}
    limits: dict[str, Value] = {"silence": "90s"}  # what one look-up after another may take
    if grown.sorry is not None:
        defaults |= {"error": grown.sorry.place, "unknown": grown.sorry.place}
        limits |= {"nodes": chance.pick(["1000", "1000", "12"]), "to": grown.sorry.place}
    found["limits"] = limits
    if defaults:
        found["defaults"] = defaults
    if things.flags:
        found["flags"] = list(things.flags)
    if things.vars:
        found["vars"] = dict(things.vars)
    if things.ticket_classes:
        found["tickets"] = {
            name: {"accept": "15m", "reply": "24h"} for name in things.ticket_classes
        }
    if chance.odds(0.3):
        found["on_hangup"] = after_call(grown, None)
    return found


def _numbers(grown: Growing) -> Value:
    answering = [flow for flow in grown.flows[:2] if not flow.is_called]
    found: dict[str, Value] = {
        number: flow.name for number, flow in zip(NUMBERS, answering, strict=False)
    }
    if len(answering) == 1 and grown.chance.odds(0.1):
        found[NUMBERS[0]] = {"flow": answering[0].name, "also": ["07507001", "+867507001"]}
    return found


def _flow(flow: Flow) -> Value:
    found: dict[str, Value] = {"flow": flow.name}
    if flow.entries:
        found["entries"] = sorted(flow.entries)
    if flow.parameters:
        found["parameters"] = dict(flow.parameters)
    if flow.results:
        found["results"] = list(flow.results)
    if flow.declared:
        found["vars"] = dict(flow.declared)
    if flow.keys:
        found["keys"] = dict(flow.keys)
    if flow.on_hangup:
        found["on_hangup"] = list(flow.on_hangup)
    found["nodes"] = {node.name: node.body for node in flow.nodes}
    return found
