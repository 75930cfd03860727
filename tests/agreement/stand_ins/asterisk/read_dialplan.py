"""extensions.conf, read as the server reads it, but strictly: what it would only warn of is refused.

Bytes are read as they are (each a sign of its own), since the server counts and cuts bytes. Knows
which applications and functions there are only by the names it is given.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..line import StandInError
from .arguments import stripped
from .dialplan import MOST_NAME, Context, Dialplan, Extension, Step

MOST_LINE = 8190
_CONTEXT = re.compile(r"\[([^\]]*)\]")
_PRIORITY = re.compile(r"[ \t]*(n|[0-9]+)(?:\(([^()]*)\))?[ \t]*")


def read_dialplan(texts: Collection[bytes], applications: Collection[str]) -> Dialplan:
    """The contexts of some files, one after another. Raises StandInError with the line's number."""
    reader = _Reader(applications)
    for text in texts:
        reader.read(text.decode("latin-1"))
    return reader.finished()


class _Reader:
    def __init__(self, applications: Collection[str]) -> None:
        self._applications = frozenset(applications)
        self._contexts: dict[str, Context] = {}
        self._context: Context | None = None
        self._extension: Extension | None = None
        self._priority = 0
        self._number = 0

    def read(self, text: str) -> None:
        self._context = None
        for self._number, raw in enumerate(text.split("\n"), start=1):
            if len(raw) > MOST_LINE:
                raise self._fault("a line that the server skips, as it is too long")
            line = stripped(self._without_comment(raw))
            if line:
                self._line(line)

    def finished(self) -> Dialplan:
        for context in self._contexts.values():
            for name in context.includes:
                if name not in self._contexts:
                    raise StandInError(f"[{context.name}] includes [{name}], which is not there")
        return Dialplan(self._contexts)

    def _fault(self, why: str) -> StandInError:
        where = "" if self._context is None else f" in [{self._context.name}]"
        return StandInError(f"line {self._number}{where}: {why}")

    def _without_comment(self, line: str) -> str:
        """A `;` ends a line unless a backslash stands before it, which then goes."""
        at = line.find(";")
        while at >= 0:
            if at and line[at - 1] == "\\":
                line = line[: at - 1] + line[at:]
                at = line.find(";", at)
            elif line[at + 1 : at + 3] == "--":
                raise self._fault("a comment of many lines begins")
            else:
                return line[:at]
        return line

    def _line(self, line: str) -> None:
        if line.startswith("["):
            self._head(line)
            return
        if line.startswith("#"):
            raise self._fault("another file is taken in")
        name, sign, value = line.partition("=")
        if not sign:
            raise self._fault("no `=`")
        value = stripped(value.removeprefix(">"))
        match stripped(name).lower():
            case "exten":
                exten, _, rest = value.partition(",")
                self._begin(exten)
                self._step(rest)
            case "same":
                self._step(value)
            case "include":
                self._include(value)
            case word:
                raise self._fault(f"`{word}` is not known")

    def _head(self, line: str) -> None:
        found = _CONTEXT.fullmatch(line)
        if found is None or not found[1] or found[1].lower() in ("general", "globals"):
            raise self._fault("no head of a context")
        name = found[1]
        if len(name) > MOST_NAME:
            raise self._fault("a context's name that the server cuts")
        self._context = self._contexts.setdefault(name, Context(name))
        self._extension = None

    def _include(self, name: str) -> None:
        context = self._known_context()
        if name in context.includes or "," in name:
            raise self._fault("an include twice, or with times")
        context.includes.append(name)

    def _known_context(self) -> Context:
        if self._context is None:
            raise self._fault("no context yet")
        return self._context

    def _begin(self, name: str) -> None:
        if not name or len(name) > MOST_NAME or "/" in name or "$" in name:
            raise self._fault(f"no name of an extension: {name!r}")
        extensions = self._known_context().extensions
        self._extension = extensions.setdefault(name, Extension(name))
        self._priority = 0

    def _step(self, value: str) -> None:
        extension = self._extension
        if extension is None:
            raise self._fault("`same` before any extension")
        head, _, call = value.partition(",")
        found = _PRIORITY.fullmatch(head)
        if found is None:
            raise self._fault(f"no priority: {head!r}")
        number = self._priority + 1 if found[1] == "n" else int(found[1])
        if number < 1 or number in extension.steps or (found[1] == "n" and not self._priority):
            raise self._fault(f"the priority {head} can't be here")
        label = found[2] or ""
        if label:
            self._label(extension, label, number)
        extension.steps[number] = self._called(call)
        self._priority = number

    def _label(self, extension: Extension, label: str, number: int) -> None:
        # A label that begins with digits is taken for a priority where it is gone to.
        if label in extension.labels or label[0].isdigit():
            raise self._fault(f"the label {label} can't be here")
        extension.labels[label] = number

    def _called(self, call: str) -> Step:
        application, opened, data = call.partition("(")
        application = stripped(application)
        if application not in self._applications:
            raise self._fault(f"no application `{application}` is known")
        if not opened or ")" not in data:
            raise self._fault(f"no brackets behind {application}")
        inside, _, after = data.rpartition(")")
        if stripped(after):
            raise self._fault(f"something stands behind the last bracket: {after!r}")
        return Step(application, inside, self._number)
