"""The graphs that calls of this test walk, and the services that they ask.

One flow takes every hostile word to every place where a word may go: it is compared, asked for,
told to back ends, kept as a work order, dialled, marked. Types are gone round on purpose (text is
dialled): the targets must hold where the compiler did not. Knows no server.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "pbx"))

from native_graphs import LANGUAGES, at, binary, block, digits, graph, said

from flowc.build import sounds_of as build_sounds_of
from flowc.expression.tree import Call, IsSet, Literal, Read
from flowc.expression.types import Record as RecordType
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Hangup, Jump, Switch
from flowc.graph.model import Block, FlowGraph, Limits
from flowc.graph.operations import (
    OUTCOME,
    Assign,
    Collect,
    Cue,
    CueKind,
    Dial,
    Digits,
    Ending,
    Given,
    Invoke,
    InvokeKind,
    Mark,
    Options,
    Play,
    Reading,
    Record,
    outcomes,
)
from flowc.graph.prompts import Phrase, ReadAs, Sound, Spoken
from flowc.graph.release import Release
from flowc.graph.services import (
    BodyForm,
    FromEnvironment,
    HttpAction,
    HttpSettings,
    OperationSpec,
    ServiceSpec,
    SqlAction,
    SqlSettings,
    TicketClass,
    TicketSettings,
    Value,
    Words,
)
from flowc.target import QueueSettings

ALL, KEYS, MESSAGE = "all", "keys", "message"
RECORDINGS = {"zh/ask": 20, "en/ask": 20, "zh/you": 20, "en/you": 20}
FRAGMENTS = {one: {str(digit): f"{one}/_/d{digit}" for digit in range(10)} for one in LANGUAGES}
RECORDINGS |= {f"{one}/_/d{digit}": 20 for one in LANGUAGES for digit in range(10)}
QUEUES = {"agents": QueueSettings(())}
DESK = "100"  # the only number that may be dialled
SECRET = "INJECTION_SECRET"  # the environment's variable that no log may show

TEXT, DIGITS = Scalar.TEXT, Scalar.DIGITS
FROM, NAME, NUMBER = Read("call.from", DIGITS), Read("f.name", TEXT), Read("f.number", DIGITS)
WORD = Read("f.word", TEXT)
SAID = RecordType("Said", (("name", TEXT), ("number", DIGITS), ("word", TEXT)))
GIVES = (
    Given("f.name", ("name",), TEXT),
    Given("f.number", ("number",), DIGITS),
    Given("f.word", ("word",), TEXT),
)
RESULTS = ("not_found",)


def _then(operation: Ending, to: str, **others: str) -> Switch:
    """On to one place, whatever the outcome, but for those named otherwise."""
    ways = ((each, at(others.get(each, to))) for each in outcomes(operation))
    return Switch(OUTCOME, tuple(ways))


def _graph(*blocks: Block, **fields: object) -> FlowGraph:
    """The first block answers; `over` is passed when the call has ended."""
    known: dict[str, object] = {"limits": Limits(60), "on_hangup": at("over"), **fields}
    made = graph(*blocks, **known)
    over = made.blocks.get(at("over"), block("over", Mark("over"), to=Hangup()))
    return replace(made, name="injection", blocks={**made.blocks, over.id: over})


def _asks(site: str, kind: InvokeKind, what: str, **more: object) -> Invoke:
    """A question of three seconds; what it is told stands in `more`."""
    service, _, operation = what.partition(".")
    known: dict[str, object] = {
        "arguments": (("caller", FROM),),
        "gives": (),
        "results": (),
        "deadline_ms": 4000,
        **more,
    }
    return Invoke(f"f.{site}", kind, service, operation, **known)  # type: ignore[arg-type]


def everything() -> FlowGraph:
    """What a caller says of themselves, and what back ends say of them, everywhere; once more when
    the caller has gone."""
    told = Phrase(
        "told",
        tuple((one, (Sound("you"), Spoken("call.from", ReadAs.DIGITS))) for one in LANGUAGES),
    )
    heard = (("text", NAME), ("caller", FROM), ("word", WORD))
    near = _asks(
        "near",
        InvokeKind.LOOKUP,
        "near.ask",
        gives=GIVES,
        results=RESULTS,
        readings=(Reading("f.name", TEXT, ReadAs.TEXT),),
    )
    far = _asks("far", InvokeKind.LOOKUP, "far.ask", gives=GIVES, results=RESULTS)
    tell = _asks("tell", InvokeKind.REQUEST, "far.tell", arguments=heard)
    form = _asks("form", InvokeKind.REQUEST, "far.form", arguments=heard)
    keep = _asks("keep", InvokeKind.REQUEST, "near.keep", arguments=heard)
    note = (("class", Literal("fault", TEXT)), ("note", NAME), ("account", NUMBER))
    ticket = _asks(
        "note",
        InvokeKind.TICKET,
        "tickets.open",
        arguments=note,
        gives=(Given("f.ticket", ("number",), DIGITS),),
    )
    tainted = Dial((NAME, NUMBER, FROM, WORD), (DESK,), 5)
    honest = Dial((Literal(DESK, DIGITS),), (DESK,), 5)
    return _graph(
        block("ask", Assign("f.copy", FROM), to=Branch(Call("listed", (FROM, Literal("vip", TEXT))), at("vip"), at("same"))),
        block("same", to=Branch(binary("==", FROM, digits("1")), at("vip"), at("begins"))),
        block("begins", to=Branch(Call("starts_with", (FROM, Literal("1380000", TEXT))), at("vip"), at("finishes"))),
        block("finishes", to=Branch(Call("ends_with", (FROM, Literal("00000000", TEXT))), at("vip"), at("shaped"))),
        block("shaped", to=Branch(Call("like", (FROM, Literal("1380000XXXX", TEXT))), at("vip"), at("turn"))),
        block("turn", to=Switch("call.from", (("1", at("vip")), ("13800000000", at("vip"))), at("long"))),
        block("long", Assign("f.size", Call("len", (FROM,))), Play((told,)), to=Jump(at("near"))),
        block("vip", Mark("fooled"), to=Jump(at("near"))),
        block("near", near, to=_then(near, "far", done="set")),
        block("far", far, to=_then(far, "set")),
        block("set", to=Branch(IsSet(NAME), at("turn2"), at("tell"))),
        block("turn2", to=Switch("f.name", (("vip", at("vip2")),), at("tell"))),
        block("vip2", Mark("fooled2"), to=Jump(at("tell"))),
        block("tell", tell, to=_then(tell, "keep")),
        block("keep", keep, to=_then(keep, "note")),
        block("note", ticket, to=_then(ticket, "ring")),
        block("ring", tainted, to=_then(tainted, "desk")),
        block("desk", honest, to=_then(honest, "good")),
        block("good", Mark("good"), to=Jump(at("end"))),
        block("over", Mark("over"), form, to=_then(form, "gone")),
        block("gone", to=Hangup()),
        variables={
            "f.copy": DIGITS, "f.size": Scalar.INT, "f.name": TEXT, "f.number": DIGITS,
            "f.word": TEXT, "f.ticket": DIGITS,
        },
    )  # fmt: skip


def keys() -> FlowGraph:
    """What is pressed: a choice, an entry; told to the back ends, kept, dialled."""
    typed = Read("f.typed", DIGITS)
    choose = Collect(Options(("1", "2", "*", "#", "12", "ABC")), first_ms=3000, inter_ms=700)
    entry = Collect(Digits(1, 20), "f.typed", first_ms=1500, inter_ms=700)
    asked = (("caller", typed),)
    ask = _asks(
        "near", InvokeKind.LOOKUP, "near.ask", arguments=asked, gives=GIVES, results=RESULTS
    )
    heard = (("text", typed), ("caller", typed), ("word", typed))
    tell = _asks("tell", InvokeKind.REQUEST, "far.tell", arguments=heard)
    keep = _asks("keep", InvokeKind.REQUEST, "near.keep", arguments=heard)
    note = (("class", Literal("fault", TEXT)), ("note", typed), ("account", typed))
    ticket = _asks("note", InvokeKind.TICKET, "tickets.open", arguments=note)
    ring = Dial((typed,), (DESK,), 5)
    return _graph(
        block("choose", Cue(said("ask"), CueKind.ENTRY), to=Jump(at("choose.once"))),
        block("choose.once", choose, to=_then(choose, "type")),
        block("type", Cue(said("ask"), CueKind.ENTRY), to=Jump(at("type.once"))),
        block("type.once", entry, to=_then(entry, "good", done="near")),
        block("near", ask, to=_then(ask, "tell")),
        block("tell", tell, to=_then(tell, "keep")),
        block("keep", keep, to=_then(keep, "note")),
        block("note", ticket, to=_then(ticket, "ring")),
        block("ring", ring, to=_then(ring, "good")),
        block("good", Mark("good"), to=Jump(at("end"))),
        variables={"f.typed": DIGITS, "f.name": TEXT, "f.number": DIGITS, "f.word": TEXT},
    )  # fmt: skip


def message() -> FlowGraph:
    """A recording: the only file that a call makes; its id goes into a work order."""
    record = Record("f.recording", 2, 1)
    told = (("class", Literal("fault", TEXT)), ("recording", Read("f.recording", TEXT)))
    ticket = _asks("note", InvokeKind.TICKET, "tickets.open", arguments=told)
    return _graph(
        block("take", record, to=_then(record, "note")),
        block("note", ticket, to=_then(ticket, "good")),
        block("good", Mark("good"), to=Jump(at("end"))),
        variables={"f.recording": TEXT},
    )


def sounds_of(all_: Mapping[str, FlowGraph]) -> dict[str, int]:
    """Every sound that the flows say, with its length in ms."""
    found = dict(RECORDINGS)
    for each in all_.values():
        found |= dict.fromkeys(build_sounds_of(each), 20)
    return found


def graphs() -> dict[str, FlowGraph]:
    """Every flow by its name; the first is reached by 7000, the next by 7001 ..."""
    return {ALL: everything(), KEYS: keys(), MESSAGE: message()}


def _value(name: str) -> tuple[Value]:
    return (Value(Read(name, TEXT if name in ("text", "word") else DIGITS)),)


def services(port: int) -> tuple[ServiceSpec, ...]:
    """A back end over HTTP and one in SQL; a word that comes in is told to both in every form."""
    caller, heard = (("caller", DIGITS),), (("text", TEXT), ("caller", DIGITS), ("word", TEXT))
    ask = HttpAction("GET", (Words("/ask/"), *_value("caller")), (("caller", _value("caller")),))
    tell = HttpAction(
        "POST",
        (Words("/tell/"), *_value("text"), Words("/end")),
        (("q", _value("text")), ("who", _value("caller"))),
        (("X-Text", _value("text")), ("X-Caller", _value("caller"))),
        (("text", _value("text")), ("deep.text", (Words("<"), *_value("text"), Words(">")))),
        BodyForm.JSON,
    )
    form = HttpAction(
        "POST",
        (Words("/form"),),
        body=(("text", _value("text")), ("caller", _value("caller"))),
        body_form=BodyForm.FORM,
    )
    http = HttpSettings(
        (Words(f"http://localhost:{port}/api"),),
        (("Authorization", (Words("Bearer "), FromEnvironment(SECRET))),),
        allow_private=True,
    )
    lookup, request = InvokeKind.LOOKUP, InvokeKind.REQUEST
    key = (*_value("text"), Words("/"), *_value("caller"), Words("/"), *_value("word"))
    optional = ("text", "caller", "word")
    far = ServiceSpec(
        "far",
        http,
        (
            OperationSpec("ask", lookup, caller, ask, SAID, RESULTS, optional),
            OperationSpec("tell", request, heard, tell, None, (), optional, key=key),
            OperationSpec("form", request, heard, form, None, (), optional, key=key),
        ),
    )
    asks = SqlAction(
        ("select name, number, word, result from answers where caller = :caller",), (), "not_found"
    )
    keeps = SqlAction(("insert into heard (caller, text, word) values (:caller, :text, :word)",))
    near = ServiceSpec(
        "near",
        SqlSettings((Words("sqlite:///"), FromEnvironment("INJECTION_DB", "near.db"))),
        (
            OperationSpec("ask", lookup, caller, asks, SAID, RESULTS, optional),
            OperationSpec("keep", request, heard, keeps, None, (), optional, key=key),
        ),
    )
    return far, near


def release(graph: FlowGraph, id_: str, port: int) -> Release:
    """What the runtime is told of one flow."""
    return Release(
        id_,
        graph,
        services(port),
        TicketSettings((TicketClass("fault", 180),)),
        voices=(("zh", "espeak:cmn"), ("en", "espeak:en-us")),
        fallback="ask",
    )
