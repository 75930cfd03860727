"""Does the runtime on this host serve a release? Asked of its page of health, before calls enter it.

A runtime that refuses a release (a secret that it was not given, say) answers every question of its
calls with nothing. Knows no telephone system.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

TAKEN_UP_WITHIN_S = 4.0  # it looks for releases each second, and reads one in less
LOOK_EVERY_S = 0.2
_ANSWERS_WITHIN_S = 2.0
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pages:
    """What the page says: the ids of the releases that are served, and of those that are refused."""

    served: Collection[str]
    refused: Collection[str]


async def taken_up(port: int, release8: str) -> Pages | None:
    """What the runtime says once it has looked at a release that was just put in its place, or has
    had the time to; None where no page answers on this host's loopback."""
    end = asyncio.get_running_loop().time() + TAKEN_UP_WITHIN_S
    while pages := await _asked(port):
        is_known = release8 in pages.served or release8 in pages.refused
        if is_known or asyncio.get_running_loop().time() > end:
            break
        await asyncio.sleep(LOOK_EVERY_S)
    return pages


async def _asked(port: int) -> Pages | None:
    return await asyncio.to_thread(_asked_now, port)


def _asked_now(port: int) -> Pages | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWERS_WITHIN_S)
    try:
        connection.request("GET", "/health")
        told = json.loads(connection.getresponse().read(_MOST_BYTES))
        return Pages(tuple(map(str, told["releases"])), tuple(map(str, told["refused"])))
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
