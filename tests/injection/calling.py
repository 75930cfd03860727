"""From cases to calls: who says the hostile word and where, and many of them at once.

Knows flows and back ends; which server is called it is told.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Protocol
from urllib.parse import quote

from flowc.telephony.call import CallEnded
from flowc.telephony.caller import OutgoingCall
from tests.injection.callers import Placing, RawCaller, send_event, send_info
from tests.injection.cases import Case, Source
from tests.injection.far_end import ANSWER, FarEnd, Says
from tests.injection.strings import Attack

SETTLES_S = 12.0  # to an answer or a refusal; a server that says nothing has not taken the call
ENDS_S = 40.0
NUMBERS = {"all": "7000", "keys": "7001", "message": "7002"}


class Called(Protocol):
    """A server that is called."""

    caller: RawCaller


def cases_of(
    source: Source, attacks: Iterable[Attack], prefix: str, start: int, folder: str
) -> list[Case]:
    """A case a string, each with a caller of its own."""
    return [
        Case(
            f"{prefix}{start + place}",
            source,
            attack.name,
            attack.armed(f"{prefix}{start + place}", folder),
            f"139{10_000 + start + place:08d}",
        )
        for place, attack in enumerate(attacks)
    ]


PLAIN = "plain"
TORN = "\r\n\r\nplain"  # the rest of the INVITE is its body then
UNHEARD = "${plain"  # FreeSWITCH keeps no such header, so the call has no token to be known by
CUT_OFF = frozenset({TORN, UNHEARD})
LINES = "line\r\n line"
DOT = "."  # no path can hold it as a step of its own, so a question that would is not sent
# Words without harm, as many kinds of them as calls can go differently by.
_TWINS: dict[Source, tuple[str, ...]] = {
    Source.CALLER_NUMBER: ("13512345678", "anonymous", "+", "1", "9" * 25, "1234567", "+8613512345678", LINES),
    Source.CALLER_NAME: (PLAIN, LINES),
    Source.HTTP_DIGITS: ("123", "abc", ""),
    Source.SQL_WORDS: ("123", "abc", ""),
    Source.HTTP_TEXT: ("Bob", "", "a\u0007b", "a b", " Bob", "\u4e2d", DOT),
    Source.SQL_TEXT: ("Bob", "", "a\u0007b", "a b", " Bob", "\u4e2d", DOT),
    Source.HTTP_SHAPE: ("other",),
    Source.HTTP_BODY: ("{}", "nonsense"),
    Source.KEYS: ("1123#", "2#", "3", ""),
    Source.INFO: ("1", "x"),
    Source.HEADERS: (PLAIN, TORN, TORN),
    Source.LAB_HEADERS: (PLAIN, TORN, TORN, UNHEARD),
}  # fmt: skip


def twins_of(source: Source, prefix: str, start: int) -> list[Case]:
    """Calls whose words mean no harm."""
    words = _TWINS.get(source, (PLAIN,))
    return [
        Case(
            f"{prefix}t{start + place}",
            source,
            "twin",
            word,
            f"137{10_000 + start + place:08d}",
            True,
        )
        for place, word in enumerate(words)
    ]


def placing(case: Case) -> Placing:
    """How the case's call presents itself."""
    token = ("X-Flowc-Token", case.id)
    text, caller = case.text, case.caller
    match case.source:
        case Source.CALLER_NAME:
            return Placing(caller=caller, name=text, headers=(token,))
        case Source.CALLER_NUMBER:
            return Placing(caller=text, headers=(token,))
        case Source.DIALLED:
            return Placing(text, caller, headers=(token,))
        case Source.ASSERTED:
            who = f'"{_quoted(text)}" <sip:{quote(text, safe="")}@127.0.0.1>'
            sides = (("P-Asserted-Identity", who), ("Remote-Party-ID", who), ("Privacy", "none"))
            return Placing(caller=caller, headers=(token, *sides))
        case Source.DIVERSION:
            who = f'"{_quoted(text)}" <sip:{quote(text, safe="")}@127.0.0.1>;reason=unconditional'
            return Placing(caller=caller, headers=(token, ("Diversion", who)))
        case Source.LAB_HEADERS:
            names = ("X-Flowc-Language", "X-Flowc-Line")
            told = (("X-Flowc-Token", f"{case.id}{text}"), *((name, text) for name in names))
            return Placing(caller=caller, headers=told)
        case Source.HEADERS:
            names = ("Subject", "User-Agent", "X-Account", "X-Flowc", "Alert-Info", "Organization")
            return Placing(caller=caller, headers=(token, *((name, text) for name in names)))
        case Source.AUTHOR:
            return Placing(case.number, caller, headers=(token,))
        case Source.KEYS:
            return Placing(NUMBERS["keys"], caller, headers=(token,), keys=text)
        case Source.INFO:
            bodies = (
                f"Signal={text}\r\nDuration=100\r\n",
                text,
                f"Signal=1\r\nDuration={text}\r\n",
            )
            kinds = ("application/dtmf-relay", "application/dtmf", "application/dtmf-relay")
            info = tuple(zip(kinds, bodies, strict=True))
            return Placing(NUMBERS["keys"], caller, headers=(token,), info=info)
        case _:
            return Placing(caller=caller, headers=(token,))


def token_of(case: Case) -> str:
    """The call's token as it comes through the server's filter."""
    hostile = case.text if case.source is Source.LAB_HEADERS else ""
    return re.sub("[^0-9A-Za-z_]", "", f"{case.id}{hostile}")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def prepare(cases: Sequence[Case], end: FarEnd) -> None:
    """Tell the back ends what they shall say to the callers of these cases."""
    rows = []
    for case in cases:
        text, caller = case.text, case.caller
        match case.source:
            # Nothing takes the place of what the one in SQL said.
            case Source.SQL_TEXT:
                end.says[caller] = Says.json({"result": "not_found"})
                rows.append((caller, text, "123", text, None))
            case Source.SQL_WORDS:
                end.says[caller] = Says.json({"result": "not_found"})
                rows.append((caller, "Bob", text, "plain", text))
            case Source.HTTP_TEXT:
                end.says[caller] = Says.json({**ANSWER, "name": text, "word": text})
            case Source.HTTP_DIGITS:
                end.says[caller] = Says.json({**ANSWER, "number": text})
            case Source.HTTP_SHAPE:
                end.says[caller] = Says.json({**ANSWER, text: text, "result": text})
            case Source.HTTP_BODY:
                end.says[caller] = _raw(text)
            case _:
                pass  # the one in SQL knows nobody, and the other one says something plain
    end.fill(_storable(rows))


def _storable(rows: list[tuple[str, ...]]) -> list[tuple[str, str, str, str, str | None]]:
    return [row for row in rows if all(isinstance(x, str) or x is None for x in row)]  # type: ignore[misc]


def _raw(text: str) -> Says:
    """The word as the whole body, in the reason and in the head, as far as a line goes."""
    line = re.split("[\r\n]", text)[0].encode("utf-8", "surrogatepass")
    head = b"X-Said: " + line + b"\r\nLocation: /" + line + b"\r\n"
    return Says(text.encode("utf-8", "surrogatepass"), "200 OK", head)


async def play(server: Called, cases: Sequence[Case], at_once: int) -> list[tuple[Case, int]]:
    """Place a call a case, so many at once; what each was answered."""
    places = asyncio.Semaphore(at_once)

    async def one(case: Case) -> tuple[Case, int]:
        async with places:
            return case, await _played(server, case)

    return list(await asyncio.gather(*map(one, cases)))


async def _played(server: Called, case: Case) -> int:
    asked = placing(case)
    call = asked.dial(server.caller)
    try:
        await asyncio.wait_for(call.settled.wait(), SETTLES_S)
    except TimeoutError:
        call._invite.stop()
        return 0
    if call.is_answered:
        with suppress(CallEnded):
            await _spoken(call, case, asked)
        if not await call.wait_ended(ENDS_S):
            await call.hang_up()
    return call.status


async def _spoken(call: OutgoingCall, case: Case, asked: Placing) -> None:
    """What this caller does on the line."""
    if case.source is Source.KEYS:
        await asyncio.sleep(0.5)
        await call.press(asked.keys, spacing=0.09, length=0.05)
    elif case.source is Source.INFO:
        await asyncio.sleep(0.5)
        for kind, body in asked.info:
            send_info(call, kind, body)
            await asyncio.sleep(0.05)
        for code in (16, 17, 99, 255):
            send_event(call, code)
