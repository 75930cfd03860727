"""A project with an author's words in their places, hostile in as many as one likes. Knows no compiler."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

# Each place and what stands there in the twin.
PLACES: dict[str, str] = {
    "project": "station",
    "flow id": "hotline",
    "node id": "welcome",
    "flow title": "A title",
    "node title": "A title",
    "note": "A note",
    "prompt": "Good day.",
    "last words": "Good bye.",
    "prompt in a table": "From the table.",
    "id in a table": "greeting",
    "choice": "more",
    "menu prompt": "Press one.",
    "mark": "reached",
    "constant": "constant",
    "ticket note": "an order",
    "ticket class": "fault",
    "queue": "agents",
    "seat": "8001",
    "music": "default",
    "list entry": "13800138000",
    "list": "desk",
    "destination": "0750*",
    "number": "7000",
    "flag": "outage",
    "variable": "words",
    "flow file": "main",
    "recording": "unused",
    "service": "near",
    "operation": "ask",
    "field": "name",
    "path": "/ask",
    "header": "plain",
    "query": "plain",
    "url": "http://localhost:1/api",
    "calendar": "office",
    "voice": "espeak:cmn",
    "trunk": "provider",
    "token": "k3yOfThisServer",
    "runtime": "127.0.0.1:4573",
    "root": "/var/lib/flowc",
    "seats": "PJSIP/{seat}",
    "zone": "Asia/Shanghai",
}
# Names and numbers have one form and are refused by it: every third string will do.
NAMES = frozenset(
    {
        *(
            "project",
            "flow id",
            "node id",
            "id in a table",
            "mark",
            "ticket class",
            "queue",
            "seat",
        ),
        *("music", "list entry", "list", "destination", "number", "flag", "variable", "service"),
        *("operation", "field", "calendar", "zone", "token", "runtime", "root", "trunk"),
    }
)
CALLED = (
    *("flow title", "node title", "note", "prompt", "last words", "prompt in a table"),
    *("constant", "ticket note"),
)  # what may be any text, and is taken through real calls


def files(words: Mapping[str, str]) -> dict[str, bytes]:
    """A project with these words in their places."""
    said = {**PLACES, **words}
    q = {place: json.dumps(text) for place, text in said.items()}
    constant = json.dumps(_literal(said["constant"]))
    note = json.dumps(_literal(said["ticket note"]))
    nodes = f"""
flow: {q["flow id"]}
title: {{zh: {q["flow title"]}, en: {q["flow title"]}}}
nodes:
  {q["node id"]}:
    title: {{zh: {q["node title"]}, en: {q["node title"]}}}
    note: {q["note"]}
    say: [{{zh: {q["prompt"]}, en: {q["prompt"]}}}, {json.dumps("@" + said["id in a table"])}]
    then: keep
  keep: {{set: {{{q["variable"]}: {constant}}}, then: passed}}
  passed: {{mark: {q["mark"]}, then: open}}
  open:
    branch: [{{if: {json.dumps("flags." + said["flag"])}, to: bye}}]
    else: order
  order:
    ticket: open
    class: {q["ticket class"]}
    note: {note}
    as: kept
    then: wait
    error: wait
    unknown: wait
  wait: {{queue: {q["queue"]}, after_agent: ring, waited_too_long: ring, full: ring, no_agents: ring, error: ring}}
  ring: {{dial: {q["list"]}, ring: 5s, after_agent: bye, busy: bye, no_answer: bye, failed: bye}}
  bye: {{hangup: {{zh: {q["last words"]}, en: {q["last words"]}}}}}
"""
    other = f"""
flow: other
nodes:
  choose:
    menu: {{zh: {q["menu prompt"]}, en: {q["menu prompt"]}}}
    choices:
      1: {{name: {{zh: {q["choice"]}, en: {q["choice"]}}}, to: look}}
      2: {{name: {{zh: 二, en: two}}, to: bye}}
    gave_up: bye
  look: {{lookup: {json.dumps(f"{said['service']}.{said['operation']}")}, with: {{caller: call.from}}, as: answer, then: bye, error: bye}}
  bye: {{hangup: {{zh: 再见。, en: Bye.}}}}
"""
    return {
        "flowc.yaml": f"""
project: {q["project"]}
timezone: {q["zone"]}
languages: [zh, en]
voices: {{zh: {q["voice"]}}}
numbers: {{{q["number"]}: {q["flow id"]}, "7001": other}}
flags: [{q["flag"]}]
tickets: {{{q["ticket class"]}: {{accept: 15m}}}}
destinations: [{q["list"]}, {q["destination"]}]
environments:
  here: {{target: asterisk, trunk: {q["trunk"]}, token: {q["token"]}, runtime: {q["runtime"]}, root: {q["root"]}, seats: {q["seats"]}}}
""".encode(),
        f"flows/m{said['flow file']}.flow.yaml": nodes.encode(),
        "flows/other.flow.yaml": other.encode(),
        "queues.yaml": f"{q['queue']}: {{members: [{q['seat']}], music: {q['music']}}}\n".encode(),
        f"lists/{said['list']}.csv": _table(["number"], [said["list entry"]], ["07501234567"]),
        "prompts.csv": _table(["id", "zh", "en"], [said["id in a table"], *[said["prompt in a table"]] * 2]),
        f"prompts/zh/{said['recording']}.wav": b"",
        f"calendars/{said['calendar']}.yaml": f"calendar: {q['calendar']}\nweek: {{mon-fri: \"09:00-17:30\"}}\n".encode(),
        f"services/{said['service']}.yaml": f"""
service: {q["service"]}
kind: http
url: {q["url"]}
allow_private: true
headers: {{X-Text: {q["header"]}}}
types: {{Answer: {{{q["field"]}: text}}}}
lookups:
  {q["operation"]}: {{with: {{caller: digits}}, gives: Answer, get: {q["path"]}, fields: {{q: {q["query"]}}}}}
""".encode(),
    }  # fmt: skip


def _literal(text: str) -> str:
    """A text as a constant of the flow language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(*rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")
