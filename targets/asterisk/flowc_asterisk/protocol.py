"""What the dialplan and the gateway agree on: channel variables, the request's path, filler music.

A request is `agi://<runtime>/<password>/<release8>/<site>`, with no arguments; `/after` behind it where
another channel asks for a call that is over. The server shows it in its log and in a call's record, so
it holds a password made of the token, and not the token. The gateway
1. reads `NONCE` and, before any effect, sets `BEGUN` to it,
2. reads the flow's variables by `quote.variable` (and `TOKEN`, `OFFSET` of a lab call),
3. arms the channel's limit anew each second: `SET VARIABLE TIMEOUT(absolute) 2.5`,
4. sets each variable of `filled_by(invoke)` in that order ("" for what the answer left out),
5. sets `ANSWER` to the outcome, and last `DONE` to the nonce. Only then is the answer believed.

Filler: after 1 s without an answer, `SET MUSIC ON <filler_class(...)>`; before the answer's
variables `SET MUSIC OFF`. Knows neither side's inside.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from flowc_asterisk import quote

NONCE = "AN"
BEGUN = "AB"
ANSWER = "AO"
DONE = "AD"
LANGUAGE = "L"  # the language of the call, as the project writes it
TOKEN = "FLOWC_TOKEN"  # of a lab call's fixtures  # noqa: S105 - a variable's name
OFFSET = "FO"  # seconds between the server's clock and the call's; unset means 0
CALL = "AU"  # the id of the call that is asked for, where another channel asks
AFTER = "/after"  # ends the path of such a request
# A gateway that says nothing for so long is taken for hung: in a call, and when nobody is there any
# more for whom a channel should be kept.
HANG_LIMIT_S = 2.5
HANG_LIMIT_AFTER_S = 1.7


def password(token: str, release8: str) -> str:
    """What a release shows instead of the environment's token: whoever reads it knows no other."""
    return hmac.new(quote.token(token).encode(), release8.encode(), "sha256").hexdigest()[:32]


def request_url(runtime: str, token: str, release8: str, site: str, *, after: bool = False) -> str:
    """The AGI application's only argument. `site` is `flow.node`; `after` the end of the call."""
    place = ".".join(map(quote.segment, site.split("."))) + (AFTER if after else "")
    release = quote.release8(release8)
    return f"agi://{quote.runtime(runtime)}/{password(token, release)}/{release}/{place}"


def filler_class(release8: str, site: str, language: str) -> str:
    """The class of music that says a site's filler once; the server cuts a class's name at 79 bytes."""
    place = ".".join(map(quote.segment, site.split(".")))
    name = f"fl-{quote.release8(release8)}.{place}.{quote.language(language)}"
    if len(name) <= quote.MOST_NAME:
        return name
    return f"fl-{quote.release8(release8)}-{sha256(name.encode()).hexdigest()[:32]}"


def quiet_class(release8: str) -> str:
    """A class of silence. A class that is begun again goes on where it was left, unless another
    came between: so each filler is followed by this one."""
    return f"fl-{quote.release8(release8)}-quiet"
