"""The hostile words: what callers, back ends and authors may say to make text into code.

Each is named by the idea behind it. `CORE` has one of each idea, `DERIVED` wraps every order that a
server takes in every way out of a string.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.injection.words import GROUPS, MARK


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile string; `text` may hold the three words that `armed` replaces."""

    name: str
    text: str

    def armed(self, case: str, folder: str) -> str:
        """The text as it is sent, with the canary of one case."""
        file = f"{folder}/{case}"
        words = {"@RUN@": f"touch {file}", "@FILE@": file, "@ID@": case}
        text = self.text
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        return text


# Ways out of whatever a text stands in, and what is tried once outside.
_OUT = ('"', "'", ")", "}", "]", "]]", ",", ";", "&", "|", "\n", "\r\n", "\\", '\\"', "<", "%0a")
_ORDERS = (
    "${SHELL(@RUN@)}",
    "System(@RUN@)",
    "Goto(evil,s,1)",
    "ADMIN=yes",
    "SET VARIABLE ADMIN yes",
    "Variable: ADMIN=yes",
    "api system @RUN@",
    "${system(@RUN@)}",
    "os.execute('@RUN@')",
    '<action application="system" data="@RUN@"/>',
    "loopback/premium99/evil",
    "PJSIP/premium99@trunk",
    "INSERT INTO canary VALUES ('@ID@')",
    "X-Evil: 1",
    MARK,
)


def _core() -> tuple[Attack, ...]:
    named = (
        Attack(f"{group} {place}", text)
        for group, texts in GROUPS.items()
        for place, text in enumerate(texts, 1)
    )
    return tuple({each.text: each for each in named}.values())


def _derived() -> tuple[Attack, ...]:
    known = {each.text for each in CORE}
    found: dict[str, Attack] = {}
    for one, out in enumerate(_OUT, 1):
        for two, order in enumerate(_ORDERS, 1):
            back = out if out in ('"', "'") else ""
            text = f"x{out}{order}{back}"
            if text not in known:
                found[text] = Attack(f"derived {one}.{two}", text)
    return tuple(found.values())


def _keys() -> tuple[Attack, ...]:
    """Keys are all that a caller can press; these are pressed in every order that might mean more."""
    thought_of = (
        *("*", "#", "**", "##", "*#06#", "#1", "1#", "12#", "ABC", "D", "A", "0", "9", "3"),
        *("1*", "1**", "1*#", "1#*", "1A2B#", "1123*45#", "11*2*3*4#", "1" * 40, "1" + "9" * 25),
        *("1" + "*" * 30, "1" + "#" * 10, "1" + "A" * 10, "*1*2*3*", "1100#", "1110#", "1911#"),
        *("10088216100100#", "1*72100#", "1" + "0" * 30 + "#", "12" + "D" * 12, "2#*0*#9*"),
    )
    chance = random.Random(7)
    signs = "0123456789*#ABCD"
    drawn = ("".join(chance.choices(signs, k=chance.randint(2, 14))) for _ in range(90))
    return tuple(
        Attack(f"keys {place}", keys) for place, keys in enumerate((*thought_of, *drawn), 1)
    )


CORE = _core()
DERIVED = _derived()
ALL = (*CORE, *DERIVED)
KEYS = _keys()
