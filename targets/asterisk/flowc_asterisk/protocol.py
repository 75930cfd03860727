"""What the dialplan and the gateway agree on: channel variables, the request's path, filler music.

A request is `agi://<runtime>/<token>/<release8>/<site>`, with no arguments. The gateway
1. reads `NONCE` and, before any effect, sets `BEGUN` to it,
2. reads the flow's variables by `quote.variable` (and `TOKEN`, `OFFSET` of a lab call),
3. sends `SET AUTOHANGUP`-like re-arming each second: `SET VARIABLE TIMEOUT(absolute) 2.5`,
4. sets each variable of `filled_by(invoke)` in that order ("" for what the answer left out),
5. sets `ANSWER` to the outcome, and last `DONE` to the nonce. Only then is the answer believed.

Filler: after 1 s without an answer, `SET MUSIC ON <filler_class(...)>`; before the answer's
variables `SET MUSIC OFF`. Knows neither side's inside.
"""

from __future__ import annotations

from flowc_asterisk import quote

NONCE = "AN"
BEGUN = "AB"
ANSWER = "AO"
DONE = "AD"
LANGUAGE = "L"  # the language of the call, as the project writes it
TOKEN = "FLOWC_TOKEN"  # of a lab call's fixtures  # noqa: S105 - a variable's name
OFFSET = "FO"  # seconds between the server's clock and the call's; unset means 0
ALIVE = "alive"  # in the place of a release and a site
HANG_LIMIT_S = 2.5  # a gateway that says nothing for so long is taken for hung


def request_url(runtime: str, token: str, release8: str, site: str) -> str:
    """The AGI application's only argument. `site` is `flow.node`."""
    flow, node = site.split(".")
    place = f"{quote.segment(flow)}.{quote.segment(node)}"
    return f"agi://{quote.runtime(runtime)}/{quote.token(token)}/{quote.release8(release8)}/{place}"


def alive_url(runtime: str, token: str) -> str:
    """A request that the gateway ends at once: it tells a runtime that lives from one that hangs."""
    return f"agi://{quote.runtime(runtime)}/{quote.token(token)}/{ALIVE}"


def filler_class(release8: str, site: str, language: str) -> str:
    """The class of music that says a site's filler once; a class's name has at most 79 bytes."""
    return f"fl-{quote.release8(release8)}.{site}.{quote.language(language)}"[: quote.MOST_NAME]


def quiet_class(release8: str) -> str:
    """A class of silence. A class that is begun again goes on where it was left, unless another
    came between: so each filler is followed by this one."""
    return f"fl-{quote.release8(release8)}-quiet"
