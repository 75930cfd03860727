"""dialplan.xml, strictly read, and the way of a call through it: which actions a number leads to.

Knows only what the target writes; another element or attribute is refused.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from ..line import StandInError

APPLICATIONS = frozenset({"lua", "hangup"})


@dataclass(frozen=True, slots=True)
class Action:
    application: str
    data: str


def actions_for(xml: str, context: str, fields: dict[str, str]) -> tuple[Action, ...]:
    """The actions of the first extension of a context whose every condition holds."""
    for extension in _contexts(xml).get(context, []):
        conditions = list(extension)
        if all(_holds(condition, fields) for condition in conditions):
            return tuple(_action(each) for condition in conditions for each in condition)
    raise StandInError(f"no extension of {context} takes the call {fields}")


def _contexts(xml: str) -> dict[str, list[ET.Element]]:
    # A server's own preprocessor would read these words wherever they stand.
    if "X-PRE-PROCESS" in xml.upper() or "$${" in xml:
        raise StandInError("the server's preprocessor would change the text")
    root = ET.fromstring(xml)
    if root.tag != "include":
        raise StandInError(f"<{root.tag}> is no file to be taken in")
    found: dict[str, list[ET.Element]] = {}
    for context in root:
        _is(context, "context", "name")
        for extension in context:
            _is(extension, "extension", "name")
        if found.setdefault(context.attrib["name"], list(context)) != list(context):
            raise StandInError(f"the context {context.attrib['name']} stands twice")
    return found


def _holds(condition: ET.Element, fields: dict[str, str]) -> bool:
    _is(condition, "condition", "field", "expression")
    field = condition.attrib["field"]
    name = field[2:-1] if field.startswith("${") else field
    if name not in fields:
        raise StandInError(f"a condition asks for {field}")
    return re.search(condition.attrib["expression"], fields[name]) is not None


def _action(element: ET.Element) -> Action:
    _is(element, "action", "application", "data")
    found = Action(element.attrib["application"], element.attrib["data"])
    if found.application not in APPLICATIONS or "$" in found.data or "\\" in found.data:
        raise StandInError(f"the action {found} is not known")
    return found


def _is(element: ET.Element, tag: str, *attributes: str) -> None:
    if element.tag != tag or set(element.attrib) != set(attributes):
        raise StandInError(f"<{element.tag} {element.attrib}> is not known here")
