"""What callers do: the measured call, and the calls that tell two dialplans of one meaning apart.

`ends`: the mark that the compiled path and its hand-written twin must both leave. The first key
comes a second after the answer, since Answer and the greeting's Playback would lose it.
"""

from __future__ import annotations

from asterisk_lines import Script

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
