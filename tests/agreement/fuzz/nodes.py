"""Random nodes, a function a kind: fields as an analyst might write them, a way for every outcome.

Times are short, so that calls on real servers are: that is a setting of the nodes themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flowc.syntax.write_yaml import Value
from fuzz.chance import Chance
from fuzz.expressions import Formulas, words_of
from fuzz.growing import FRAGILE, KEYS, LATE, RECORDING, SERVICE, SET, Flow, Growing, Node
from fuzz.phrases import Phrases
from fuzz.project import NOTHING
from fuzz.things import DESTINATIONS, ListOf, Operation, RecordOf, Things

Body = dict[str, Value]
TICKET = RecordOf(
    "Ticket",
    {
        "number": "digits",
        "class": "text",
        "state": "text",
        "opened": "datetime",
        "promised": "datetime",
        "card": "text",
        "urged": "int",
    },
    lacking=("promised",),  # where the class has no `handle:`
)
TICKET_RESULTS = {"open": (), "status": ("not_found",), "urge": ("not_found", "closed")}
TYPES = ("int", "digits", "bool", "money", "date", "duration")
CHOICE_SETS = (
    ("1", "2"),
    ("1", "2", "3"),
    ("1",),
    ("1", "12"),
    ("1", "12", "2"),
    ("11", "12", "2"),
    ("3", "5", "6", "4"),
    ("1", "2", "*"),
    ("1", "#"),
    ("0", "1"),
    ("123", "4"),
)
WAITS = ("1s", "2s", "2s", "3s")


@dataclass
class Writer:
    """Writes one node."""

    grown: Growing
    node: Node

    def __post_init__(self) -> None:
        self.chance: Chance = self.grown.chance
        self.things: Things = self.grown.things
        self.phrases: Phrases = self.grown.phrases
        self.flow: Flow = self.node.flow
        self.known = self.node.known or frozenset()
        self.body: Body = {}

    def write(self) -> None:
        kinds = self._ends() if self.grown.is_late(self.node) else self._kinds()
        kind = Writer.menu if self._is_main_menu else self.chance.weighed(kinds)
        self.node.body = self.body  # it may lead to itself, where that is bounded
        if self.node.number >= LATE:
            self.grown.left = 0
        kind(self)
        if self.chance.odds(0.05):
            self.body["title"] = self.phrases.name()

    # --- which kind

    @property
    def _is_main_menu(self) -> bool:
        """Where there is a person, the first node leads to it."""
        return self.grown.person is not None and self.node is self.grown.flows[0].start

    def _kinds(self) -> dict[Callable[[Writer], None], float]:
        lookups = [one for one in self.things.operations if one.is_lookup]
        requests = [one for one in self.things.operations if not one.is_lookup]
        return {
            Writer.say: 14,
            Writer.menu: 20,
            Writer.collect: 12,
            Writer.confirm: 6,
            Writer.set: 8,
            Writer.branch: 9,
            Writer.switch: 5 if self.formulas.switchable() else 0,
            Writer.hours: 4 if self.things.calendars else 0,
            Writer.lookup: 11 if lookups else 0,
            Writer.request: 5 if requests else 0,
            Writer.ticket: 4,
            Writer.queue: 3,
            Writer.transfer: 3,
            Writer.dial: 3,
            Writer.voicemail: 2,
            Writer.call: 8 if self.grown.left > 2 else 0,
            Writer.mark: 6,
            Writer.language: 4 if len(self.things.languages) > 1 else 0,
            Writer.end: 1,
        }

    def _ends(self) -> dict[Callable[[Writer], None], float]:
        if self.node is self.grown.person:
            return {Writer.queue: 2, Writer.dial: 1}
        return {Writer.end: 1}

    # --- ways

    def out(self, outcome: str, *lost: str, gained: str = "", bounded: bool = False) -> None:
        """A way for an outcome; what was lost or gained in it is known there."""
        known = (self.known - set(lost)) | ({gained} if gained else set())
        if self._inherits(outcome):
            return
        self.body[outcome] = self.grown.way(self.node, known, bounded=bounded)

    def _inherits(self, outcome: str) -> bool:
        grown, special = self.grown, {"gave_up": "person", "error": "sorry", "unknown": "sorry"}
        node = grown.person if special.get(outcome) == "person" else grown.sorry
        if outcome not in special or node is None or self.node.number >= node.number:
            return False
        always = outcome == "gave_up" and (grown.is_strict or self._is_main_menu)
        if not always and self.chance.odds(0.5):
            return False
        grown.used.add(special[outcome])
        return True

    @property
    def formulas(self) -> Formulas:
        return self.grown.formulas(self.node)

    def prompt(self, *, deaf: bool = False) -> Value:
        return self.phrases.prompt(self.formulas, self.grown.spoken(self.node), deaf=deaf)

    # --- speaking

    def say(self) -> None:
        said = self.prompt()
        lists = list(self.grown.lists(self.node))
        if lists and self.chance.odds(0.6):
            path, type_ = self.chance.pick(lists)
            said = [self.phrases.each(path, type_, self.formulas)]
        self.body["say"] = said
        self.out("then")

    def language(self) -> None:
        self.body["language"] = self.chance.pick(self.things.languages)
        self.out("then")

    def mark(self) -> None:
        self.body["mark"] = self.chance.pick(["asked", "told", "sold", "urged", "came_by"])
        self.out("then")

    def end(self) -> None:
        """A hang-up, or a return."""
        if self.flow.is_called and self.chance.odds(0.9):
            results = self.flow.results
            self.body["return"] = self.chance.pick(results) if results else NOTHING
            return
        self.body["hangup"] = self.prompt() if self.chance.odds(0.7) else NOTHING
        if self.chance.odds(0.2):
            self.body["cause"] = self.chance.pick(["16", "17", "21"])

    # --- asking the caller

    def _forget(self, names: Iterable[str]) -> None:
        self.known = self.node.known = self.known - frozenset(names)

    def menu(self) -> None:
        # Whoever comes back to a menu may have lost since what a service gave, or digits that were
        # asked for anew and wrong.
        self._forget(name for name in self.known if self.flow.sources[name] in FRAGILE)
        self.body["menu"] = self.prompt(deaf=True)
        keys = self._choice_keys()
        self.body["choices"] = {key: self._choice() for key in keys}
        if self.chance.odds(0.2):
            self.body["prompt"] = self._spoken_choices(keys)
        self._ladders()
        self.body["wait"] = self.chance.pick(WAITS)
        if self.chance.odds(0.25):
            self.body["tries"] = str(self.chance.number(1, 5))
        self.out("gave_up")

    def _choice_keys(self) -> tuple[str, ...]:
        sets = [
            one for one in CHOICE_SETS if not (self.grown.is_strict and any("0" in k for k in one))
        ]
        keys = self.chance.pick(sets)
        return tuple(self.chance.shuffled(keys)) if self.chance.odds(0.3) else keys

    def _choice(self) -> Value:
        to = self.grown.way(self.node, self.known, bounded=True)
        if self.chance.odds(0.2):
            return to
        way = to if isinstance(to, dict) else {"to": to}
        return {"name": self.phrases.name(), **way}

    def _spoken_choices(self, keys: tuple[str, ...]) -> Value:
        """The same keys in the analyst's own words."""
        marks = {"*": "星号", "#": "井号"}
        zh = "，".join(f"要办理请按{marks.get(key, key)}" for key in keys) + "。"
        named = {"*": "star", "#": "pound"}
        en = ", ".join(f"for more press {named.get(key, key)}" for key in keys) + "."
        said = {"zh": zh, "en": en}
        return {language: said[language] for language in self.things.languages}

    def _ladders(self) -> None:
        for name in ("if_silent", "if_wrong"):
            if self.chance.odds(0.4):
                texts = [self.phrases.text() for _ in range(self.chance.number(1, 3))]
                self.body[name] = texts[0] if len(texts) == 1 else texts

    def collect(self) -> None:
        name = self.grown.variable(self.node, "typed", "digits", KEYS)
        self._forget([name])  # which a wrong entry unsets, and the prompt may be said again
        self.body["collect"] = name
        self.body["prompt"] = self.prompt(deaf=True)
        # Where one digit is enough, a lone 0 is an entry and no key to a person.
        least = max(self.chance.pick([1, 1, 2, 3, 4, 8]), 2 if self.grown.is_strict else 1)
        most = least + self.chance.pick([0, 0, 0, 1, 2, 7])
        self.body["length"] = str(least) if least == most else f"{least}-{most}"
        self._checks(least, most)
        if self.chance.odds(0.2):
            self.body["read_back"] = self.phrases.text(name)
        self._ladders()
        self.body["wait"] = self.chance.pick(WAITS)
        self.body["wait_between"] = self.chance.pick(["1s", "2s"])
        if self.chance.odds(0.2):
            self.body["tries"] = str(self.chance.number(1, 5))
        self.out("then", gained=name)
        self.out("gave_up")

    def _checks(self, least: int, most: int) -> None:
        if self.chance.odds(0.2):
            low = self.chance.pick([low for low in (0, 1, 5, 10) if low < 10**most])
            self.body["range"] = f"{low}-{self.chance.pick([low + 3, 500, 99999999])}"
        if self.chance.odds(0.15):
            self.body["luhn"] = "yes"
        if self.chance.odds(0.15):
            rest = "X" * (self.chance.number(least, most) - 1)
            self.body["pattern"] = self.chance.pick(["1", "[2-9]", "X", "[0-4]"]) + rest

    def confirm(self) -> None:
        self.body["confirm"] = self.prompt(deaf=True)
        self._ladders()
        self.body["wait"] = self.chance.pick(WAITS)
        self.out("yes", bounded=True)
        self.out("no", bounded=True)
        self.out("gave_up")

    # --- deciding

    def set(self) -> None:
        settings: dict[str, Value] = {}
        for _ in range(self.chance.number(1, 2)):
            type_ = self.chance.pick(TYPES)
            value = self.formulas.value(type_)
            name = self.grown.variable(self.node, "kept", type_, SET)
            settings.setdefault(name, value)
            if type_ in ("digits", "money"):  # what a constant alone does not tell
                self.flow.declared[name] = type_
        for name, type_ in self.things.vars.items():
            if name not in self.flow.types and self.chance.odds(0.3):
                settings[name] = self.formulas.value(type_)
        self.body["set"] = settings
        gained = {name for name in settings if name in self.flow.types}
        self.known = self.known | gained
        self.out("then")

    def branch(self) -> None:
        formulas = self.formulas
        self.body["branch"] = [
            {"if": formulas.condition(), "to": self.grown.way(self.node, self.known, depth=0)}
            for _ in range(self.chance.number(1, 3))
        ]
        self.out("else")

    def switch(self) -> None:
        by = self.formulas.switchable()
        assert by is not None
        values = {
            "int": ["0", "1", "2", "3"],
            "digits": ["1", "12", "0750", "80012345"],
            "bool": ["true", "false"],
            "money": ["0.00", "12.50"],
            "text": words_of(by.path, ["gold", "silver", "广州"]),
        }[by.type]
        self.body["switch"] = by.path
        self.body["cases"] = {
            value: self.grown.way(self.node, self.known)
            for value in self.chance.some(values, 3, least=1)
        }
        self.out("else")

    def hours(self) -> None:
        name = self.chance.pick(list(self.things.calendars))
        self.body["hours"] = name
        self.out("open")
        self.out("closed")
        if self.things.calendars[name] and self.chance.odds(0.6):
            self.out("holiday")

    # --- services

    def lookup(self) -> None:
        self._ask([one for one in self.things.operations if one.is_lookup])

    def request(self) -> None:
        self._ask([one for one in self.things.operations if not one.is_lookup])

    def _ask(self, operations: list[Operation]) -> None:
        asked = self.chance.pick(operations)
        self.body["lookup" if asked.is_lookup else "request"] = asked.full
        formulas = self.formulas
        given: dict[str, Value] = {
            name: formulas.value(type_)
            for name, type_ in asked.parameters.items()
            if name not in asked.optional or self.chance.odds(0.5)
        }
        if given:
            self.body["with"] = given
        name = ""
        if asked.gives is not None and self.chance.odds(0.9):
            name = self.grown.variable(self.node, "got", asked.gives, SERVICE)
            self.body["as"] = name
        if self.chance.odds(0.4):
            self.body["while_waiting"] = self.phrases.plain(1)
        self.out("then", gained=name)
        failures = ("error",) if asked.is_lookup else ("error", "unknown")
        for outcome in (*asked.results, *failures):
            self.out(outcome, name)

    def ticket(self) -> None:
        action = self.chance.pick(["open", "open", "status", "urge"])
        self.body["ticket"] = action
        formulas = self.formulas
        if action == "open":
            classes = self.things.ticket_classes or ("any",)
            self.body["class"] = self.chance.pick(classes)
        if self.chance.odds(0.4):
            self.body["with"] = {"account": formulas.value("digits")}
        if action == "open" and self.chance.odds(0.4):
            self.body["note"] = '"报修"'
        name = ""
        if self.chance.odds(0.7):
            name = self.grown.variable(self.node, "order", TICKET, SERVICE)
            self.body["as"] = name
        if self.chance.odds(0.2):
            self.body["while_waiting"] = self.phrases.plain(1)
        self.out("then", gained=name)
        for outcome in (*TICKET_RESULTS[action], "error", "unknown"):
            self.out(outcome, name)

    # --- people

    def queue(self) -> None:
        self.body["queue"] = self.chance.pick(self.things.queues)
        if self.chance.odds(0.85):
            self.body["max_wait"] = self.chance.pick(["2s", "3s", "4s"])
        if self.chance.odds(0.3):
            self.body["priority"] = self.formulas.value("int")
        if self.things.exit_keys[str(self.body["queue"])]:
            self.body["exit_keys"] = {
                key: self.grown.way(self.node, self.known, bounded=True)
                for key in self.things.exit_keys[str(self.body["queue"])]
            }
        for outcome in ("after_agent", "waited_too_long", "full", "no_agents", "error"):
            self.out(outcome)

    def transfer(self) -> None:
        self.body["transfer"] = self._destination()
        self._rings()

    def dial(self) -> None:
        numbers: Value = [self._destination() for _ in range(self.chance.number(1, 2))]
        if "duty" in self.things.lists and self.chance.odds(0.3):
            numbers = "duty"
        self.body["dial"] = numbers
        if self.chance.odds(0.5):
            self.body["accept"] = self.chance.pick(["1", "5"])
            if self.chance.odds(0.7):
                self.body["accept_prompt"] = self.phrases.plain(2)
        self._rings()

    def _destination(self) -> str:
        typed = [one for one in self.formulas.known if one.type == "digits" and one.is_set]
        if typed and self.chance.odds(0.2) and self.node.known:
            return self.chance.pick(typed).path
        return self.chance.pick(DESTINATIONS)

    def _rings(self) -> None:
        self.body["ring"] = self.chance.pick(["2s", "4s"])
        for outcome in ("after_agent", "busy", "no_answer", "failed"):
            self.out(outcome)

    def voicemail(self) -> None:
        name = self.grown.variable(self.node, "words", "text", RECORDING)
        self.body["voicemail"] = self.prompt()
        self.body["as"] = name
        self.body["silence"] = "2s"
        self.body["max_length"] = self.chance.pick(["4s", "10s"])
        self.out("then", gained=name)
        self.out("empty", name)
        self.out("error", name)

    # --- other flows

    def call(self) -> None:
        flow = self._called()
        self.flow.calls.add(flow.name)
        self.body["call"] = flow.name
        formulas = self.formulas
        if flow.parameters:
            self.body["with"] = {
                name: formulas.value(type_) for name, type_ in flow.parameters.items()
            }
        for result in flow.results or ("then",):
            self.out(result)

    def _called(self) -> Flow:
        """A flow that does not call this one; a new one at times."""
        flows = {one.name: one for one in self.grown.flows}

        def reaches(name: str) -> bool:
            return name == self.flow.name or any(map(reaches, flows[name].calls))

        others = [one for one in flows.values() if one.is_called and not reaches(one.name)]
        if others and (self.chance.odds(0.5) or len(flows) > 6):
            return self.chance.pick(others)
        results = tuple(self.chance.some(("found", "missing", "later"), 2))
        return self.grown.new_flow(results)


__all__ = ["Body", "ListOf", "Writer"]
