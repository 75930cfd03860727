"""JSON Schemas of every sort of file, made from the kinds and forms, for editors to complete and warn by.

A schema says less than `flowc check`: it sees one file and no names of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from flowc.describe.kinds_told import KINDS_TOLD
from flowc.describe.words import WORDS
from flowc.diagnostics.model import Words
from flowc.kinds.base import FieldInfo, NodeKind, fields_of
from flowc.kinds.shapes import CHOICES, JsonSchema
from flowc.kinds.table import KINDS
from flowc.language.bind import FLOW
from flowc.language.calendars import CALENDAR
from flowc.language.forms import Form
from flowc.language.project_form import LIMITS, NUMBER, PERSON, PROJECT, TICKET_CLASS
from flowc.language.reserved import COMMON
from flowc.language.services import OPERATION, SERVICE
from flowc.language.tables import QUEUE
from flowc.simulate.read_script import EXPECTED, FIELDS, NO_SOUNDS, PRESS_FIELDS

DRAFT = "http://json-schema.org/draft-07/schema#"
SCALAR: JsonSchema = {"type": ["string", "number", "boolean"]}
NODE: JsonSchema = {"$ref": "#/$defs/node"}
WAY: JsonSchema = {"$ref": "#/$defs/way"}
TEXT: JsonSchema = {"$ref": "#/$defs/text"}
SPEECH: JsonSchema = {"$ref": "#/$defs/speech"}
TARGET: JsonSchema = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"}
NAME: JsonSchema = {"type": "string"}
BY_LANGUAGE: JsonSchema = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[a-z]{2,3}(-[a-z0-9]+)*$"},
    "additionalProperties": SCALAR,
}
Rows = Mapping[str, tuple[JsonSchema, Words]]
SAYING: Rows = {
    "text": (TEXT, Words("What is said.", "说的内容。")),
    "when": (SCALAR, Words("Said only where this is true.", "条件成立时才说。")),
    "each": (NAME, Words("Said for each item of a list.", "对列表里的每一项说一遍。")),
    "as": (
        NAME,
        Words(
            "What an item is called meanwhile; `item` if nothing is said.",
            "每一项的名字；不写则为 item。",
        ),
    ),
    "empty": (TEXT, Words("Said where the list has nothing.", "列表为空时说的话。")),
    "bargein": ({"enum": ["keys", "none"]}, Words("Whether a key cuts it.", "按键能否打断。")),
}
WAY_FIELDS: Rows = {
    "say": (SPEECH, Words("Said on the way.", "途中说的话。")),
    "to": (
        TARGET,
        Words(
            "A node, a flow, `flow.node`, or person, back, repeat, main_menu.",
            "节点、流程、`流程.节点`，或 person、back、repeat、main_menu。",
        ),
    ),
    "at_most": (SCALAR, Words("How often the way is taken in a call.", "一次通话里最多走几次。")),
    "else": (WAY, Words("Where the caller goes after that.", "超过次数后去哪里。")),
}


def schemas() -> Mapping[str, JsonSchema]:
    """A schema for each sort of file, by the name it is kept under."""
    return {
        "flow": _document(
            "flow", "flows/*.flow.yaml", _form(FLOW, _FLOW_FIELDS), {**_texts(), **_nodes()}
        ),
        "project": _document(
            "project", "flowc.yaml", _form(PROJECT, _PROJECT_FIELDS), {**_texts(), **_nodes()}
        ),
        "service": _document(
            "service",
            "services/*.yaml",
            _form(SERVICE, _SERVICE_FIELDS),
            {"operation": _form(OPERATION)},
        ),
        "queues": _document("queues", "queues.yaml", _queues(), {}),
        "calendar": _document("calendar", "calendars/*.yaml", _form(CALENDAR), {}),
        "call": _document("call", "tests/*.call.yaml", _call(), {}),
    }


def _document(name: str, files: str, schema: JsonSchema, definitions: JsonSchema) -> JsonSchema:
    extra = {"$defs": definitions} if definitions else {}
    return {"$schema": DRAFT, "title": f"flowc {name} ({files})", **schema, **extra}


_PERSON: JsonSchema = {"anyOf": [TARGET, WAY]}
_STEPS: JsonSchema = {"type": "array", "items": NODE}
_FLOW_FIELDS: dict[str, JsonSchema] = {
    "title": TEXT,
    "nodes": {"type": "object", "minProperties": 1, "additionalProperties": NODE},
    "on_hangup": _STEPS,
    "person": _PERSON,
}
_PROJECT_FIELDS: dict[str, JsonSchema] = {"on_hangup": _STEPS}
_OPERATIONS: JsonSchema = {"type": "object", "additionalProperties": {"$ref": "#/$defs/operation"}}
_SERVICE_FIELDS: dict[str, JsonSchema] = {"lookups": _OPERATIONS, "requests": _OPERATIONS}
# Forms within forms, for their words.
FORMS: Mapping[str, Form] = {
    form.what: form
    for form in (
        PROJECT,
        NUMBER,
        PERSON,
        LIMITS,
        TICKET_CLASS,
        FLOW,
        SERVICE,
        OPERATION,
        QUEUE,
        CALENDAR,
    )
}


def _form(form: Form, own: Mapping[str, JsonSchema] = {}) -> JsonSchema:
    schema = form.schema()
    for name in schema["properties"]:
        described = _described(WORDS[form.what][name])
        schema["properties"][name] = {**own.get(name, schema["properties"][name]), **described}
    return schema


def _described(words: Words) -> JsonSchema:
    return {"description": f"{words.zh} {words.en}"}


def _queues() -> JsonSchema:
    by_name = {"type": "object", "additionalProperties": _form(QUEUE)}
    under = {
        "type": "object",
        "required": ["queues"],
        "additionalProperties": False,
        "properties": {"queues": by_name},
    }
    return {"anyOf": [under, by_name]}


def _texts() -> JsonSchema:
    one = {"anyOf": [TEXT, {"$ref": "#/$defs/saying"}]}
    return {
        "text": {"anyOf": [SCALAR, BY_LANGUAGE]},
        "saying": _fields(_described_fields(SAYING), "text"),
        "speech": {"anyOf": [*one["anyOf"], {"type": "array", "minItems": 1, "items": one}]},
        "way": {
            "anyOf": [
                TARGET,
                {
                    **_fields(_described_fields(WAY_FIELDS), "to"),
                    "dependencies": {"at_most": ["else"]},
                },
            ]
        },
        "choice": {
            "anyOf": [TARGET, _fields({"name": TEXT, **_described_fields(WAY_FIELDS)}, "to")]
        },
        "case": _fields({"if": SCALAR, **_described_fields(WAY_FIELDS)}, "if", "to"),
    }


def _fields(fields: JsonSchema, *required: str) -> JsonSchema:
    """A mapping of these and no other."""
    return {
        "type": "object",
        "required": [*required],
        "additionalProperties": False,
        "properties": fields,
    }


def _described_fields(rows: Rows) -> JsonSchema:
    return {name: {**schema, **_described(words)} for name, (schema, words) in rows.items()}


def _nodes() -> JsonSchema:
    """`node`, and the fields of each kind."""
    alone = [{"required": [kind.keyword]} for kind in KINDS]
    chosen = [
        {"if": {"required": [kind.keyword]}, "then": {"$ref": f"#/$defs/{kind.keyword}_node"}}
        for kind in KINDS
    ]
    node = {"type": "object", "oneOf": alone, "allOf": chosen}
    return {"node": node, **{f"{kind.keyword}_node": kind_schema(kind) for kind in KINDS}}


def kind_schema(kind: type[NodeKind]) -> JsonSchema:
    """The fields of a kind. Its ways out may be inherited, so none is called for here."""
    properties = {_written(kind, info): _field(kind, info) for info in fields_of(kind)}
    common = {"title": TEXT, "note": SCALAR}
    wanted = [
        _written(kind, info) for info in fields_of(kind) if info.required and not info.outcome
    ]
    # Results that a service or a flow declares are ways out by their own names.
    declares = any(each.name == "declared" for each in fields(kind))
    return {
        "description": f"{' '.join((kind.__doc__ or '').split())}\n{KINDS_TOLD[kind.keyword].chinese}",
        "required": wanted or [kind.keyword],
        "properties": {**{name: common[name] for name in COMMON}, **properties},
        "additionalProperties": WAY if declares else False,
    }


def _written(kind: type[NodeKind], info: FieldInfo) -> str:
    return kind.keyword if info.main else info.key


def _field(kind: type[NodeKind], info: FieldInfo) -> JsonSchema:
    schema = (
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}}
        if info.key == "cases" and kind.keyword == "branch"
        else info.shape.schema()
    )
    if kind.keyword == "branch" and info.main:
        schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}}
    if info.main and not info.required:
        schema = {"anyOf": [schema, {"type": "null"}, {"const": ""}]}
    return {**schema, **_described(info.help)}


def default_of(kind: type[NodeKind], info: FieldInfo) -> object:
    """What holds where a field is left out; MISSING where it can't be."""
    return next((each.default for each in fields(kind) if each.name == info.name), MISSING)


def _call() -> JsonSchema:
    """The form of a call script; its steps are phrases or one word with a value."""
    special: dict[str, JsonSchema] = {
        "sounds": {"const": NO_SOUNDS},
        "services": {"type": "object"},
        "lists": {"type": "object"},
        "flags": {"anyOf": [SCALAR, {"type": "array", "items": SCALAR}, {"type": "object"}]},
        "steps": {"type": "array", "items": {"anyOf": [{"type": "string"}, _step()]}},
        "expect": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {} for name in EXPECTED},
        },
    }
    properties = {
        name: {**special.get(name, SCALAR), **_described(WORDS["call"][name])} for name in FIELDS
    }
    return {
        "type": "object",
        "required": ["call", "to", "steps"],
        "additionalProperties": False,
        "properties": properties,
    }


def _step() -> JsonSchema:
    press: Any = {
        "type": "object",
        "additionalProperties": False,
        "properties": dict.fromkeys(PRESS_FIELDS, SCALAR),
    }
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"hears": {}, "press": {"anyOf": [SCALAR, press]}},
    }


__all__ = ["CHOICES", "FORMS", "default_of", "kind_schema", "schemas"]
