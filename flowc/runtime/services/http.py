"""`kind: http`: one exchange with the project's own host, bounded in time, size and depth.

Knows nothing of calls. Values are encoded on their way out, and nothing that comes back is trusted
further than `strict_json` trusts it.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx

from flowc.expression.evaluate import Undecided, evaluate
from flowc.expression.operators import type_of
from flowc.expression.types import Scalar
from flowc.graph.as_json import Json
from flowc.graph.operations import InvokeKind
from flowc.graph.services import (
    BodyForm,
    HttpAction,
    HttpSettings,
    NamedTemplates,
    OperationSpec,
    Template,
    Value,
)
from flowc.runtime.services.addresses import NoAddress, RefusedAddress, checked_address
from flowc.runtime.services.model import (
    Declared,
    Done,
    Failed,
    Question,
    Reply,
    SettingsError,
    Unknown,
    by_word,
)
from flowc.runtime.services.strict_json import MOST_BYTES, BadJson, read_json
from flowc.runtime.services.templates import constant, filled
from flowc.runtime.services.trust import believed

MOST_REDIRECTS = 3
NAMES_AT_ONCE = 4


class HttpBackend:
    """A host of the project. Scheme, host and port are the settings' and nothing can change them."""

    def __init__(
        self, settings: HttpSettings, folder: Path, environment: Mapping[str, str]
    ) -> None:
        """Nothing is connected yet. Raises SettingsError."""
        self._base = _checked_base(constant(settings.url, environment))
        self._allow_private = settings.allow_private
        self._names = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")
        headers = {name: constant(value, environment) for name, value in settings.headers}
        self._headers = {name: _header(value) for name, value in headers.items()}
        # The machine's proxies are not the project's, and its own checks would be passed by.
        self._client = httpx.AsyncClient(
            verify=believed(settings, self._base, folder, environment),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - one deadline over the whole exchange stands in `ask`
        )

    async def ask(self, operation: OperationSpec, question: Question) -> Reply:
        """One exchange, and at most three redirects within the host for a look-up."""
        exchange = _Exchange()
        try:
            async with asyncio.timeout(question.seconds):
                request = self._request(operation, question)
                return await self._replied(operation, request, exchange)
        except TimeoutError:
            return exchange.lost("no answer in time")
        except (NoAddress, httpx.HTTPError, OSError) as error:
            return exchange.lost(f"the exchange failed: {type(error).__name__}")
        except BadJson as error:
            return Unknown(f"the answer is {error}")
        except (RefusedAddress, Undecided, ValueError) as error:
            return Failed(f"the question was not sent: {error}", refused=True)

    async def close(self) -> None:
        """Close every connection."""
        self._names.shutdown(wait=False, cancel_futures=True)
        await self._client.aclose()

    def _request(self, operation: OperationSpec, question: Question) -> httpx.Request:
        action = operation.action
        if not isinstance(action, HttpAction):
            raise SettingsError(f"{operation.name} is no HTTP operation")
        path = filled(action.path, question, _segment)
        query = urlencode(_filled(action.query, question))
        url = self._base + path + (f"?{query}" if query else "")
        headers = {**self._headers, "Accept": "application/json", "Accept-Encoding": "identity"}
        for name, value in _filled(action.headers, question):
            headers[name] = _header(value)
        if question.key:
            headers["Idempotency-Key"] = question.key
        body = _body(action, question, headers)
        sent = httpx.Headers(headers, encoding="latin-1")  # as `_header` made them
        return self._client.build_request(action.method, url, headers=sent, content=body)

    async def _replied(
        self, operation: OperationSpec, request: httpx.Request, exchange: _Exchange
    ) -> Reply:
        for _ in range(MOST_REDIRECTS + 1):
            await self._pin(request, exchange)
            response = await self._client.send(request, stream=True)
            try:
                onward = self._onward(operation, request, response)
                if onward is None:
                    return _read(operation, response.status_code, await _body_of(response))
                request = onward
            finally:
                await response.aclose()
        return Unknown("too many redirects")

    async def _pin(self, request: httpx.Request, exchange: _Exchange) -> None:
        """Connect to the address that was checked, under the name that was asked for."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await checked_address(host, port, self._allow_private, self._names)
        request.extensions["sni_hostname"] = host
        request.extensions["trace"] = exchange.note
        request.url = request.url.copy_with(host=address)

    def _onward(
        self, operation: OperationSpec, request: httpx.Request, response: httpx.Response
    ) -> httpx.Request | None:
        """The next request of a look-up that is led on within its own host."""
        if operation.kind is not InvokeKind.LOOKUP or not response.has_redirect_location:
            return None
        named = request.url.copy_with(host=httpx.URL(self._base).host)
        target = named.join(response.headers["location"])
        if (target.scheme, target.host, target.port) != (named.scheme, named.host, named.port):
            return None
        headers = [(n, v) for n, v in request.headers.raw if n.lower() != b"content-length"]
        return self._client.build_request("GET", target, headers=headers)


class _Exchange:
    """Knows whether a question has begun to leave."""

    def __init__(self) -> None:
        self.sent = False

    async def note(self, event: str, _info: object) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = True

    def lost(self, why: str) -> Reply:
        return Unknown(why) if self.sent else Failed(why, again=True)


def _checked_base(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise SettingsError("a service's URL cannot be read") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SettingsError("a service's URL begins with http:// or https:// and a host")
    if parsed.query or parsed.fragment:
        raise SettingsError("a service's URL has no `?` and no `#`: fields go under `query`")
    return url.rstrip("/")


def _body(action: HttpAction, question: Question, headers: dict[str, str]) -> bytes:
    match action.body_form:
        case BodyForm.NONE:
            return b""
        case BodyForm.FORM:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return urlencode(_filled(action.body, question)).encode()
        case BodyForm.JSON:
            headers["Content-Type"] = "application/json"
            fields = [(n, _json_value(t, question)) for n, t in action.body]
            return json.dumps(_nested(fields), ensure_ascii=False).encode()


def _filled(fields: NamedTemplates, question: Question) -> list[tuple[str, str]]:
    """Each field's text; those that come out empty are not sent."""
    texts = [(name, filled(value, question)) for name, value in fields]
    return [(name, text) for name, text in texts if text != ""]


def _segment(value: str) -> str:
    """A value as one segment of a path; `.` and `..` would climb."""
    if value in (".", "..", ""):
        raise ValueError("a value cannot stand in a path")
    return quote(value, safe="")


def _header(value: str) -> str:
    """A header's value. Raises ValueError where it could end the line."""
    if any(ord(mark) < 32 or ord(mark) == 127 for mark in value):
        raise ValueError("a header's value holds a control character")
    return value.encode("utf-8").decode("latin-1")


def _json_value(template: Template, question: Question) -> Json:
    """A field that is one value keeps its type; else it is text."""
    match template:
        case (Value(expression),):
            kind = type_of(expression)
            if kind in (Scalar.BOOL, Scalar.INT, Scalar.DURATION):
                value = evaluate(expression, question.arguments, question.world)
                return bool(value) if kind is Scalar.BOOL else int(value)
    return filled(template, question)


def _nested(fields: list[tuple[str, Json]]) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for name, value in fields:
        *outer, last = name.split(".")
        inside = made
        for step in outer:
            within = inside.setdefault(step, {})
            if not isinstance(within, dict):
                raise SettingsError(f"the body's field {name} stands within a value")
            inside = within
        inside[last] = value
    return made


async def _body_of(response: httpx.Response) -> bytes:
    """The whole body, unpacked, at most 256 kB of it at any moment. Raises BadJson."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "deflate"):
        raise BadJson("in an encoding that was not asked for")
    unpack = None if encoding == "identity" else zlib.decompressobj(wbits=47)
    body = b""
    async for chunk in response.aiter_raw():
        try:
            room = MOST_BYTES + 1 - len(body)
            body += chunk if unpack is None else unpack.decompress(chunk, room)
        except zlib.error:
            raise BadJson("packed wrongly") from None
        if len(body) > MOST_BYTES:
            raise BadJson(f"longer than {MOST_BYTES} bytes")
    return body


def _read(operation: OperationSpec, status: int, body: bytes) -> Reply:
    action = operation.action
    assert isinstance(action, HttpAction)
    declared = dict(action.statuses).get(status)
    if declared is not None:
        return Declared(declared)
    if not 200 <= status < 300:
        return _refusal(status)
    if operation.gives is None and not body.strip():
        return Done()
    return _answer(operation, action, read_json(body))


def _refusal(status: int) -> Reply:
    """4xx says that it was not done; of 5xx and the rest nobody can be sure."""
    if status in (408, 429):
        return Failed(f"status {status}", again=True)
    if 400 <= status < 500:
        return Failed(f"status {status}")
    return Unknown(f"status {status}")


def _answer(operation: OperationSpec, action: HttpAction, answer: Json) -> Reply:
    for step in action.at:
        if not isinstance(answer, dict) or step not in answer:
            return Unknown("the answer lacks the field that holds it")
        answer = answer[step]
    reply = by_word(operation, answer)
    return Done() if isinstance(reply, Done) and operation.gives is None else reply
