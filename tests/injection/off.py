"""Doors switched off, one sink at a time, in this process only: so that it can be seen that the test
sees. What each door would have done stands nowhere here; what is done instead is what a careless
writer does. Nothing outside the negative controls may use this.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote as percent

from flowc import recording_list
from flowc.diagnostics import as_github as github
from flowc.diagram import mermaid
from flowc.machine import answers
from flowc.runtime import logs
from flowc.runtime.services import http, sql
from flowc.speech import command, studio
from flowc.target import Artifact
from flowc_asterisk import emit as asterisk_emit
from flowc_asterisk import quote as asterisk_quote
from flowc_asterisk.agi import wire as agi
from flowc_asterisk.ami import message as ami
from flowc_asterisk.render import Rendered
from flowc_freeswitch import emit as freeswitch_emit
from flowc_freeswitch import quote as freeswitch_quote
from flowc_freeswitch import trace as freeswitch_trace
from flowc_freeswitch.esl import wire as esl
from flowc_freeswitch.lab import configuration as freeswitch_lab
from tests.injection.cases import Sink

Off = tuple[object, str, object]
_ANY = re.compile(".*", re.DOTALL)
_NONE = re.compile("(?!)")


def _as_it_is(value: Any) -> Any:
    return value


def _in_quotes(value: str) -> str:
    return f'"{value}"'


def _raw_line(self: logs.Log, name: str, level: str = "info", **fields: object) -> None:
    self._stream.write(f"{level} {name} {fields.get('said', '')}\n")


def _joined(fields: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields)


async def _by_formatting(self: Any, connection: Any, statement: str) -> Any:
    """A statement with its values written into it."""
    given = self.question.arguments
    for name, _ in self.operation.parameters:
        statement = statement.replace(f":{name}", f"'{given.get(name, '')}'")
    if statement.startswith("select"):
        found = await connection.exec_driver_sql(statement)
        return [dict(row) for row in found.mappings()]
    raw = await connection.get_raw_connection()
    with contextlib.suppress(Exception):
        await raw.driver_connection.executescript(statement)
    return None


@contextmanager
def _opened(folder: Path, language: str, name: str) -> Iterator[int]:
    handle = os.open(folder / language / name, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def _by_shell(self: Any, text: str, arguments: list[str]) -> bytes:
    line = f"{' '.join(arguments)} {text}"
    return subprocess.run(line, shell=True, capture_output=True, check=False, input=b"").stdout


def _careless_event(headers: dict[str, str], body: str = "") -> bytes:
    """An event whose end is the next empty line."""
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return f"sendevent CUSTOM\n{lines}\n\n{body}\n\n".encode()


# --- what the targets emit, without the filters that meet words at run time

_FILTER = re.compile(r"\$\{FILTER\([^,{}]*,\$\{([^{}]*)\}\)(:[-0-9:]+)?\}")
_ALLOWED = re.compile(r"\$\{DIALPLAN_EXISTS\(fl-[0-9a-f]{8}-allow\.a\d+,e\$\{\w+\},1\)\}")


def unfiltered(rendered: Rendered) -> Rendered:
    """A dialplan that takes every word as it comes."""
    text = rendered.text
    while (plain := _FILTER.sub(r"${\1\2}", text)) != text:
        text = plain
    return Rendered(_ALLOWED.sub("1", text), rendered.places)


def _render(*arguments: Any) -> Rendered:
    return unfiltered(_RENDER(*arguments))


_RENDER = asterisk_emit.render
_LUA_OFF = (
    ('"[^%w_.~-]"', '"[%z]"'),  # words: nothing is escaped
    ("is_allowed(number, one.allowed) and ring(one, number)", "ring(one, number)"),
    ('call.tell("assigned",', 'call.log("info", tostring(held)) call.tell("assigned",'),
    ('if from ~= "" and #from <= 32 and not from:find("[^%d+]") then', 'if from ~= "" then'),
)


def _careless_skeleton() -> tuple[Artifact, ...]:
    """The interpreter without its own checks."""
    artifacts = _SKELETON()
    for strict, careless in _LUA_OFF:
        assert any(strict in each.text for each in artifacts), (
            f"no `{strict}` is there to switch off"
        )
        artifacts = tuple(
            Artifact(each.path, each.text.replace(strict, careless).encode(), each.origins)
            for each in artifacts
        )
    return artifacts


_SKELETON = freeswitch_emit.skeleton
_SWITCH = freeswitch_lab._switch


def _expanding(instance: Any) -> dict[str, str]:
    return {**_SWITCH(instance), "api-expansion": "true"}


def _careless_text(value: str) -> str:
    """As it is, or decoded by the server, whatever comes out of it."""
    return f"${{URIDECODE({percent(value, safe='')})}}" if "\n" in value else value


ASTERISK: tuple[Off, ...] = (
    (asterisk_quote, "text", _careless_text),
    *((asterisk_quote, name, _as_it_is) for name in ("word", "line", "digits", "segment")),
    (asterisk_quote, "_WORD", _ANY),
    (asterisk_emit, "render", _render),
)
FREESWITCH: tuple[Off, ...] = (
    (freeswitch_quote, "lua", _in_quotes),
    (freeswitch_quote, "attribute", _in_quotes),
    *((freeswitch_quote, name, _as_it_is) for name in ("document", "segment", "digits")),
    (freeswitch_emit, "skeleton", _careless_skeleton),
    (freeswitch_lab, "_switch", _expanding),
)
# The runtime's side, which both servers' calls meet.
RUNTIME: tuple[Off, ...] = (
    (answers, "_CONTROL", _NONE),
    (agi, "quoted", _in_quotes),
    (http, "_segment", _as_it_is),
    (http, "urlencode", _joined),
    (sql._Attempt, "_execute", _by_formatting),
)
ESL_EVENTS: tuple[Off, ...] = (
    (esl, "send_event", _careless_event),
    (freeswitch_trace, "_escaped", _as_it_is),
)
DOORS: dict[Sink, tuple[Off, ...]] = {
    Sink.AGI: ((agi, "quoted", _in_quotes), (agi, "_NAME", _ANY)),
    Sink.AMI: ((ami, "_checked", lambda _key, text: text), (ami, "_VARIABLE_VALUE", _ANY)),
    Sink.ESL: ((esl, "_plain", _as_it_is),),
    Sink.LUA: ((freeswitch_quote, "lua", _in_quotes),),
    Sink.XML: (
        (freeswitch_quote, "attribute", _in_quotes),
        (freeswitch_quote, "document", _as_it_is),
    ),
    Sink.LOG: ((logs.Log, "event", _raw_line),),
    Sink.CSV: ((recording_list, "_cell", _as_it_is),),
    Sink.FILES: ((studio, "_opened", _opened),),
    Sink.HTTP: ((http, "_segment", _as_it_is), (http, "urlencode", _joined)),
    Sink.SQL: ((sql._Attempt, "_execute", _by_formatting),),
    Sink.SPEECH: ((command.CommandEngine, "_run", _by_shell),),
    Sink.DIALPLAN: ASTERISK,
    Sink.PICTURES: ((mermaid, "_escape", _as_it_is),),
    Sink.REPORTS: ((github, "_data", _as_it_is), (github, "shown", _as_it_is)),
}


@contextmanager
def off(patches: tuple[Off, ...]) -> Iterator[None]:
    """With these doors off."""
    with ExitStack() as stack:
        for where, name, careless in patches:
            stack.enter_context(patch.object(where, name, careless))
        yield
