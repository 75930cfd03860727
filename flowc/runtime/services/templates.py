"""Templates with the values of the runtime's environment, and filled for one question."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowc.graph.services import FromEnvironment, Template, Words
from flowc.machine import templates
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
    """See `flowc.machine.templates.filled`."""
    return templates.filled(template, question.arguments, question.world, encode)
