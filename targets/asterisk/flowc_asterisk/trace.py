"""What happened in a call, read from the manager's events: the trace that every executor gives.

Only the lab reads it so; in production nothing is traced. Blocks are entered where their extension
runs its first step; outcomes are told by `O`, or by the state that the keys named. Knows the names
that the lowering gives, and no server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from flowc.expression.types import WHOLE_NUMBERS
from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph
from flowc.graph.operations import OUTCOME, Collect, Ending, Invoke, Options, Record
from flowc.machine.machine import filled_by
from flowc.machine.trace import (
    Assigned,
    Ended,
    Entered,
    HungUp,
    Marked,
    Offered,
    Step,
    Trace,
)
from flowc_asterisk import quote
from flowc_asterisk.layout import attempts_in_line, led_into, named_by_key
from flowc_asterisk.lower_input import SWALLOW
from flowc_asterisk.lower_speech import MORE

Event = Mapping[str, str]
AT = "Timestamp"  # seconds as decimal text, from whoever received the event
_CHOSEN = re.compile(r"[0-9]k([0-9*#])")
_CONDITIONAL = re.compile(r"([01])\?Playback\((.*)\)")
_UNSAID = "nil"
_BEGINS = frozenset({"Read", "AGI", "Originate", "Queue", "Dial", "Record"})


class TraceReader:
    """Reads one call as it goes on."""

    def __init__(self, graph: FlowGraph, release8: str, sounds: str) -> None:
        """A call of that release that has not begun."""
        self._graph = graph
        self._release = release8
        self._folder = f"{sounds}/"
        self._numbers = dict(graph.numbers)
        self._in_line = attempts_in_line(graph)
        self._led_into: tuple[BlockId, ...] = ()  # the blocks whose first step comes next
        self._steps: list[Step] = []
        self._times: list[int] = []
        self._told = frozenset(
            name for name in graph.variables if not name.startswith(("call.", "clock."))
        )
        self._held: dict[str, int | str] = {}
        self._raw: dict[str, str] = {}
        self._block: BlockId | None = None
        self._ending: Ending | None = None
        self._began = False
        self._chosen = ""
        self._said: tuple[str, ...] = ()
        self.begins: list[float] = []  # when each offer began, on the clock of the events
        self._swallowed = False
        self._by = "caller"
        self._over = False
        self._now = self._zero = 0.0

    @property
    def trace(self) -> Trace:
        """What is known so far; of a prompt in parts, the parts that have begun."""
        if not self._said:
            return Trace(tuple(self._steps), tuple(self._times))
        begun = self._moment(self.begins[-1])
        return Trace((*self._steps, Offered(self._said)), (*self._times, begun))

    @property
    def zero(self) -> float:
        """When the call was answered, on the clock of the events; 0 before."""
        return self._zero

    def value(self, name: str) -> str:
        """A variable or register as the server last held it."""
        return self._raw.get(name, "")

    def feed(self, event: Event) -> None:
        """Take the next event; other kinds than Newexten and VarSet mean nothing."""
        self._now = float(event.get(AT, "0"))
        match event.get("Event", ""):
            case "Newexten":
                self._executed(event)
            case "VarSet":
                self._set(event.get("Variable", ""), _plain(event.get("Value", "")))
            case _:
                pass

    # --- steps of the dialplan

    def _executed(self, event: Event) -> None:
        context, exten = event.get("Context", ""), event.get("Extension", "")
        application, data = event.get("Application", ""), event.get("AppData", "")
        first = event.get("Priority", "") == "1"
        if application == "Answer" and not self._zero:
            self._zero = self._now
        if context == quote.own_context(self._release, "hangup"):
            self._hung_up()
        node = quote.node_of(context)
        if node is None or node[0] != self._release:
            return
        if not self._swallowed:
            for block in self._begun_by(application, exten, node, first=first):
                self._entered(block)
        self._passed(exten, first=first)
        self._done(application, data, exten)

    def _begun_by(
        self, application: str, exten: str, node: tuple[str, str, str], *, first: bool
    ) -> Iterator[BlockId]:
        """The blocks that a step is the first of; a cue may have no step of its own."""
        entry = self._numbers.get(exten)
        if entry is not None:
            yield from self._entered_by(application, entry)
        part = quote.part_of(exten)
        if part is None:
            return
        block = BlockId(node[1], node[2], part)
        if first:
            yield block
        if application == "Read" and block in self._in_line:
            yield self._in_line[block]

    def _entered_by(self, application: str, entry: BlockId) -> tuple[BlockId, ...]:
        """In a number's extension: the steps up to Answer are the number's own."""
        if application == "Answer":
            self._led_into = led_into(self._graph, entry)
            return (entry,)
        led, self._led_into = self._led_into, ()
        if not led or application == "Read" or not self._reads(led[-1]):
            return led
        self._led_into = led[-1:]
        return led[:-1]

    def _reads(self, block: BlockId) -> bool:
        return any(isinstance(one, Collect) for one in self._graph.blocks[block].operations)

    def _passed(self, exten: str, *, first: bool) -> None:
        chosen = _CHOSEN.fullmatch(exten)
        if chosen:
            self._chosen = chosen[1]
        if exten.startswith(SWALLOW):
            self._swallowed = True
        if exten == "T" and not first:
            self._ending = None
            self._by = "limit"

    def _done(self, application: str, data: str, exten: str) -> None:
        if application in ("Playback", "Read"):
            self._offered(application, data)
        elif application == "ExecIf" and (said := _CONDITIONAL.fullmatch(data)):
            # What ExecIf runs has no event of its own; and the last part of a prompt, unsaid, ends it.
            rest = MORE if said[2].endswith(MORE) else ""
            self._offered("Playback", said[2] if said[1] == "1" else f"{_UNSAID}{rest}")
        elif application == "Hangup" and exten != "T":
            self._by = "flow"
        if application in _BEGINS and self._ending is not None:
            self._began = True

    def _entered(self, block: BlockId) -> None:
        if block not in self._graph.blocks:
            return
        self._cut_short()
        self._finish(block)
        self._block = block
        operations = self._graph.blocks[block].operations
        last = operations[-1] if operations else None
        self._ending = last if isinstance(last, Ending) else None
        self._began, self._chosen = False, ""
        self._raw[OUTCOME] = ""
        if self._by == "limit":
            self._by = "caller"
        self._tell(Entered(block))

    def _offered(self, application: str, data: str) -> None:
        fields = data.split(",")
        files = fields[1 if application == "Read" else 0] if len(fields) > 1 else data
        found = tuple(self._keys(files))
        if found and not self._said and not self._swallowed:
            self.begins.append(self._now)
        if application == "Playback" and data.endswith(MORE):
            self._said += found
            return
        sounds, self._said = self._said + found, ()
        if application == "Read" and self._swallowed:
            self._swallowed = False
        elif sounds:
            self._tell(Offered(sounds), self.begins[-1])

    def _cut_short(self) -> None:
        """No more of a prompt in parts will be said."""
        sounds, self._said = self._said, ()
        if sounds:
            self._tell(Offered(sounds), self.begins[-1])

    def _keys(self, files: str) -> Iterable[str]:
        for file in files.split("&"):
            key = file.removeprefix(self._folder)
            if key not in ("", "nil", file):
                yield key

    def _hung_up(self) -> None:
        if not self._over:
            self._cut_short()
            self._over = True
            self._ending = None
            self._tell(HungUp(self._by))

    # --- variables

    def _set(self, variable: str, value: str) -> None:
        if variable == "MK":
            self._tell(Marked(value.rpartition(" ")[2]))
            return
        if variable == quote.COUNTS:
            for counter, count in zip(quote.COUNTERS, value.split("/"), strict=True):
                self._hold(counter, count)
            return
        name = quote.variable_name(variable)
        if name is not None:
            self._hold(name, value)

    def _hold(self, name: str, value: str) -> None:
        self._raw[name] = value
        if name in self._told and not (self._began and self._ending is not None):
            self._assigned(name)

    def _assigned(self, name: str) -> None:
        raw = self._raw.get(name, "")
        held = self._as_held(name, raw)
        if held != self._held.get(name):
            self._tell(Assigned(name, held))
        if held is None:
            self._held.pop(name, None)
        else:
            self._held[name] = held

    def _as_held(self, name: str, raw: str) -> int | str | None:
        if raw == "":
            return None
        whole = self._graph.variables.get(name) in WHOLE_NUMBERS
        return int(raw) if whole and re.fullmatch("-?[0-9]+", raw) else raw

    def _finish(self, following: BlockId) -> None:
        """The block's ending operation has ended, since another block begins."""
        ending, self._ending = self._ending, None
        if ending is None or self._block is None:
            return
        outcome = self._raw.get(OUTCOME, "")
        if not outcome and isinstance(ending, Collect) and isinstance(ending.entry, Options):
            outcome = self._key_to(following) or self._chosen
        self._tell(Ended(self._block, outcome or "done"))
        for name in self._filled(ending):
            if name in self._told:
                self._assigned(name)

    def _key_to(self, following: BlockId) -> str:
        """The key of the menu that a block is called by."""
        assert self._block is not None
        named = named_by_key(self._graph.blocks[self._block])
        return next((key for key, to in named.items() if to == following), "")

    def _filled(self, ending: Ending) -> tuple[str, ...]:
        match ending:
            case Invoke():
                return filled_by(ending, self._graph.languages)
            case Collect(into=into) | Record(into=into):
                return (into,) if into else ()
            case _:
                return ()

    def _tell(self, step: Step, at: float | None = None) -> None:
        self._steps.append(step)
        self._times.append(self._moment(self._now if at is None else at))

    def _moment(self, at: float) -> int:
        return round((at - self._zero) * 1000) if self._zero else 0


def _plain(value: str) -> str:
    """VarSet tells values as a C string would be written."""
    return re.sub(r"\\(.)", lambda sign: _ESCAPES.get(sign[1], sign[1]), value)


_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
