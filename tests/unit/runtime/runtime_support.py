"""What the runtime's tests share: a real back end over HTTP, a real SQLite file, a release to serve."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from flowc.expression.tree import Read
from flowc.expression.types import ListOf, Record, Scalar, Type
from flowc.graph.as_json import release_to_json
from flowc.graph.exits import Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import Given, Invoke, InvokeKind, Reading
from flowc.graph.prompts import ReadAs
from flowc.graph.release import Release
from flowc.graph.services import (
    BodyForm,
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
from flowc.runtime.app import Runtime, RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.runtime.services.broker import Outcome, Place
from flowc.runtime.services.model import CallFacts

SERVICE = Record("Service", (("name", Scalar.TEXT), ("balance", Scalar.MONEY)))
CUSTOMER = Record(
    "Customer",
    (
        ("services", ListOf(SERVICE, 8)),
        ("suspended", Scalar.BOOL),
        ("vip", Scalar.BOOL),
        ("since", Scalar.DATE),
        ("name", Scalar.TEXT),
    ),
)
NOON = 1_795_233_600  # 2026-11-21T12:00+08:00
ACCOUNT = (("account", Scalar.DIGITS),)


def value(name: str, type_: Type = Scalar.DIGITS) -> Value:
    """`{name}` in a template."""
    return Value(Read(name, type_))


def invoke(kind: InvokeKind, service: str, operation: str, **more: object) -> Invoke:
    """A question at `balance.find`."""
    held: dict[str, object] = {
        "site": "balance.find",
        "arguments": (("account", Read("account", Scalar.DIGITS)),),
        "gives": (),
        "results": ("not_found",),
        "deadline_ms": 1500,
    }
    return Invoke(kind=kind, service=service, operation=operation, **{**held, **more})  # type: ignore[arg-type]


def release(*services: ServiceSpec, asks: tuple[Invoke, ...] = (), **more: object) -> Release:
    """A release that asks at as many places."""
    blocks = {}
    for each in asks:
        flow, node = each.site.split(".")
        at = BlockId(flow, node)
        blocks[at] = Block(at, (each,), Hangup(), Origin(each.site, "lookup"))
    graph = FlowGraph("jiangmen", ("zh", "en"), "Asia/Shanghai", (), blocks)
    tickets = TicketSettings((TicketClass("fault", 180, 86_400, 172_800),))
    return Release("0a1b2c3d" + "0" * 56, graph, services, tickets, **more)  # type: ignore[arg-type]


def facts(number: int = 1, token: str = "") -> CallFacts:
    """Call after call."""
    return CallFacts(f"call-{number}", "visit-1", NOON, caller="13800138000", token=token)


GIVES = (
    Given("c.services.len", ("services", "len"), Scalar.INT),
    Given("c.services.0.name", ("services", "0", "name"), Scalar.TEXT),
    Given("c.services.0.balance", ("services", "0", "balance"), Scalar.MONEY),
    Given("c.services.1.balance", ("services", "1", "balance"), Scalar.MONEY),
    Given("c.suspended", ("suspended",), Scalar.BOOL),
    Given("c.since", ("since",), Scalar.DATE),
)
READINGS = (Reading("c.services.0.balance", Scalar.MONEY, ReadAs.MONEY),)


def sql_service(url: str = "sqlite:///billing.db", cache_s: int = 0) -> ServiceSpec:
    """Billing in a data base: a look-up and a request."""
    customer = SqlAction(
        ("select suspended, vip, since, name from customer where account = :account",),
        (
            (
                "services",
                "select name, balance from service where account = :account order by name",
            ),
        ),
        "not_found",
    )
    unsuspend = SqlAction(
        (
            "update customer set suspended = 0 where account = :account and suspended = 1",
            "insert into effects (account) values (:account)",
            """select case when vip then '2026-11-24' else null end as until,
            case when vip then null else 'not_qualified' end as result
            from customer where account = :account""",
        ),
        empty="not_found",
    )
    results = ("not_found", "not_qualified")
    return ServiceSpec(
        "billing",
        SqlSettings((Words(url),)),
        (
            OperationSpec(
                "customer",
                InvokeKind.LOOKUP,
                ACCOUNT,
                customer,
                CUSTOMER,
                ("not_found",),
                cache_s=cache_s,
            ),
            OperationSpec(
                "unsuspend",
                InvokeKind.REQUEST,
                ACCOUNT,
                unsuspend,
                Record("Until", (("until", Scalar.DATE),)),
                results,
                key=(value("account"),),
            ),
        ),
    )


def make_billing(folder: Path) -> None:
    """The data base that `sql_service` asks."""
    with sqlite3.connect(folder / "billing.db") as base:
        base.executescript("""
            create table customer (account text primary key, suspended int, vip int, since text, name text);
            create table service (account text, name text, balance numeric);
            create table effects (account text);
            insert into customer values ('80012345', 1, 1, '2019-03-02', '张三'), ('0012', 1, 0, null, '李四');
            insert into service values ('80012345', '数字电视', -12.50), ('80012345', '宽带', 30);
        """)


def http_service(port: int, retries: int = 0, **more: object) -> ServiceSpec:
    """Billing over HTTP: a look-up and a request."""
    look = HttpAction(
        "GET",
        (Words("/customers/"), value("account")),
        (("of", (value("account"),)),),
        statuses=((404, "not_found"),),
        at=("data",),
    )
    act = HttpAction(
        "POST",
        (Words("/unsuspend"),),
        body=(("customer.account", (value("account"),)),),
        body_form=BodyForm.JSON,
    )
    settings = HttpSettings((Words(f"http://localhost:{port}/api"),), allow_private=True)
    found = ("not_found",)
    spec = ServiceSpec(
        "billing",
        settings,
        (
            OperationSpec(
                "customer", InvokeKind.LOOKUP, ACCOUNT, look, CUSTOMER, found, retries=retries
            ),
            OperationSpec(
                "unsuspend", InvokeKind.REQUEST, ACCOUNT, act, None, found, key=(value("account"),)
            ),
        ),
    )
    return spec if not more else ServiceSpec(spec.name, more["settings"], spec.operations)  # type: ignore[arg-type]


Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Web:
    """A real server on loopback; `answer` decides each exchange, `seen` holds their first lines."""

    port: int
    answer: Answer
    seen: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def web(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """A back end while the context is open, in the clear unless by `tls`."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            state.seen.append(f"{self.command} {self.path}")
            state.bodies.append(body)
            state.headers.append(dict(self.headers))
            try:
                state.answer(self, body)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up tells no story
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    state = Web(server.server_port, answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def says(status: int, body: bytes, **headers: str) -> Answer:
    """A back end that always answers so."""

    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(status)
        for name, text in headers.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@dataclass
class Bench:
    """A runtime that runs, and its log."""

    runtime: Runtime
    log: io.StringIO

    async def ask(
        self, served: Release, asked: Invoke, account: str = "80012345", **call: object
    ) -> Outcome:
        """One question of a call."""
        self.runtime.broker.providers.prepare(served)
        facts_ = facts(**call)  # type: ignore[arg-type]
        return await self.runtime.broker.ask(Place(served, asked, facts_), {"account": account})


def assert_is_customer(held: Mapping[str, object]) -> None:
    """The variables of the customer that every billing data base here begins with."""
    assert held["c.services.len"] == 2
    assert held["c.services.0.balance"] == 3000
    assert held["c.services.1.balance"] == -1250
    assert held["c.suspended"] == 1
    assert held["c.since"] == 20190302


@dataclass(frozen=True, slots=True)
class Store:
    """Where a runtime keeps what it must not forget; a SQLite file is in the folder."""

    url: str
    folder: Path


@asynccontextmanager
async def bench(folder: Path, *served: Release, **more: object) -> AsyncIterator[Bench]:
    """A runtime in a folder of its own that serves the releases."""
    for each in served:
        path = folder / "releases" / each.id[:8] / "release.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(release_to_json(each), encoding="utf-8")
    stream = io.StringIO()
    settings = RuntimeSettings(folder, folder / "releases", folder / "texts", **more)  # type: ignore[arg-type]
    async with running(settings, Log(stream)) as runtime:
        yield Bench(runtime, stream)


def run(coroutine: object) -> None:
    """Run a test's coroutine to its end, half a minute at most."""
    asyncio.run(asyncio.wait_for(coroutine, 30))  # type: ignore[arg-type]
