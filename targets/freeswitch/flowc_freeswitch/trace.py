"""What happened in a call, read from the events that the interpreter fires in the lab.

Events of one call may come in another order than they were fired: each bears its place. Knows no
server.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from flowc.graph.ids import BlockId
from flowc.machine.trace import Assigned, Ended, Entered, HungUp, Marked, Offered, Step, Trace

SUBCLASS = "flowc::trace"


def split_words(line: str) -> dict[str, int | str]:
    """Names and values as `skeleton/words.lua` joins them. Raises ValueError for what is no number."""
    held: dict[str, int | str] = {}
    for pair in line.split("&") if line else ():
        name, _, value = pair.partition("=")
        word = unquote(value[1:])
        held[unquote(name)] = int(word) if value.startswith("n") else word
    return held


def join_words(held: Mapping[str, int | str]) -> str:
    """The reverse of `split_words`, byte for byte as the interpreter writes it."""
    pairs = (
        f"{_escaped(name)}={_sign(value)}{_escaped(str(value))}" for name, value in held.items()
    )
    return "&".join(sorted(pairs))


def _sign(value: int | str) -> str:
    return "n" if isinstance(value, int) else "s"


def _escaped(text: str) -> str:
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-"
    signs = (chr(byte) if byte in plain else f"%{byte:02x}" for byte in text.encode())
    return "".join(signs)


class TraceReader:
    """Reads one call as it goes on."""

    def __init__(self) -> None:
        """A call that has not begun."""
        self._steps: list[Step] = []
        self._times: list[int] = []
        self._early: dict[int, tuple[str, int, dict[str, int | str]]] = {}
        self._next = 1
        self.values: dict[str, int | str] = {}  # of the author's; at the end all, registers too
        self.is_over = False

    @property
    def trace(self) -> Trace:
        """What is known so far; times in milliseconds since the answer."""
        return Trace(tuple(self._steps), tuple(self._times))

    def feed(self, headers: Mapping[str, str], body: str) -> tuple[Step, ...]:
        """Take the next event of this call; the steps that are now known."""
        place = int(headers["Flowc-Place"])
        self._early[place] = (headers["Flowc-Step"], int(headers["Flowc-At"]), split_words(body))
        known = len(self._steps)
        while self._next in self._early:
            self._take(*self._early.pop(self._next))
            self._next += 1
        return tuple(self._steps[known:])

    def end(self, by: str, at: int) -> None:
        """Take the end of a call that does not tell of it: nothing of its release follows it."""
        if not self.is_over:
            self._steps.append(HungUp(by))
            self._times.append(at)
        self.is_over = True

    def _take(self, word: str, at: int, held: Mapping[str, int | str]) -> None:
        if word == "over":
            self.is_over, self.values = True, dict(held)
            return
        step = _step(word, held)
        if isinstance(step, Assigned):
            self._note(step)
        self._steps.append(step)
        self._times.append(at)

    def _note(self, step: Assigned) -> None:
        if step.value is None:
            self.values.pop(step.variable, None)
        else:
            self.values[step.variable] = step.value


def _step(word: str, held: Mapping[str, int | str]) -> Step:
    first = str(held.get("1", ""))
    match word:
        case "entered":
            return Entered(BlockId.parse(first))
        case "offered":
            return Offered(tuple(first.split(" ")))
        case "ended":
            return Ended(BlockId.parse(first), str(held["2"]))
        case "assigned":
            return Assigned(first, held.get("2"))
        case "marked":
            return Marked(first)
        case "hungup":
            return HungUp(first)
        case _:
            raise ValueError(f"{word!r} is no step")
