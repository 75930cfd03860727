"""What may stand in flowc.yaml: the fields and their forms. Reads nothing."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flowc.diagnostics.model import Words
from flowc.kinds.shapes import (
    DURATION,
    FLOW_NAME,
    LANGUAGE,
    LISTED_NAME,
    LONG_TIME,
    TARGET,
    WAY,
    ListShape,
    NameShape,
    Worded,
    count,
)
from flowc.language.bind import KEYS
from flowc.language.forms import PLACED, PLAIN, RAW, Form, MappingShape, OneOf, RawMapping

DIALLED = Worded(
    Words("a number of digits, quoted", "加引号的号码"),
    '"3285028"',
    lambda t: t if re.fullmatch(r"\+?[0-9]{2,20}", t) else None,
    meant=lambda t: f'"{re.sub("[^0-9+]", "", t)}"',
)
DESTINATION = NameShape(
    Words(
        "a number, a beginning and `*`, or a list of the project",
        "号码、号段加 `*`，或项目里的号码表",
    ),
    '"0750*"',
    re.compile(r"[0-9]{2,20}|[0-9]{1,19}\*|[a-z][a-z0-9_]*"),
)
LIMITS = Form(
    "limits",
    {"length": LONG_TIME, "nodes": count(10, 100_000), "silence": DURATION, "to": TARGET},
)
PERSON = Form("person", {"to": TARGET, "within_keys": count(0, 20), "within": DURATION}, ("to",))
TICKET_CLASS = Form(
    "ticket class", {"accept": LONG_TIME, "handle": LONG_TIME, "reply": LONG_TIME, "title": RAW}
)
NUMBER = Form("number", {"flow": FLOW_NAME, "also": ListShape(DIALLED)}, ("flow",))
NUMBERS = RawMapping(
    Words("numbers and the flows that answer them", "号码和接听的流程"),
    '{"3285028": {flow: hotline}}',
    OneOf(FLOW_NAME, NUMBER),
)
TICKETS = RawMapping(
    Words("classes of work orders", "工单类别"),
    "{fault: {accept: 15m, handle: 4h, reply: 24h}}",
    TICKET_CLASS,
    none=True,
)
ENVIRONMENTS = RawMapping(
    Words("places and their settings", "环境和设置"), "{dev: {target: pbx}}", none=True
)


def _zone(text: str) -> str | None:
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


ZONE = Worded(Words("a time zone", "时区"), "Asia/Shanghai", _zone)
PROJECT = Form(
    "project",
    {
        "project": LISTED_NAME,
        "timezone": ZONE,
        "languages": ListShape(LANGUAGE),
        "voices": MappingShape(PLAIN),
        "numbers": NUMBERS,
        "keys": KEYS,
        "person": PERSON,
        "defaults": MappingShape(WAY),
        "limits": LIMITS,
        "destinations": ListShape(DESTINATION),
        "flags": ListShape(LISTED_NAME),
        "vars": MappingShape(PLACED),
        "tickets": TICKETS,
        "recording": RAW,
        "fallback": PLAIN,
        "environments": ENVIRONMENTS,
        "on_hangup": RAW,
    },
    ("project", "languages", "numbers"),
)
