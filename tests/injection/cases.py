"""What is tried: sources, sinks, and one case of each; what came of all of them, counted.

A case is one hostile string, from one source, looked for in one sink of one system. A call carries
one string from one source, and every sink is looked at after it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum


class Source(Enum):
    """Where a hostile word comes from."""

    CALLER_NAME = "caller name"
    CALLER_NUMBER = "caller number"
    DIALLED = "dialled number"
    ASSERTED = "asserted identity"
    DIVERSION = "diversion"
    LAB_HEADERS = "headers of tests"
    HEADERS = "other headers"
    KEYS = "keys"
    INFO = "keys in SIP INFO"
    HTTP_TEXT = "HTTP text"
    HTTP_DIGITS = "HTTP digits"
    HTTP_SHAPE = "HTTP fields and words"
    HTTP_BODY = "HTTP body and head"
    SQL_TEXT = "SQL text"
    SQL_WORDS = "SQL digits and words"
    AUTHOR = "author's text"
    DIRECT = "argument"

    def __str__(self) -> str:
        return self.value


class Sink(Enum):
    """Where it must stay a word."""

    DIALPLAN = "dialplan"
    AGI = "AGI"
    AMI = "AMI"
    XML = "XML"
    LUA = "Lua"
    ESL = "ESL"
    DIAL = "dial strings"
    LOG = "log"
    CDR = "CDR"
    FILES = "file system"
    SQL = "SQL"
    HTTP = "HTTP"
    CSV = "CSV"
    SPEECH = "speech command"
    PICTURES = "pictures"
    REPORTS = "reports"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile string from one source; `id` names its canary and its caller."""

    id: str
    source: Source
    name: str  # of the string
    text: str
    caller: str = ""  # the caller's own number, where it is not the hostile word
    twin: bool = False
    number: str = "7000"  # that is called, where it is not the hostile word


@dataclass(frozen=True, slots=True)
class Broken:
    """A case that succeeded: the string got out."""

    system: str
    source: Source
    sink: Sink
    name: str
    text: str
    what: str

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 120 else f"{self.text[:120]}..."
        return f"{self.system}: {self.source} -> {self.sink}: {self.name} {shown!r}: {self.what}"


@dataclass
class Tally:
    """Everything that was tried."""

    cases: Counter[tuple[str, str]] = field(default_factory=Counter)  # source, sink
    by_call: int = 0  # cases that went through real calls
    calls: Counter[str] = field(default_factory=Counter)  # by system
    answered: int = (
        0  # of these: taken by the server, which refuses or drops what is no call at all
    )
    broken: list[Broken] = field(default_factory=list)
    controls: dict[str, str] = field(
        default_factory=dict
    )  # sink of a system: what fired, "" if nothing
    left_out: list[str] = field(default_factory=list)
    secrets: int = 0  # places where an environment's value was found
    # Lines that a server itself wrote of a word, before or beside any step of ours: told, not hidden.
    by_servers: Counter[str] = field(default_factory=Counter)

    def count(self, source: Source, sink: Sink, number: int = 1, *, by_call: bool = False) -> None:
        self.cases[source.value, sink.value] += number
        self.by_call += number if by_call else 0

    def add(self, other: Tally) -> None:
        self.cases += other.cases
        self.by_call += other.by_call
        self.calls += other.calls
        self.answered += other.answered
        self.broken += other.broken
        self.controls |= other.controls
        self.left_out += other.left_out
        self.secrets += other.secrets
        self.by_servers += other.by_servers

    @property
    def silent(self) -> list[str]:
        """Controls that did not fire: a test that cannot fail there."""
        return [sink for sink, fired in self.controls.items() if not fired]

    def as_json(self) -> str:
        by_sink: Counter[str] = Counter()
        for (_, sink), number in self.cases.items():
            by_sink[sink] += number
        line = {
            "cases": sum(self.cases.values()),
            "real_calls": sum(self.calls.values()),
            "answered": self.answered,
            "cases_through_calls": self.by_call,
            "succeeded": len(self.broken),
            "secrets_found": self.secrets,
            "written_by_servers_themselves": dict(self.by_servers),
            "controls": len(self.controls),
            "controls_fired": len(self.controls) - len(self.silent),
            "calls_by_system": dict(self.calls),
            "cases_by_sink": dict(sorted(by_sink.items())),
            "left_out": self.left_out,
        }
        return json.dumps(line, ensure_ascii=False)
