"""Where the calls of a server are, and a trial call that says whether new ones get where they should.

The server's list of channels is written behind its back: a call stands in it some moments after it
began, and after its end until all is done that its end brings. How many there are it knows at once.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections import Counter

from flowc.target import Calls, ServerError
from flowc.target.install_words import not_reached, number_to_try
from flowc_freeswitch.entry import ENTRY
from flowc_freeswitch.esl.client import Esl

TRIAL_S = 10
SETTLED_S = 2.0
LOOK_S = 0.02
_COUNT = re.compile(r"^(\d+) session\(s\) - peak", re.MULTILINE)
_RELEASE = re.compile(r"[0-9a-f]{8}")
Row = dict[str, str]


async def calls_now(esl: Esl) -> Calls:
    """How many calls are in each release. Those about to enter one, or over and not yet done with,
    are between; so is one where the list does not come to tell of all. Raises EslError, ServerError."""
    rows, is_whole = await _listed(esl)
    releases = [await _release(esl, row["uuid"]) for row in rows]
    found = Counter(each for each in releases if each)
    between = sum(
        (row["direction"], row["context"], release) == ("inbound", ENTRY, "")
        for row, release in zip(rows, releases, strict=True)
    )
    return Calls(found, between + (not is_whole))


async def _listed(esl: Esl) -> tuple[list[Row], bool]:
    """The channels that the server lists, and whether these are all that it has."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SETTLED_S
    while True:
        rows = _rows(await esl.api("show channels as json"))
        known = _COUNT.search(await esl.api("status"))
        if known is not None and int(known[1]) == len(rows):
            return rows, True
        if loop.time() > end:
            return rows, False
        await asyncio.sleep(LOOK_S)


def _rows(answer: str) -> list[Row]:
    try:
        rows = json.loads(answer).get("rows", ())
        return [{name: str(row[name]) for name in ("uuid", "direction", "context")} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as reason:
        raise ServerError("FreeSWITCH does not say which calls it has") from reason


async def _release(esl: Esl, uuid: str) -> str:
    """The release that a call is in; "" where it is in none, or is over."""
    said = (await esl.api(f"uuid_getvar {uuid} flowc_release")).strip()
    return said if _RELEASE.fullmatch(said) else ""


async def try_call(esl: Esl, number: str, release: str) -> None:
    """Ring a number by the entry, until the release has answered; then hang up.

    Raises ServerError where it does not answer, or is another release. Raises EslError.
    """
    near = f"flowc-{secrets.token_hex(8)}"
    how = f"{{origination_uuid={near},originate_timeout={TRIAL_S}}}"
    target = f"loopback/{number_to_try(number)}/{ENTRY}"
    answer = (await esl.api(f"originate {how}{target} &park()")).strip()
    if not answer.startswith("+OK"):
        raise not_reached(number, release, answer.removeprefix("-ERR ")[:200])
    try:
        far = (await esl.api(f"uuid_getvar {near} other_loopback_leg_uuid")).strip()
        reached = await _release(esl, far)
    finally:
        await esl.api(f"uuid_kill {near}")
    if reached != release:
        where = f"it was in release {reached}" if reached else "it was over at once"
        raise not_reached(number, release, where)
    await _is_gone(esl, far)


async def _is_gone(esl: Esl, uuid: str) -> None:
    """A trial leaves no call behind that the next count would find."""
    try:
        async with asyncio.timeout(TRIAL_S):
            while (await esl.api(f"uuid_exists {uuid}")).strip() == "true":
                await asyncio.sleep(LOOK_S)
    except TimeoutError as reason:
        raise ServerError(f"the trial call {uuid} does not end") from reason
