"""Short words to write vectors with."""

from __future__ import annotations

from .model import Acts, Press, Vector

ASK, NO_1, NO_2, BAD_1, BAD_2 = "ask_a+ask_b", "no_1", "no_2", "bad_1", "bad_2"
CHOOSE = "choose+choices"


def after(keys: str, wait: int = 200, offer: int = 1, spacing: int = 100) -> Press:
    return Press(keys, "audio", wait, spacing, offer)


def within(keys: str, wait: int, offer: int = 1, spacing: int = 100) -> Press:
    return Press(keys, "begin", wait, spacing, offer)


def then(keys: str, wait: int, spacing: int = 100, hold: int = 60) -> Press:
    return Press(keys, "key", wait, spacing, hold=hold)


def key(wait: int = 0, back: int = 0) -> Acts:
    return Acts("key", wait, back)


SILENCE = Acts("audio", 5000)
AT_ONCE = Acts("key")


def given(name: str, where: str, *presses: Press, value: str, acts: Acts = AT_ONCE) -> Vector:
    """An entry that is taken at once."""
    return Vector(name, where, presses, ("ask: done",), "matched", acts, value)


def left(name: str, where: str, *presses: Press, way: str, acts: Acts = AT_ONCE) -> Vector:
    """An entry that leaves by `back` or `person`."""
    node = {"back": "went_back", "person": "to_person"}[way]
    return Vector(name, where, presses, (f"ask: {way}",), node, acts)


def wrong_once(name: str, keys: str, cause: str, pause: int = 0, where: str = "eight") -> Vector:
    """A wrong entry, heard of at once or after the pause, then a right one."""
    repaired = after("12345678", offer=2)
    return Vector(
        name,
        where,
        (after(keys), repaired),
        (f"ask: {cause}", "ask: done"),
        "matched",
        key(),
        "12345678",
        wrongs=1,
        cause=f"wrong({cause})",
        offered=(ASK, BAD_1),
    )


def three_wrong(name: str, keys: str, cause: str, acts: Acts) -> Vector:
    presses = tuple(after(keys, offer=offer) for offer in (1, 2, 3))
    return Vector(
        name,
        "eight",
        presses,
        (f"ask: {cause}",) * 3,
        "gave_up",
        acts,
        wrongs=3,
        cause=f"wrong({cause})",
        offered=(ASK, BAD_1, BAD_2),
    )


def chosen(
    name: str, where: str, *presses: Press, key: str, node: str, acts: Acts = AT_ONCE
) -> Vector:
    return Vector(name, where, presses, (f"menu: {key}",), node, acts)
