"""Which numbers may be dialled: one rule, for what a flow names and for what a call makes. Knows neither
calls nor graphs."""

from __future__ import annotations

import re

_NUMBER = re.compile("[0-9]+")


def is_allowed(number: str, allowed: tuple[str, ...]) -> bool:
    """May these digits be dialled? `allowed` holds numbers, or beginnings that end in `*`."""
    if not _NUMBER.fullmatch(number):
        return False
    return any(
        number.startswith(one[:-1]) if one.endswith("*") else number == one for one in allowed
    )
