"""What was seen of one call, on whichever system, and what must hold of it.

A call is judged beside its harmless twin: it went the same way, left the same names, rang the same
telephones, was written down in the same form. Knows no server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, unquote

from tests.injection.cases import Case, Sink, Source
from tests.injection.far_end import ANSWER, Heard

MOST_HELD = 1800  # bytes of a text that a call holds; the rest is cut
ADMIN = "ADMIN"  # the variable that many strings try to set
EVIL = "evil"  # the context that they try to reach, and its file
AUTHORS = ("constant", "an order")  # what a project says where a hostile text is refused
KEYED = frozenset({Source.KEYS, Source.INFO})
_MARKS = "( good| fooled2?| over| reached)*"
# A call's own record is the same line on every server; a talk's has what was before it.
RECORD = re.compile(
    rf"([0-9a-f]{{8}}{_MARKS}|"
    r"[0-9a-f]{8} by=(caller|flow|limit) at=(f|hotline)\.[a-z0-9]+ to=7\d\d\d"
    rf" from=(withheld|[0-9+]{{3}}\*\*\*\*[0-9+]{{4}}){_MARKS})?"
)
HEADED = frozenset(
    {
        *(Source.HEADERS, Source.LAB_HEADERS, Source.ASSERTED, Source.DIVERSION),
        Source.CALLER_NUMBER,  # an empty line in it hides steps from who reads Asterisk's events
    }
)


@dataclass
class Evidence:
    """`steps`: what the server ran and where; `beside`: the same on the call's behalf, in any order;
    `names`: every variable that was set, without values;
    `values`: what the flow's own variables held; `outcomes`: how its operations ended; `marks`;
    `rang`: numbers that telephones saw; `records`: the call's lines in the server's books.
    """

    case: Case
    status: int = 0
    over: bool = False
    steps: tuple[str, ...] = ()
    beside: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()  # `Event/Header` of everything that was told of the call
    values: dict[str, list[str]] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    rang: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    heard: tuple[Heard, ...] = ()
    kept: tuple[tuple[object, ...], ...] = ()
    tickets: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class Book:
    """What a system is known to do: what its harmless calls did."""

    twins: tuple[Evidence, ...]
    contexts: frozenset[str]  # places where a step may be

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset[str]().union(*(twin.names for twin in self.twins))

    @cached_property
    def events(self) -> frozenset[str]:
        return frozenset[str]().union(*(twin.events for twin in self.twins))

    @cached_property
    def ways(self) -> dict[tuple[str, ...], dict[tuple[str, ...], None]]:
        """By how the operations ended: the ways that twins went then."""
        found: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
        for twin in self.twins:
            found.setdefault(twin.outcomes, {})[twin.steps] = None
        return found


Findings = Iterator[tuple[Sink, str]]


def judged(seen: Evidence, book: Book, flow: Sink, wire: Sink) -> Findings:
    """Everything that is wrong with a call, whatever its twins do. `flow`: the sink that runs flows;
    `wire`: by which the runtime answers."""
    if seen.status < 200:
        return  # the server did not take the call at all
    yield from ((flow, what) for what in _astray(seen, book))
    yield from ((wire, what) for what in _answers(seen))
    yield from ((Sink.DIAL, what) for what in _rang(seen, book))
    yield from ((Sink.CDR, what) for what in _records(seen, book))
    yield from ((Sink.HTTP, what) for each in seen.heard for what in asked_wrongly(each))
    yield from ((Sink.HTTP, what) for what in _told(seen))
    yield from ((Sink.SQL, what) for what in _kept(seen))


def doubted(seen: Evidence, book: Book, flow: Sink, told: Sink) -> Findings:
    """What its twins do not do. A server out of breath does so, too, once. `told`: the sink by which
    the server tells."""
    if seen.status < 200:
        return
    if seen.status < 300 and not seen.over:
        yield flow, "the call did not end"
    yield from ((told, f"told of {each}") for each in sorted(seen.events - book.events))
    if seen.case.source not in KEYED:
        for name in sorted(seen.names - book.names):
            yield flow, f"a variable that no twin has: {name}"
    ways = None if is_led(seen.case) else book.ways.get(seen.outcomes)
    if ways and seen.steps not in ways:
        yield (
            flow,
            f"another way than its twin's: {min(_parted(seen.steps, way) for way in ways)[1]}",
        )


def is_led(case: Case) -> bool:
    """Whether the way is the caller's to choose: by keys, or by what is left of a torn INVITE."""
    torn = re.search(r"\r\n\r\n|\n\n", case.text) is not None
    return case.source in KEYED or (torn and case.source in HEADED)


def _astray(seen: Evidence, book: Book) -> Iterator[str]:
    for step in (*seen.steps, *seen.beside):
        context = step.partition(",")[0]
        if context not in book.contexts:
            yield f"a step outside: {step}"
    if ADMIN in seen.names:
        yield "a variable that no twin has: ADMIN"
    if any(mark.startswith("fooled") for mark in seen.marks) and not _is_a_number(seen.case):
        yield "taken for somebody else"


def _is_a_number(case: Case) -> bool:
    """Whether the hostile word is somebody's number by itself: SIP knows parameters behind one."""
    return re.fullmatch(r"\+?[0-9]+", case.text.partition(";")[0]) is not None


def _parted(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[int, str]:
    """How far two ways do not go together, and what is at the fork."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return -place, f"step {place}: {left} instead of {right}"
    return -min(len(one), len(other)), f"{len(one)} steps instead of {len(other)}"


def _answers(seen: Evidence) -> Iterator[str]:
    """What a call holds is what was said, whole or cut at a character, or nothing."""
    for value in seen.values.get("call.from", []) + seen.values.get("f.copy", []):
        if re.fullmatch(r"[0-9+]{0,32}", value) is None:
            yield f"a caller's number that is none: {value[:80]!r}"
    for value in seen.values.get("f.number", []) + seen.values.get("f.typed", []):
        if re.fullmatch(r"[0-9]{0,64}", value) is None:
            yield f"digits that are none: {value[:80]!r}"
    said = {seen.case.text, ANSWER["name"], ANSWER["word"], *AUTHORS}
    for name in ("f.name", "f.word", "hotline.words"):
        for value in seen.values.get(name, []):
            if value and not any(map(value.__eq__, map(cut, said))):
                yield f"{name} holds what nobody said: {value[:80]!r}"


def cut(text: str) -> str:
    """A text as a call holds it."""
    return text.encode("utf-8", "replace")[:MOST_HELD].decode("utf-8", "ignore")


def _rang(seen: Evidence, book: Book) -> Iterator[str]:
    allowed = {number for twin in book.twins for number in twin.rang}
    for number in seen.rang:
        if number not in allowed:
            yield f"rang {number}"
    if len(seen.rang) > max((len(twin.rang) for twin in book.twins), default=0):
        yield f"rang {len(seen.rang)} telephones"


def _records(seen: Evidence, book: Book) -> Iterator[str]:
    for line in seen.records:
        if RECORD.fullmatch(line) is None:
            yield f"a record of another form: {line[:200]!r}"
    if len(seen.records) > max((len(twin.records) for twin in book.twins), default=0):
        yield f"{len(seen.records)} records"


# --- HTTP: the form of every request, and that each word arrived in its own place

_TARGET = re.compile(
    r"GET /api/ask/[0-9+%B]{1,40}\?caller=[0-9+%B]{1,40} HTTP/1\.1"
    r"|POST /api/tell/[A-Za-z0-9%._~-]+/end(\?(q=[A-Za-z0-9%._~+*-]*)?&?(who=[0-9%B]+)?)? HTTP/1\.1"
    r"|POST /api/form HTTP/1\.1"
)
_HEADERS = frozenset(
    {
        *("host", "accept", "accept-encoding", "connection", "user-agent", "authorization"),
        *("content-length", "content-type", "idempotency-key", "x-text", "x-caller"),
    }
)


def asked_wrongly(asked: Heard) -> Iterator[str]:
    """What is wrong with the form of one request."""
    if _TARGET.fullmatch(asked.first) is None:
        yield f"a request of another form: {asked.first[:200]!r}"
    names = [name.lower() for name, _ in asked.headers]
    for name in names:
        if name not in _HEADERS:
            yield f"a header that is not ours: {name[:80]!r}"
        if names.count(name) > 1:
            yield f"the header {name} twice"


def _told(seen: Evidence) -> Iterator[str]:
    """The words in a request are those that were said."""
    said = {
        cut(seen.case.text),
        seen.case.text,
        ANSWER["name"],
        ANSWER["word"],
        seen.case.caller,
        "",
    }
    for asked in seen.heard:
        for place, word in _words_of(asked):
            digits = re.fullmatch(r"[0-9+]*", word)
            if word not in said and not digits:
                yield f"{place} says {word[:80]!r}"


def _words_of(asked: Heard) -> Iterable[tuple[str, str]]:
    path, _, query = asked.first.split(" ")[1].partition("?")
    if path.startswith("/api/tell/"):
        yield "the path", unquote(path.removeprefix("/api/tell/").removesuffix("/end"))
        yield from parse_qsl(query, keep_blank_values=True)
        text = asked.header("x-text").encode("latin-1", "replace").decode("utf-8", "replace")
        yield "a header", text
    if path == "/api/form":
        yield from parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True)


def _kept(seen: Evidence) -> Iterator[str]:
    plain = (ANSWER["name"], ANSWER["word"], *AUTHORS, None, "")
    said = {cut(seen.case.text), seen.case.text, *plain}
    for row in seen.kept:
        words = [word for word in row if not re.fullmatch(r"[0-9+]*", str(word))]
        for word in words:
            if word not in said:
                yield f"a row holds {str(word)[:80]!r}"
    if len(seen.kept) > 1:
        yield f"{len(seen.kept)} rows"
    for ticket in seen.tickets:
        note = ticket["note"]
        if note not in said and not re.fullmatch(r"[0-9]*", str(note)):
            yield f"a work order says {str(note)[:80]!r}"
        if not re.fullmatch(r"[0-9+]*", f"{ticket['caller']}{ticket['account']}"):
            yield "a work order of nobody's"
    if len(seen.tickets) > 1:
        yield f"{len(seen.tickets)} work orders"
