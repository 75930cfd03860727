"""What callers of the measured path do: the measured call, and the calls that tell variants apart.

`SAME`: the presses, and the mark that the compiled path and its hand-written twins must all leave.
The first key comes a second after the answer, since Asterisk's Answer and Playback would lose it.
Knows no server.
"""

from __future__ import annotations

from dataclasses import dataclass

KEY_S = 0.05  # how long a key is pressed, and the pause behind it


@dataclass(frozen=True, slots=True)
class Script:
    """What one caller does: seconds to wait and keys to press, again and again, then it waits."""

    name: str
    presses: tuple[tuple[float, str], ...]


ACCOUNT = "80012345"
MEASURED = Script("measured", ((1.0, "1"), (0.3, f"{ACCOUNT}#")))
SAME = {
    "found": (((1.0, "1"), (0.3, f"{ACCOUNT}#")), "told"),
    "other_branch": (((1.0, "1"), (0.3, "71234567")), "told"),
    "faults": (((1.0, "2"),), "faults"),
    "zero_in_menu": (((1.0, "0"),), "person"),
    "zero_in_entry": (((1.0, "1"), (0.3, "0#")), "person"),
    "wrong_keys": (((1.0, "5"), (0.5, "7"), (0.5, "8")), "person"),
    "wrong_then_right": (((1.0, "5"), (0.5, "1"), (0.3, "1234#"), (0.5, ACCOUNT)), "told"),
    "too_short_thrice": (((1.0, "1"), (0.3, "12#"), (0.5, "123#"), (0.5, "1#")), "person"),
    "star_is_back": (((1.0, "1"), (0.3, "12**#"), (0.5, "2")), "faults"),
    "star_clears": (((1.0, "1"), (0.3, f"12*{ACCOUNT}#")), "told"),
    "four_repeats": (((1.0, "9"), (0.3, "9"), (0.3, "9"), (0.3, "9"), (0.5, "2")), "faults"),
    "skip_then_key": (((1.0, "#"), (0.5, "1"), (0.3, ACCOUNT)), "told"),
    "late_hash_swallowed": (((1.0, "1"), (0.3, ACCOUNT), (0.2, "#")), "told"),
    "silent": ((), "person"),
    "silence_and_wrong": (((7.0, "5"), (6.0, "5"), (0.5, "5")), "person"),
}
SCRIPTS = (MEASURED, *(Script(name, presses) for name, (presses, _) in SAME.items()))
