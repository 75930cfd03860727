"""JSON from a back end that may be broken or hostile: what two readers could read in two ways is refused.

Knows no types: what a field must be is checked against the service's declaration later.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from flowc.graph.as_json import Json

MOST_BYTES = 256 * 1024
DEEPEST = 32
MOST_DIGITS = 40


class BadJson(ValueError):  # noqa: N818 - reads as what it is
    """A text that is not JSON as we take it; the message shows nothing of it."""


def read_json(body: bytes) -> Json:
    """The value of a body. Numbers with a fraction come as decimal text, exact to the last digit.

    Raises BadJson for: no UTF-8, a byte order mark, lone surrogates, duplicate keys, NaN and
    infinities, more than 32 levels, numbers of more than 40 characters or with an exponent out of
    reach.
    """
    try:
        text = body.decode("utf-8")
        _check_depth(text)
        value: Json = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=_decimal_text,
            parse_int=_whole,
        )
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        raise BadJson("not proper UTF-8") from None
    except (RecursionError, json.JSONDecodeError):
        raise BadJson("not JSON") from None
    return value


def _check_depth(text: str) -> None:
    """Count levels before the parser meets them; brackets within texts do not count."""
    depth, within, escaped = 0, False, False
    for mark in text:
        if within:
            escaped, within = (not escaped and mark == "\\"), escaped or mark != '"'
        elif mark == '"':
            within = True
        elif mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise BadJson(f"nested deeper than {DEEPEST}")
        elif mark in "]}":
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise BadJson("a key stands twice in an object")
    return held


def _no_constant(name: str) -> Json:
    raise BadJson(f"{name} is no number")


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise BadJson("a number of too many digits")
    return int(text)


def _decimal_text(text: str) -> str:
    try:
        value = Decimal(text) if len(text) <= MOST_DIGITS else None
    except InvalidOperation:  # an exponent that Decimal itself does not hold
        value = None
    if value is None or not -MOST_DIGITS < value.adjusted() < MOST_DIGITS:
        raise BadJson("a number out of reach")
    return format(value, "f")
