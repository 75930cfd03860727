"""What a live call may ask of the world outside: services and their operations, as a release holds them.

Knows no file format and no library: `language` fills these from `services/*.yaml`, the runtime obeys
them. Values enter through parameters only; queries and addresses are the project's own words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from flowc.expression.tree import Expression
from flowc.expression.types import Record, Scalar, Type
from flowc.graph.operations import InvokeKind
from flowc.source import NOWHERE, Span

# What the runtime does by itself, without a line in the project.
TICKETS = "tickets"
# Of a field that a release of an earlier version lacks; such a one stays served and can be gone back to.
LATER = {"later": True}


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a template that stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A piece of a template worked out at each question: `{account}`, `{today()}`.

    The expression is checked; a parameter is `Read(name, type)`, and nothing else is read.
    """

    expression: Expression


@dataclass(frozen=True, slots=True, repr=False)
class FromEnvironment:
    """`${env:NAME:default}`: resolved by the runtime only, when it starts; never shown.

    With `default` None the runtime refuses to serve the release while NAME is not set.
    """

    name: str
    default: str | None = None

    def __repr__(self) -> str:
        """The name alone: what stands in an environment may be a password."""
        return f"FromEnvironment({self.name!r}, ...)"


# Settings hold no `Value`; paths, query fields, headers, bodies and keys may.
TemplatePart = Words | Value | FromEnvironment
Template = tuple[TemplatePart, ...]
NamedTemplates = tuple[tuple[str, Template], ...]


DATA_BASES = ("sqlite", "postgresql")  # whose addresses the runtime can open


@dataclass(frozen=True, slots=True)
class SqlSettings:
    """`kind: sql`. A relative SQLite path is relative to the project's folder.

    `url`: `sqlite:///billing.db`, `postgresql://user:${env:PASSWORD}@host/billing`.
    """

    url: Template


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """`kind: http`. Scheme and host are fixed here; an operation adds path and fields.

    `headers` go with every question. `allow_private`: the host may resolve to loopback, private or
    link-local addresses. `ca`, `cert`, `key`: files of certificates (PEM), relative to the project: whom to
    believe instead of the machine's list, and who asks.
    """

    url: Template
    headers: NamedTemplates = ()
    allow_private: bool = False
    ca: Template = field(default=(), metadata=LATER)
    cert: Template = field(default=(), metadata=LATER)
    key: Template = field(default=(), metadata=LATER)


@dataclass(frozen=True, slots=True)
class FixtureSettings:
    """`kind: fixture`. `file`: a YAML or JSON table, relative to the project's folder.

    `operation: [{with: {account: "80012345"}, gives: {...}}, {result: not_found}]`: the first row
    whose `with` fits is the answer; a row has one of `gives`, `result`, `fails: error | unknown`.
    """

    file: str
    file_at: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SqlAction:
    """Statements with bound parameters (`:account`), in order, in one transaction.

    The last statement that gives rows gives the answer: its first row, by column names; a row with
    a single column named `value` answers a scalar. A column `result` that holds a declared result
    leaves by it. `lists`: each field of the record that is a list, and the query of its items.
    `empty`: the declared result where no row is found; "" means `error`, or `done` where the
    operation gives nothing.
    """

    statements: tuple[str, ...]
    lists: tuple[tuple[str, str], ...] = ()
    empty: str = ""


class BodyForm(Enum):
    """How the fields of a body are written."""

    NONE = "none"
    JSON = "json"  # a dot in a field's name makes an object within: `customer.account`
    FORM = "form"


@dataclass(frozen=True, slots=True)
class HttpAction:
    """One exchange. Values in `path` are encoded as one segment each; in `query` by the encoder.

    2xx is `done`; `statuses` maps other (or the same) statuses to declared results (404:
    not_found). `at`: where in the JSON the answer stands, field by field (`data.customer`). A field
    `result` of it that holds a declared result leaves by it.
    """

    method: str
    path: Template
    query: NamedTemplates = ()
    headers: NamedTemplates = ()
    body: NamedTemplates = ()
    body_form: BodyForm = BodyForm.NONE
    statuses: tuple[tuple[int, str], ...] = ()
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FixtureAction:
    """The table's rows under the operation's own name."""


Settings = SqlSettings | HttpSettings | FixtureSettings
Action = SqlAction | HttpAction | FixtureAction


@dataclass(frozen=True, slots=True)
class OperationSpec:
    """A look-up or a request. `gives` None: it answers nothing but how it went.

    `optional`: parameters that a flow may leave out (they arrive as ""). `results`: the declared
    ones beside `done`, `error`, `unknown`. `retries` (0 or 1) and `cache_s` are for look-ups only,
    `key` for requests only, where it must not be empty.
    """

    name: str
    kind: InvokeKind
    parameters: tuple[tuple[str, Type], ...]
    action: Action
    gives: Type | None = None
    results: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    deadline_ms: int = 3000
    retries: int = 0
    cache_s: int = 0
    key: Template = ()


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service of the project. Every operation's action is of the settings' kind."""

    name: str
    settings: Settings
    operations: tuple[OperationSpec, ...]

    def operation(self, name: str) -> OperationSpec | None:
        """The operation of that name, or None."""
        return next((each for each in self.operations if each.name == name), None)


@dataclass(frozen=True, slots=True)
class TicketClass:
    """A class of work orders and its three clocks, in seconds from opening; 0 is no limit."""

    name: str
    accept_s: int = 0
    handle_s: int = 0
    reply_s: int = 0


@dataclass(frozen=True, slots=True)
class TicketSettings:
    """How the runtime keeps work orders. No `classes`: any name is a class without limits."""

    classes: tuple[TicketClass, ...] = ()

    def limits(self, name: str) -> TicketClass | None:
        """The clocks of a class by its name; None where the project has no such class."""
        if not self.classes:
            return TicketClass(name)
        return next((each for each in self.classes if each.name == name), None)


ABANDONED = "abandoned"  # whose caller may not know of it; it is work all the same
OPEN_STATES = ("opened", "accepted", "handled", ABANDONED)
CLOSED = "closed"
CARDS = ("none", "yellow", "red", "black")
# Fields of a work order that hold one of a few words.
TICKET_WORDS = {"state": ("opened", "accepted", "handled", CLOSED, ABANDONED), "card": CARDS}
TICKET = Record(
    "Ticket",
    (
        ("number", Scalar.DIGITS),
        ("class", Scalar.TEXT),
        ("state", Scalar.TEXT),
        ("opened", Scalar.DATETIME),
        ("promised", Scalar.DATETIME),  # when it will have been handled; unset without a limit
        ("card", Scalar.TEXT),
        ("urged", Scalar.INT),
    ),
)


@dataclass(frozen=True, slots=True)
class BuiltInOperation:
    """An operation of a service that the runtime itself is."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    gives: Type
    results: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    deadline_ms: int = 2000


_BY = (("number", Scalar.DIGITS), ("caller", Scalar.DIGITS), ("account", Scalar.DIGITS))
_OF = ("number", "caller", "account")

# Kind `ticket`. `status` and `urge` look for the number, else for the newest order of the account,
# else of the caller's number; one of the three must be given.
TICKET_OPERATIONS = (
    BuiltInOperation(
        "open",
        (
            ("class", Scalar.TEXT),
            ("caller", Scalar.DIGITS),
            ("account", Scalar.DIGITS),
            ("note", Scalar.TEXT),
            ("recording", Scalar.TEXT),
        ),
        TICKET,
        optional=("caller", "account", "note", "recording"),
    ),
    BuiltInOperation("status", _BY, TICKET, ("not_found",), _OF),
    BuiltInOperation("urge", _BY, TICKET, ("not_found", "closed"), _OF),
)
