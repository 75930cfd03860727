"""Every kind of node x every moment in which its caller may hang up: what is played, or why nothing is.

A cell is a flow of one node, and a call script that ends in that moment; the simulator says what it
means, the servers must do the same. Knows no server.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.graph.operations import (
    Collect,
    Cue,
    Dial,
    Enqueue,
    Invoke,
    Operation,
    Play,
    Record,
)
from flowc.target import DialScene

LONG = "您好，这一段话比较长，请您听完，谢谢您的来电，我们马上为您服务"
PLAYING, KEYS, ASKING, QUEUEING, TALKING, RINGING, RECORDING = MOMENTS = (
    "while playing",
    "while waiting for keys",
    "while the runtime is asked",
    "while queueing",
    "while talking",
    "while ringing",
    "while recording",
)


# Ends that are no caller's, and a handler that is the flow's: the same must hold.
BY_FLOW, BY_LIMIT, OWN_HANDLER = ENDS = (
    "by the flow's own end",
    "by the longest time",
    "under the flow's own handler",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A call that ends in the moment. `nodes`: the node of the kind, after which `bye` stands.
    `requests`, `abandoned`: what takes effect once although the caller has left, and the orders that
    nobody was told of."""

    nodes: str
    steps: str = "[hang up]"
    services: str = ""
    dials: tuple[DialScene, ...] | None = None  # where the simulator can't say that it was answered
    requests: int = 0
    abandoned: int = 0
    head: str = ""  # of the flow
    ends: str = "caller"


_SLOW = "{after: 3s, answer: li}"
_DURING = "[hang up: {during: 您好}]"
_LATER = "[wait 700ms, hang up]"
_FILLER = "[wait 1500ms, hang up]"
_DIAL = 'dial: "200", after_agent: bye, busy: bye, no_answer: bye, failed: bye'
_QUEUE = (
    "{queue: desk, max_wait: 60s, waited_too_long: bye, full: bye, no_agents: bye, error: bye, "
    "after_agent: bye}"
)
_ANSWERED = (DialScene("after_agent", None),)
_ACCEPTED = (DialScene("after_agent", None, "1"),)


def _lookup(filler: str = "") -> str:
    said = f", while_waiting: {filler}" if filler else ""
    return (
        f"{{lookup: far.name, with: {{number: call.from}}, as: name{said}, then: bye, error: bye}}"
    )


def _request(filler: str = "") -> str:
    said = f", while_waiting: {filler}" if filler else ""
    asked = "{request: far.order, with: {number: call.from}, as: name"
    return f"{asked}{said}, then: bye, error: bye, unknown: bye}}"


def _ticket(action: str, filler: str = "") -> str:
    said = f", while_waiting: {filler}" if filler else ""
    ways = "then: bye, error: bye, unknown: bye"
    more = {"open": ", class: fault", "status": ", not_found: bye"}.get(
        action, ", not_found: bye, closed: bye"
    )
    return f"{{ticket: {action}{more}{said}, {ways}}}"


_MENU = f"{{menu: {LONG}, choices: {{1: {{name: 查询, to: bye}}}}, gave_up: bye}}"
_COLLECT = f"{{collect: number, prompt: {LONG}, length: 4-8, then: bye, gave_up: bye}}"
_CONFIRM = f"{{confirm: {LONG}, yes: bye, no: bye, gave_up: bye}}"
_VOICEMAIL = f"{{voicemail: {LONG}, as: words, then: bye, empty: bye, error: bye}}"
_CALLED = "{call: below, back: bye}"
_ORDER = "{after: 1.2s, answer: {number: 1}}, {number: 2}"

_HANDLER = """on_hangup:
  - mark: gone
  - {ticket: open, class: after, note: '"over"', error: hangup_end, unknown: hangup_end}
  - mark: noted
"""

# `kind`, or `kind (variant)`.
CELLS: dict[tuple[str, str], Cell] = {
    ("say", PLAYING): Cell(f"{{say: {LONG}, then: bye}}", _DURING),
    ("menu", PLAYING): Cell(_MENU, _DURING),
    ("menu", KEYS): Cell(_MENU),
    ("collect", PLAYING): Cell(_COLLECT, _DURING),
    ("collect", KEYS): Cell(_COLLECT),
    ("collect (half an entry)", KEYS): Cell(_COLLECT, '[press: "12", hang up]'),
    ("confirm", PLAYING): Cell(_CONFIRM, _DURING),
    ("confirm", KEYS): Cell(_CONFIRM),
    ("lookup", ASKING): Cell(_lookup(), _LATER, f"far.name: {_SLOW}"),
    ("lookup", PLAYING): Cell(_lookup(LONG), _FILLER, f"far.name: {_SLOW}"),
    ("request", ASKING): Cell(_request(), _LATER, f"far.order: {_SLOW}", requests=1),
    ("request", PLAYING): Cell(_request(LONG), _FILLER, f"far.order: {_SLOW}", requests=1),
    ("ticket", ASKING): Cell(_ticket("open"), _LATER, f"tickets.open: [{_ORDER}]", abandoned=1),
    ("ticket", PLAYING): Cell(
        _ticket("open", LONG),
        "[wait 900ms, hang up]",
        f"tickets.open: [{_ORDER}]",
        abandoned=1,
    ),
    ("ticket (status)", ASKING): Cell(
        _ticket("status"), _LATER, "tickets.status: {after: 1.2s, answer: not_found}"
    ),
    ("ticket (urge)", ASKING): Cell(
        _ticket("urge"), _LATER, "tickets.urge: {after: 1.2s, answer: not_found}"
    ),
    ("queue", QUEUEING): Cell(_QUEUE, "[agent answers after 20s, wait 2s, hang up]"),
    ("queue", TALKING): Cell(_QUEUE, "[agent answers after 1s, wait 3s, hang up]"),
    ("transfer", RINGING): Cell(f"{{{_DIAL.replace('dial', 'transfer')}}}", "[wait 1s, hang up]"),
    ("transfer", TALKING): Cell(
        f"{{{_DIAL.replace('dial', 'transfer')}}}", "[wait 5s, hang up]", dials=_ANSWERED
    ),
    ("dial", RINGING): Cell(f"{{{_DIAL}}}", "[wait 1s, hang up]"),
    ("dial", TALKING): Cell(f"{{{_DIAL}}}", "[wait 5s, hang up]", dials=_ANSWERED),
    ("dial (accepted)", TALKING): Cell(
        f"{{{_DIAL}, accept: 1, accept_prompt: 请按一接听}}", "[wait 7s, hang up]", dials=_ACCEPTED
    ),
    ("voicemail", PLAYING): Cell(_VOICEMAIL, _DURING),
    ("voicemail", RECORDING): Cell(_VOICEMAIL),
    ("voicemail (not a word)", RECORDING): Cell(_VOICEMAIL, "[recording empty, hang up]"),
    ("call", PLAYING): Cell(_CALLED, _DURING),
    ("call", KEYS): Cell(_CALLED),
    ("hangup", PLAYING): Cell(f"{{hangup: {LONG}}}", _DURING),
    ("hangup", BY_FLOW): Cell("{hangup: 再见。}", "[hears: 再见]", ends="flow"),
    ("collect", BY_LIMIT): Cell(
        "{collect: number, prompt: 请输入, length: 8, wait: 60s, then: bye, gave_up: bye}",
        "[wait 25s]",
        ends="limit",
    ),
    ("say", OWN_HANDLER): Cell(f"{{say: {LONG}, then: bye}}", _DURING, head=_HANDLER),
}

_QUICK = "it takes no time: there is no moment in it in which a caller could leave"
_SILENT = "it says nothing by itself"
_NO_KEYS = "it waits for no keys"
_NO_QUESTION = "the runtime is not asked"
_NO_PEOPLE = "nobody is rung and nobody is waited for"
_NO_RECORDING = "nothing is recorded"
_REASONS = dict(
    zip(
        MOMENTS,
        (_SILENT, _NO_KEYS, _NO_QUESTION, _NO_PEOPLE, _NO_PEOPLE, _NO_PEOPLE, _NO_RECORDING),
        strict=True,
    )
)
QUICK_KINDS = ("set", "branch", "switch", "hours", "return", "mark", "language")
# Where the kind has something like the moment, but under another name.
_SPECIAL = {
    ("queue", PLAYING): "what is heard in a queue is its music: that is queueing",
    ("queue", KEYS): "a key that leaves the queue is waited for by queueing",
    ("queue", RINGING): "an agent's telephone rings while the caller queues",
    ("transfer", PLAYING): "what the caller hears is the ringing",
    ("dial", PLAYING): "what the called party hears is said while the caller hears it ring",
    ("transfer", QUEUEING): "nobody queues for a telephone",
    ("dial", QUEUEING): "nobody queues for a telephone",
    ("voicemail", KEYS): "the key that ends a message is waited for by recording",
    ("call", ASKING): "what the called flow does is in the rows of its own kinds",
}


def why_not(kind: str, moment: str) -> str:
    """Why a cell is left out."""
    if kind in QUICK_KINDS:
        return _QUICK
    return _SPECIAL.get((kind, moment)) or _REASONS[moment]


def kind_of(name: str) -> str:
    return name.partition(" ")[0]


def moments_of(operation: Operation) -> frozenset[str]:
    """The moments in which a caller may leave an operation."""
    match operation:
        case Play(prompt):
            return frozenset({PLAYING} if prompt else ())
        case Cue(prompt, _, deaf):
            return frozenset({PLAYING} if prompt or deaf else ())
        case Collect():
            return frozenset({KEYS})
        case Invoke():
            return frozenset({ASKING, PLAYING} if operation.filler else {ASKING})
        case Enqueue():
            return frozenset({QUEUEING, TALKING})
        case Dial():
            return frozenset({RINGING, TALKING})
        case Record():
            return frozenset({RECORDING})
        case _:
            return frozenset()


# --- the project that all cells are flows of

NODE = "node"
_OTHERS = {
    "services/far.yaml": """service: far
kind: http
url: http://127.0.0.1:{back_end}
allow_private: yes
lookups:
  name: {{with: {{number: digits}}, gives: text, deadline: 5s, get: "/name/{{number}}", at: name}}
requests:
  order:
    with: {{number: digits}}
    gives: text
    key: "{{number}}"
    deadline: 5s
    post: /orders
    body: {{number: "{{number}}"}}
    at: name
""",
    "queues.yaml": "queues:\n  desk: {{members: [anna]}}\n",
    "flows/below.flow.yaml": f"""flow: below
results: [back]
nodes:
  node: {{{{menu: {LONG}, choices: {{{{1: {{{{name: 查询, to: up}}}}}}}}, gave_up: up}}}}
  up: {{{{return: back}}}}
""",
    "flows/quick.flow.yaml": """flow: quick
vars: {{count: int}}
nodes:
  set: {{set: {{count: 1}}, then: branch}}
  branch: {{branch: [{{if: count == 1, to: switch}}], else: switch}}
  switch: {{switch: count, cases: {{1: hours}}, else: hours}}
  hours: {{hours: office, open: mark, closed: mark}}
  mark: {{mark: passed, then: language}}
  language: {{language: zh, then: bye}}
  bye: {{hangup: 再见。}}
""",
    "calendars/office.yaml": """calendar: office
week: {{mon-sun: "00:00-24:00"}}
""",
}


def number_of(place: int) -> str:
    return str(3001 + place)


def project_files(back_end: int, environment: str) -> dict[str, str]:
    """The project: each cell is a flow, reached by a number of its own."""
    numbers = ", ".join(f'"{number_of(place)}": c{place}' for place in range(len(CELLS)))
    head = "project: sweep\ntimezone: Asia/Shanghai\nlanguages: [zh]\n"
    files = {
        "flowc.yaml": f'{head}numbers: {{{numbers}, "2999": quick}}\n'
        "limits: {length: 20s, nodes: 1000}\ntickets: {fault: {handle: 4h}, after: {}}\n"
        f'destinations: ["200"]\n{_HANDLER}{environment}'
    }
    for place, cell in enumerate(CELLS.values()):
        end = "  bye: {hangup: 再见。}\n" if "bye" in cell.nodes else ""
        nodes = f"nodes:\n  {NODE}: {cell.nodes}\n{end}"
        files[f"flows/c{place}.flow.yaml"] = f"flow: c{place}\n{cell.head}{nodes}"
    files |= {name: text.format(back_end=back_end) for name, text in _OTHERS.items()}
    return files
