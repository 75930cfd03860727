"""What a random project does when a call is over: a few steps, of the kinds that may stand there."""

from __future__ import annotations

from flowc.syntax.write_yaml import Value
from fuzz.expressions import Formulas, Known
from fuzz.growing import KEYS, RECORDING, SERVICE, Flow, Growing

MARKS = ("call_over", "left_early", "had_typed")


def after_call(grown: Growing, flow: Flow | None) -> list[Value]:
    """The steps of `on_hangup:`, of a flow or of the project."""
    formulas = Formulas(grown.chance, grown.things, _known(grown, flow))
    most = grown.chance.number(1, 3)
    return [_step(grown, flow, formulas, at, most) for at in range(1, most + 1)]


def _known(grown: Growing, flow: Flow | None) -> tuple[Known, ...]:
    """Nothing is surely set where a call may end anywhere."""
    own = {} if flow is None else flow.types
    sources = {} if flow is None else flow.sources
    found = [
        Known(name, type_, name, False, sources[name] == SERVICE)
        for name, type_ in own.items()
        if isinstance(type_, str) and sources[name] in (SERVICE, KEYS, RECORDING)
    ]
    rest = [Known(n, t, n, False, False) for n, t in grown.things.vars.items() if n not in own]
    return (*found, *rest)


def _step(grown: Growing, flow: Flow | None, formulas: Formulas, at: int, most: int) -> Value:
    chance = grown.chance
    kinds = {"mark": 4, "branch": 3, "ticket": 2 if flow is not None else 1}
    match chance.weighed(kinds):
        case "mark":
            return {"mark": chance.pick(MARKS)}
        case "branch":
            to = f"hangup_{at + 2}" if at + 2 <= most else "hangup_end"
            return {"branch": [{"if": formulas.condition(1), "to": to}]}
        case _:
            classes = grown.things.ticket_classes or ("any",)
            step: dict[str, Value] = {"ticket": "open", "class": chance.pick(classes)}
            return {**step, "error": "hangup_end"} if chance.odds(0.5) else step
