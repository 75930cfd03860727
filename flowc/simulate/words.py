"""The steps of a call script that are one phrase: `wait 2s`, `agent answers after 20s`.

Knows texts only, no trees.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from flowc.simulate.script import HangUp, Happening, Happens, Silence, Step, Wait
from flowc.source import Span

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_LENGTH = re.compile(r"([0-9]{1,7})(?:\.([0-9]))?(ms|s|m|h)")
_AFTER = re.compile(r"(.+?) (?:after|for) (\S+)")


def milliseconds(text: str) -> int | None:
    """`2s`, `1.5s`, `300ms`, `2m`; None for anything else."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    whole, tenth, unit = found.groups()
    return int(whole) * _UNITS[unit] + int(tenth or 0) * _UNITS[unit] // 10


def phrase_step(text: str, span: Span) -> Step | None:
    """The step of a phrase; None where it is no step."""
    words = " ".join(text.split())
    match words:
        case "silence":
            return Silence(span)
        case "hang up" | "hangs up":
            return HangUp(span=span)
        case "caller waits" | "wait":
            return Wait(None, span)
    for start in ("wait ", "caller waits "):
        if words.startswith(start):
            length = milliseconds(words.removeprefix(start))
            return None if length is None else Wait(length, span)
    return _happening(words, span)


def _happening(words: str, span: Span) -> Step | None:
    after = _AFTER.fullmatch(words)
    what, length = after.groups() if after else (words, "0s")
    known = {happening.value: happening for happening in Happening}
    late = milliseconds(length)
    if what not in known or late is None:
        return None
    return Happens(known[what], after_ms=late, span=span)


# What a Chinese author may write first.
_IN_CHINESE = {
    "挂机": "hang up",
    "挂断": "hang up",
    "不按": "silence",
    "不按键": "silence",
    "等待": "wait 2s",
    "按": "press: 1",
    "按键": "press: 1",
    "听到": "hears: ...",
}


def step_meant(text: str) -> str | None:
    """The step that is near enough to what was written to be meant."""
    first = text.partition(":")[0].partition("：")[0].strip()
    steps = ("hears", "press", "silence", "hang up", "wait", *(each.value for each in Happening))
    near = get_close_matches(first, steps, n=1, cutoff=0.7)
    return _IN_CHINESE.get(first) or (near[0] if near and near[0] != first else None)


def phrase_of(step: Silence | Wait | HangUp | Happens) -> str:
    """The phrase that `phrase_step` reads as this step."""
    match step:
        case Silence():
            return "silence"
        case Wait(None):
            return "caller waits"
        case Wait(ms):
            return f"wait {length_text(ms or 0)}"
        case HangUp():
            return "hang up"
        case Happens(what, _, after_ms):
            return f"{what.value} after {length_text(after_ms)}" if after_ms else what.value


def length_text(ms: int) -> str:
    """A length of time as `milliseconds` reads it: `2s`, `300ms`."""
    return f"{ms // 1000}s" if ms % 1000 == 0 else f"{ms}ms"
