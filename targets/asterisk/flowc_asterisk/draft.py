"""Contexts in the making: scripts of steps, with neighbouring Sets merged into one.

The server takes one step for `Set(ARRAY(a,b)=1,2)` where two Sets would be two. A value that may
hold a comma stands alone, and one that reads what was just set waits for it. Knows no graph.
"""

from __future__ import annotations

import re

from flowc.graph.ids import BlockId
from flowc_asterisk.dialplan import Context, Extension, Priority

_MOST_MERGED = 60
_MOST_MERGED_BYTES = 3000


class Script:
    """The steps of one extension, in order."""

    def __init__(self) -> None:
        self._priorities: list[Priority] = []
        self._pending: list[tuple[str, str]] = []
        self._label = ""
        self._block: BlockId | None = None

    def set(self, name: str, value: str, *, alone: bool = False, parted: bool = True) -> None:
        """Set a channel variable; `alone` where the value may come to hold a comma or a quote.

        `parted` False: the commas in the value are marked already so that no list is parted there.
        """
        alone = alone or (parted and _is_split(value))
        if alone or self._reads_pending(value) or self._is_full(value):
            self._flush()
        self._pending.append((name, value))
        if alone:
            self._flush()

    def run(self, application: str, data: str = "") -> None:
        """Run an application."""
        self._flush()
        self._add(application, data)

    def go(self, target: str) -> None:
        """`context,extension,priority` or the end of it."""
        self.run("Goto", target)

    def label(self, name: str) -> None:
        """Name the next step."""
        self._flush()
        self._label = name

    def follow(self, block: BlockId) -> None:
        """What comes next is made from this block."""
        self._flush()
        self._block = block

    def finished(self) -> tuple[Priority, ...]:
        """All steps."""
        self._flush()
        return tuple(self._priorities)

    def _reads_pending(self, value: str) -> bool:
        words = set(re.findall(r"\w+", value))
        return any(name in words for name, _ in self._pending)

    def _is_full(self, value: str) -> bool:
        size = sum(len(held) + len(name) for name, held in self._pending) + len(value)
        return len(self._pending) >= _MOST_MERGED or size > _MOST_MERGED_BYTES

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if len(pending) == 1:
            self._add("Set", "=".join(pending[0]))
        elif pending:
            names = ",".join(name for name, _ in pending)
            values = ",".join(value for _, value in pending)
            self._add("Set", f"ARRAY({names})={values}")

    def _add(self, application: str, data: str) -> None:
        self._priorities.append(Priority(application, data, self._label, self._block))
        self._label = ""


def _is_split(value: str) -> bool:
    """Has it a comma, a quote or a backslash outside `${ }` and `$[ ]`? ARRAY would part it there."""
    depth = 0
    for place, sign in enumerate(value):
        if value[place - 1 : place] == "$" and sign in "{[":
            depth += 1
        elif sign in "}]" and depth:
            depth -= 1
        elif sign in ',"\\' and not depth:
            return True
    return False


class ContextDraft:
    """A context that grows extension by extension."""

    def __init__(self, name: str, includes: tuple[str, ...] = ()) -> None:
        self.name = name
        self.slots = 0  # ending operations so far: their states are numbered
        self._includes = includes
        self._scripts: dict[str, tuple[Script, BlockId | None]] = {}

    def extension(self, name: str, block: BlockId | None = None) -> Script:
        """A new extension's script. Raises ValueError where the name is taken."""
        if name in self._scripts:
            raise ValueError(f"{name} stands twice in {self.name}")
        script = Script()
        self._scripts[name] = (script, block)
        return script

    def finished(self) -> Context:
        extensions = (
            Extension(name, script.finished(), block)
            for name, (script, block) in self._scripts.items()
        )
        return Context(self.name, tuple(extensions), self._includes)
