"""`kind: http` against a real server on loopback that answers well, badly, slowly or not at all."""

import asyncio
import gzip
import json
import socket
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from flowc.expression.types import Scalar
from flowc.graph.operations import Invoke, InvokeKind
from flowc.graph.services import HttpAction, HttpSettings, OperationSpec, ServiceSpec, Words
from flowc.runtime.services.model import Failed, Question, SettingsError
from flowc.runtime.world import CallWorld
from tests.unit.runtime.runtime_support import (
    GIVES,
    NOON,
    Answer,
    bench,
    http_service,
    invoke,
    release,
    run,
    says,
    value,
    web,
)

LOOK = invoke(InvokeKind.LOOKUP, "billing", "customer", gives=GIVES)
ACT = invoke(InvokeKind.REQUEST, "billing", "unsuspend")
GOOD = json.dumps(
    {"data": {"services": [{"name": "数字电视", "balance": "-12.50"}], "suspended": True}}
).encode()


def outcome_of(folder: Path, answer: Answer, asked: Invoke = LOOK) -> str:
    """How one question ends where the back end answers so."""
    found: list[str] = []

    async def call() -> None:
        with web(answer) as back_end:
            async with bench(folder) as it:
                served = release(http_service(back_end.port))
                found.append((await it.ask(served, asked)).outcome)

    run(call())
    return found[0]


def test_an_answer_fills_the_calls_variables(tmp_path: Path) -> None:
    async def call() -> None:
        with web(says(200, GOOD)) as back_end:
            async with bench(tmp_path) as it:
                outcome = await it.ask(release(http_service(back_end.port)), LOOK)
                assert outcome.variables["c.services.0.balance"] == -1250
                assert outcome.variables["c.services.len"] == 1
                assert back_end.seen == ["GET /api/customers/80012345?of=80012345"]

    run(call())


@pytest.mark.parametrize("typed", ["1&admin=1#", "../../x", "a/b?c", "%2e%2e", "张三"])
def test_a_value_stays_one_segment_and_one_field(tmp_path: Path, typed: str) -> None:
    async def call() -> None:
        with web(says(200, GOOD)) as back_end:
            async with bench(tmp_path) as it:
                await it.ask(release(http_service(back_end.port)), LOOK, typed)
                [line] = back_end.seen
                path, _, query = line.partition("?")
                assert path.count("/") == 3
                assert "&" not in query
                assert "#" not in line

    run(call())


@pytest.mark.parametrize("typed", [".", "..", ""])
def test_a_value_that_would_climb_is_not_sent(tmp_path: Path, typed: str) -> None:
    async def call() -> None:
        with web(says(200, GOOD)) as back_end:
            async with bench(tmp_path) as it:
                outcome = await it.ask(release(http_service(back_end.port)), LOOK, typed)
                assert (outcome.outcome, back_end.seen) == ("error", [])

    run(call())


BAD = {
    "a page of HTML": b"<html>ok</html>",
    "nothing": b"",
    "half an answer": GOOD[:40],
    "a key twice": b'{"data": {"suspended": true, "suspended": false}}',
    "not a number": b'{"data": {"since": NaN}}',
    "a number out of reach": b'{"data": {"x": 1e400}}',
    "an exponent out of reach": b'{"data": {"x": 1e99999999999999999999}}',
    "a lone surrogate": b'{"data": {"name": "\\ud800"}}',
    "too deep": b'{"data":' + b"[" * 40 + b"]" * 40 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "no UTF-8": b'{"data": {"name": "\xff"}}',
    "a wrong type": b'{"data": {"suspended": "perhaps"}}',
    "full-width digits": '{"data": {"services": [{"balance": "１２"}]}}'.encode(),
    "a line break in a text": b'{"data": {"services": [{"name": "a\\nb"}]}}',
    "too many items": b'{"data": {"services": [' + b",".join([b"{}"] * 9) + b"]}}",
    "no field that holds it": b'{"result": {}}',
    "300 kB": b'{"data": {}}' + b" " * 300_000,
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_an_answer_that_cannot_be_trusted_is_an_error(tmp_path: Path, body: bytes) -> None:
    assert outcome_of(tmp_path, says(200, body)) == "error"


def test_a_small_packet_that_unpacks_to_much_is_an_error(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert outcome_of(tmp_path, says(200, bomb, Content_Encoding="gzip")) == "error"


def test_a_packed_answer_is_read(tmp_path: Path) -> None:
    assert outcome_of(tmp_path, says(200, gzip.compress(GOOD), Content_Encoding="gzip")) == "done"


@pytest.mark.parametrize(
    ("status", "looked_up", "requested"),
    [
        (404, "not_found", "error"),
        (400, "error", "error"),
        (429, "error", "error"),
        (500, "error", "unknown"),
        (302, "error", "unknown"),
    ],
)
def test_a_status_says_whether_a_request_may_have_been_done(
    tmp_path: Path, status: int, looked_up: str, requested: str
) -> None:
    answer = says(status, b"", Location="http://169.254.169.254/")
    assert outcome_of(tmp_path, answer) == looked_up
    assert outcome_of(tmp_path, answer, ACT) == requested


def test_a_lookup_is_led_on_within_its_host_only(tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if handler.path.startswith("/api"):
            says(307, b"", Location="/elsewhere")(handler, body)
        else:
            says(200, GOOD)(handler, body)

    assert outcome_of(tmp_path, answer) == "done"


def test_an_answer_that_drips_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    begun = time.monotonic()
    assert outcome_of(tmp_path, answer) == "error"
    assert time.monotonic() - begun < 4


def test_a_reply_that_is_lost_leaves_a_request_unknown_for_good(tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    async def call() -> None:
        with web(answer) as back_end:
            async with bench(tmp_path) as it:
                served = release(http_service(back_end.port))
                assert (await it.ask(served, ACT)).outcome == "unknown"
                back_end.answer = says(200, b"")
                assert (await it.ask(served, ACT, number=2)).outcome == "unknown"
                assert len(back_end.seen) == 1
                assert json.loads(back_end.bodies[0]) == {"customer": {"account": "80012345"}}
                assert len(back_end.headers[0]["Idempotency-Key"]) == 64

    run(call())


def test_a_request_that_surely_was_not_done_may_be_made_again(tmp_path: Path) -> None:
    async def call() -> None:
        with web(says(409, b"")) as back_end:
            async with bench(tmp_path) as it:
                served = release(http_service(back_end.port))
                assert (await it.ask(served, ACT)).outcome == "error"
                back_end.answer = says(200, b"")
                assert (await it.ask(served, ACT)).outcome == "done"
                assert (await it.ask(served, ACT)).outcome == "done"
                assert len(back_end.seen) == 2

    run(call())


def test_nobody_listening_is_an_error_for_a_request_too(tmp_path: Path) -> None:
    with web(says(200, b"")) as gone:
        port = gone.port

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(http_service(port))
            assert (await it.ask(served, ACT)).outcome == "error"
            assert (await it.ask(served, LOOK)).outcome == "error"

    run(call())


def test_a_lookup_is_tried_once_more_where_it_may_be_and_a_request_never(tmp_path: Path) -> None:
    async def call() -> None:
        with web(says(503, b"")) as back_end:
            async with bench(tmp_path) as it:
                served = release(http_service(back_end.port, retries=1))
                await it.ask(served, LOOK)
                assert len(back_end.seen) == 2
                await it.ask(served, ACT)
                assert len(back_end.seen) == 3

    run(call())


def test_an_answer_that_is_none_is_not_kept_for_the_next_call(tmp_path: Path) -> None:
    bodies = [b'{"data": "closed for repairs"}', GOOD]

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        says(200, bodies[min(len(back.seen), 2) - 1])(handler, body)

    with web(answer) as back:
        spec = http_service(back.port)
        kept = tuple(replace(each, cache_s=600) for each in spec.operations)
        served = release(replace(spec, operations=kept), asks=(LOOK,))

        async def call() -> None:
            async with bench(tmp_path, served) as it:
                found = [(await it.ask(served, LOOK, number=n)).outcome for n in (1, 2, 3)]
                assert found == ["error", "done", "done"]
                assert len(back.seen) == 2

        run(call())


def test_names_that_are_long_looked_up_keep_no_thread_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = threading.Event()

    def looked_up(*_: object, **__: object) -> list[object]:
        given_up.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    settings = HttpSettings((Words("http://crm.example"),))
    served = release(http_service(0, settings=settings), asks=(LOOK,))

    async def call() -> None:
        async with bench(tmp_path, served) as it:
            asking = [asyncio.create_task(it.ask(served, LOOK, number=n)) for n in range(40)]
            await asyncio.sleep(0.1)
            async with asyncio.timeout(1):
                await asyncio.to_thread(int)  # as whatever else the runtime does in threads
            assert {each.outcome for each in await asyncio.gather(*asking)} == {"error"}
            given_up.set()

    run(call())


def test_a_header_may_hold_any_words(tmp_path: Path) -> None:
    with web(says(200, GOOD)) as back:
        spec = http_service(back.port)
        look = spec.operations[0]
        assert isinstance(look.action, HttpAction)
        headers = (("X-Of", (Words("江门 "), value("account"))),)
        named = replace(look, action=replace(look.action, headers=headers))
        served = release(replace(spec, operations=(named,)), asks=(LOOK,))

        async def call() -> None:
            async with bench(tmp_path, served) as it:
                assert (await it.ask(served, LOOK)).outcome == "done"
                sent = back.headers[0]["X-Of"].encode("latin-1").decode()
                assert sent == "江门 80012345"

        run(call())


def test_after_five_failures_a_back_end_is_left_alone(tmp_path: Path) -> None:
    async def call() -> None:
        with web(says(503, b"")) as back_end:
            async with bench(tmp_path) as it:
                served = release(http_service(back_end.port))
                for _ in range(8):
                    assert (await it.ask(served, LOOK)).outcome == "error"
                assert len(back_end.seen) == 5
                begun = asyncio.get_running_loop().time()
                await it.ask(served, LOOK)
                assert asyncio.get_running_loop().time() - begun < 0.05

    run(call())


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "169.254.169.254", "10.0.0.1"],
)
def test_a_private_address_is_refused_unless_it_is_listed(tmp_path: Path, host: str) -> None:
    async def call() -> None:
        with web(says(200, GOOD)) as back_end:
            async with bench(tmp_path) as it:
                settings = HttpSettings((Words(f"http://{host}:{back_end.port}/api"),))
                served = release(http_service(back_end.port, settings=settings))
                assert (await it.ask(served, LOOK)).outcome == "error"
                assert back_end.seen == []

    run(call())


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://h/", "http://", "h/x", "http://h/?a=1"]
)
def test_only_http_and_https_are_served(tmp_path: Path, url: str) -> None:
    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(http_service(1, settings=HttpSettings((Words(url),))))
            with pytest.raises(SettingsError):
                it.runtime.broker.providers.prepare(served)

    run(call())


def test_a_value_cannot_begin_another_line_of_the_head(tmp_path: Path) -> None:
    action = HttpAction("GET", (Words("/x"),), headers=(("X-Note", (value("note", Scalar.TEXT),)),))
    look = OperationSpec("customer", InvokeKind.LOOKUP, (("note", Scalar.TEXT),), action)

    async def call() -> None:
        with web(says(200, b"")) as back_end:
            settings = HttpSettings((Words(f"http://127.0.0.1:{back_end.port}"),), (), True)
            served = release(ServiceSpec("billing", settings, (look,)))
            async with bench(tmp_path) as it:
                it.runtime.broker.providers.prepare(served)
                target = it.runtime.broker.providers.find(served, "billing", "customer")
                assert target is not None
                world = CallWorld(served.graph, NOON)
                question = Question("billing", {"note": "a\r\nX-Admin: 1"}, world, 1.0)
                assert isinstance(await target.backend.ask(look, question), Failed)
                assert back_end.seen == []

    run(call())
