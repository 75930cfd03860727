"""Random answers of services: plain data that fits the declared types, results, failures, delays."""

from __future__ import annotations

from flowc.expression.types import ListOf, Record, Scalar, Type
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Invoke
from flowc.graph.services import TICKET, TICKETS
from flowc.language.project import Project
from flowc.simulate.script import Reply
from fuzz.chance import Chance
from fuzz.expressions import TEXTS

QUICK_MS = (0, 0, 0, 300, 700)
FILLED_MS = (1300, 1600)  # long enough for `while_waiting`
STATES = ("opened", "accepted", "handled", "closed")


def answers(
    chance: Chance, project: Project, graph: FlowGraph
) -> tuple[tuple[str, tuple[Reply, ...]], ...]:
    """What each service that the graph asks says, one time after another."""
    asked: dict[str, Invoke] = {}
    for block in graph.blocks.values():
        for operation in block.operations:
            if isinstance(operation, Invoke):
                asked.setdefault(f"{operation.service}.{operation.operation}", operation)
    found = []
    for name, invoke in asked.items():
        if invoke.service == TICKETS and chance.odds(0.6):
            continue  # the desk answers by itself
        replies = [_reply(chance, project, invoke) for _ in range(chance.number(1, 4))]
        found.append((name, tuple(replies)))
    return tuple(found)


def _reply(chance: Chance, project: Project, invoke: Invoke) -> Reply:
    delay = _delay(chance, invoke.deadline_ms)
    if chance.odds(0.28):
        words = [*invoke.results, *invoke.results, "error"]
        if invoke.kind.value != "lookup":
            words.append("unknown")
        return Reply(chance.pick(words), is_word=True, after_ms=delay)
    gives = _gives(project, invoke)
    return Reply(None if gives is None else value(chance, gives), after_ms=delay)


def _delay(chance: Chance, deadline_ms: int) -> int:
    if chance.odds(0.06):
        return deadline_ms + 2500  # nobody waits for it
    slow = [ms for ms in FILLED_MS if ms + 400 <= deadline_ms]
    return chance.pick(slow) if slow and chance.odds(0.15) else chance.pick(QUICK_MS)


def _gives(project: Project, invoke: Invoke) -> Type | None:
    if invoke.service == TICKETS:
        return TICKET
    spec = project.program.around.services[invoke.service].operation(invoke.operation)
    return None if spec is None else spec.gives


def value(chance: Chance, type_: Type) -> object:
    """Plain data of a type, as JSON has it; texts of numbers as texts."""
    match type_:
        case Record(name="Ticket"):
            left_out = ("promised",) if chance.odds(0.3) else ()
            order = {
                name: value(chance, inner) for name, inner in type_.fields if name not in left_out
            }
            return {**order, "state": chance.pick(STATES), "card": chance.pick(["none", "red"])}
        case Record(fields=fields):
            return {name: value(chance, inner) for name, inner in fields}
        case ListOf(item, most):
            return [value(chance, item) for _ in range(chance.number(0, most))]
        case Scalar():
            return _scalar(chance, type_)
        case _:
            raise AssertionError(type_)


def _scalar(chance: Chance, type_: Scalar) -> object:
    match type_:
        case Scalar.TEXT:
            return chance.pick(TEXTS)
        case Scalar.DIGITS:
            return chance.pick(["1", "12", "0750", "80012345", chance.digits(11), "0"])
        case Scalar.INT:
            return str(chance.pick([0, 1, 2, 3, 5, 10, 17, -4, 100, 12345]))
        case Scalar.MONEY:
            return chance.pick(["0", "12.50", "-3.20", "100", "0.01", "1234.56", "-0.05"])
        case Scalar.DECIMAL:
            return chance.pick(["1.5", "0.25", "-7.125", "3", "0"])
        case Scalar.BOOL:
            return chance.pick(["true", "false"])
        case Scalar.DATE:
            return chance.pick(["2026-10-01", "2026-12-31", "2024-02-29", "2026-03-01"])
        case Scalar.TIME:
            return chance.pick(["09:00", "17:30", "00:00", "23:59"])
        case Scalar.DATETIME:
            return chance.pick(["2026-10-01T00:00:00+08:00", "2026-11-24T17:30:00Z"])
        case Scalar.DURATION:
            return chance.pick(["90s", "15m", "2h", "0"])
