"""Was what a trace says was offered really heard? A silent or missing file passes no test here.

Knows no server: it compares a trace with the sounds that a caller heard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowc.machine.trace import Ended, Entered, HungUp, Offered, Trace
from flowc.target import HeardSound

# A sound that had less time than this before something else happened may not have been heard.
SURE_MS = 400
BETWEEN_MS = 70  # what some servers need from file to file


def unheard(
    trace: Trace,
    heard: Sequence[HeardSound],
    lengths: Mapping[str, int],
    hushed: Sequence[int] = (),
) -> tuple[str, ...]:
    """The sounds that were offered, and had the time to be heard, but were not, in order.

    `lengths` in ms by sound key; a sound without one can't be looked for.
    """
    missing: list[str] = []
    place = 0
    for sound in expected_sounds(trace, lengths, hushed):
        found = _next(heard, place, sound)
        if found is None:
            missing.append(sound)
        else:
            place = found + 1
    return tuple(missing)


def expected_sounds(
    trace: Trace, lengths: Mapping[str, int], hushed: Sequence[int] = ()
) -> list[str]:
    """The sounds that were offered and had the time to be heard, in order.

    `hushed`: when the caller pressed a key, in ms since the answer: it may stop a prompt (the first
    of an entry, or skip), and no step tells of that.
    """
    sounds: list[str] = []
    for place, step in enumerate(trace.steps):
        if not isinstance(step, Offered):
            continue
        at, until = trace.times[place], _next_moment(trace, place)
        until = min((moment for moment in (*hushed, until) if moment > at), default=until)
        for sound in step.sounds:
            if sound not in lengths or until - at < SURE_MS:
                break
            sounds.append(sound)
            at += lengths[sound] + BETWEEN_MS
    return sounds


def _next_moment(trace: Trace, place: int) -> int:
    """When what follows a prompt happened; a prompt goes on through what takes no time."""
    for step, at in zip(trace.steps[place + 1 :], trace.times[place + 1 :], strict=True):
        if isinstance(step, Entered | Ended | HungUp | Offered) and at > trace.times[place]:
            return at
    return trace.times[-1]


def _next(heard: Sequence[HeardSound], place: int, sound: str) -> int | None:
    for at in range(place, len(heard)):
        if heard[at].sound == sound or sound in heard[at].also:
            return at
    return None
