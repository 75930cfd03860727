"""Who presses the keys in a call on the stand-in: a vector's presses, or a script of one string an input."""

from __future__ import annotations

from stand_in import Line
from vectors.model import Press


class VectorCaller:
    """Presses a vector's keys when their references are known."""

    def __init__(self, presses: tuple[Press, ...]) -> None:
        self.keys: list[int] = []
        self._left = [
            Press(
                key,
                one.since if i == 0 else "key",
                one.wait if i == 0 else one.spacing,
                offer=one.offer,
            )
            for one in presses
            for i, key in enumerate(one.keys)
        ]

    def waited_for(self, line: Line) -> None:
        """Silence is an answer too."""

    def due(self, line: Line) -> tuple[int, str] | None:
        if not self._left:
            return None
        press = self._left[0]
        at = self._reference(press, line)
        # Where the reference lies far back, at once: no key ends before the one before it.
        return None if at is None else (max([at + press.wait, *self.keys[-1:]]), press.keys)

    def pressed(self, at: int) -> None:
        self._left.pop(0)
        self.keys.append(at)

    def _reference(self, press: Press, line: Line) -> int | None:
        if press.since == "key":
            return self.keys[-1]
        if len(line.begins) < press.offer:
            return None
        if press.since == "begin":
            return line.begins[press.offer - 1]
        # While an offer's audio still runs, nobody knows when it will have ended.
        ended = len(line.begins) > press.offer or line.waits
        return line.ends[press.offer - 1] if ended else None


class ScriptCaller:
    """One string of keys an input, 100 ms apart; None is silence; at the end the caller hangs up."""

    def __init__(self, keys: tuple[str | None, ...]) -> None:
        self._script = list(keys)
        self._due: list[tuple[int, str]] = []

    def waited_for(self, line: Line) -> None:
        if not self._script:
            line.hung_up = True
            return
        keys = self._script.pop(0)
        for place, key in enumerate(keys or "", start=1):
            self._due.append((line.now + 100 * place, key))

    def due(self, _: Line) -> tuple[int, str] | None:
        return self._due[0] if self._due else None

    def pressed(self, _: int) -> None:
        self._due.pop(0)
