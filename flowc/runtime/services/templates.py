"""Templates filled for one question, and how each type of value is written for the world outside.

Knows no back end's quoting: what comes from here is a value, and each back end encodes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from flowc.expression.evaluate import Value as Held
from flowc.expression.evaluate import evaluate
from flowc.expression.operators import type_of
from flowc.expression.types import Scalar, Type
from flowc.graph.services import FromEnvironment, Template, Value, Words
from flowc.runtime.services.model import Question, SettingsError


def resolved(template: Template, environment: Mapping[str, str]) -> Template:
    """The template with the environment's values in place. Raises SettingsError where one lacks."""
    return tuple(
        Words(_looked_up(part, environment)) if isinstance(part, FromEnvironment) else part
        for part in template
    )


def _looked_up(part: FromEnvironment, environment: Mapping[str, str]) -> str:
    value = environment.get(part.name, part.default)
    if value is None:
        raise SettingsError(f"the environment variable {part.name} is not set")
    return value


def constant(template: Template, environment: Mapping[str, str]) -> str:
    """The text of a template without values. Raises SettingsError."""
    parts = resolved(template, environment)
    if not all(isinstance(part, Words) for part in parts):
        raise SettingsError("a setting holds a value that only a call has")
    return "".join(part.text for part in parts if isinstance(part, Words))


def filled(template: Template, question: Question, encode: Callable[[str], str] = str) -> str:
    """The text for one question, values passed through `encode`. Raises Undecided, SettingsError.

    A parameter that was left out is "".
    """
    return "".join(_piece(part, question, encode) for part in template)


def _piece(
    part: Words | Value | FromEnvironment, question: Question, encode: Callable[[str], str]
) -> str:
    match part:
        case Words(text):
            return text
        case Value(expression):
            if _left_out(part, question):
                return encode("")
            value = evaluate(expression, question.arguments, question.world)
            return encode(outward(value, type_of(expression)))
        case FromEnvironment():
            raise SettingsError(f"{part.name} was never resolved")


def _left_out(part: Value, question: Question) -> bool:
    variable = getattr(part.expression, "variable", None)
    return variable is not None and question.arguments.get(variable, "") == ""


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
