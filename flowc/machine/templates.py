"""Templates filled for one question, and how each type of value is written for the world outside.

A request's key is one, so that the simulator, too, knows what is done once. Knows no back end's quoting:
what comes from here is a value, and each back end encodes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from flowc.expression.evaluate import Value as Held
from flowc.expression.evaluate import World, evaluate
from flowc.expression.operators import type_of
from flowc.expression.types import Scalar, Type
from flowc.graph.services import FromEnvironment, Template, Value, Words


def filled(
    template: Template,
    arguments: Mapping[str, Held],
    world: World,
    encode: Callable[[str], str] = str,
) -> str:
    """The text for one question, values passed through `encode`. `arguments` are by parameter; one that
    was left out is "". Raises Undecided, and ValueError for what only an environment knows.
    """
    return "".join(_piece(part, arguments, world, encode) for part in template)


def _piece(
    part: Words | Value | FromEnvironment,
    arguments: Mapping[str, Held],
    world: World,
    encode: Callable[[str], str],
) -> str:
    match part:
        case Words(text):
            return text
        case Value(expression):
            if _left_out(part, arguments):
                return encode("")
            value = evaluate(expression, arguments, world)
            return encode(outward(value, type_of(expression)))
        case FromEnvironment():
            raise ValueError(f"{part.name} was never resolved")


def _left_out(part: Value, arguments: Mapping[str, Held]) -> bool:
    variable = getattr(part.expression, "variable", None)
    return variable is not None and arguments.get(variable, "") == ""


def outward(value: Held, type_: Type | None) -> str:
    """A held value as text for the world outside: `-12.50`, `2026-11-24`, `17:30`, `true`."""
    match type_:
        case Scalar.MONEY:
            cents = int(value)
            return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
        case Scalar.DATE:
            return as_date(int(value)).isoformat()
        case Scalar.TIME:
            return f"{int(value) // 60:02d}:{int(value) % 60:02d}"
        case Scalar.DATETIME:
            return datetime.fromtimestamp(int(value), UTC).isoformat()
        case Scalar.BOOL:
            return "true" if value else "false"
        case _:
            return str(value)


def as_date(held: int) -> date:
    """The day of a held date (20261124)."""
    return date(held // 10000, held // 100 % 100, held % 100)
