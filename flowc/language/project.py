"""A project's files into a program: settings first, then what flows refer to, then the flows.

Files come in as bytes by name (`/` between folders), so that nothing here touches a disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, TypeVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter, Words, closest
from flowc.diagnostics.unknown import report_unknown
from flowc.expression.types import ListOf, Record, Type
from flowc.graph.services import ServiceSpec, TicketClass, TicketSettings
from flowc.graph.surroundings import (
    PROMPTS_FILE,
    QUEUES_FILE,
    Calendar,
    Number,
    PersonPromise,
    PromptRow,
    QueueSpec,
    Surroundings,
)
from flowc.kinds.builder import PROJECT_FILE
from flowc.kinds.parts import Way, Word
from flowc.kinds.program import MOST_SILENCE_S, BoundFlow, Program
from flowc.kinds.shapes import (
    FLOW_NAME,
    LONGEST_NAME,
    NAME,
    Place,
)
from flowc.language import reserved
from flowc.language.after_call import after_call
from flowc.language.bind import FlowBinder, read_keys
from flowc.language.calendars import CalendarReader
from flowc.language.environments import Environment, read_environments
from flowc.language.forms import entries
from flowc.language.nodes import NodeBinder
from flowc.language.not_yet import RECORDING, type_of
from flowc.language.project_form import DIALLED, NUMBER, PROJECT, TICKET_CLASS
from flowc.language.services import ServiceReader
from flowc.language.tables import read_list, read_prompts, read_queues
from flowc.source import NOWHERE, Span
from flowc.syntax.read_source import decode
from flowc.syntax.read_yaml import read_yaml
from flowc.syntax.tree import Mapping, Tree
from flowc.syntax.tree import Scalar as Scalar_

T = TypeVar("T")
FLOWS, SERVICES, CALENDARS, LISTS, PROMPTS = (
    "flows/",
    "services/",
    "calendars/",
    "lists/",
    "prompts/",
)

# Countries that are taken for languages, and are none.
LANGUAGE_OF_COUNTRY = {"cn": "zh", "chn": "zh", "eng": "en", "gb": "en", "jp": "ja", "us": "en"}


@dataclass(frozen=True, slots=True)
class Project:
    """A project as read: the program, and what only builds and deploys need."""

    program: Program
    voices: MappingOf[str, str] = field(default_factory=dict)
    environments: MappingOf[str, Environment] = field(default_factory=dict)
    fallback: str = ""
    fallback_at: Span = NOWHERE
    calls: tuple[str, ...] = ()  # names of the call tests


@dataclass(frozen=True, slots=True)
class ProjectReader:
    """Reads the files of one project."""

    files: MappingOf[str, bytes]
    report: Reporter
    languages: tuple[str, ...] = ("zh",)
    unread: set[str] = field(default_factory=set)  # files with findings of their own, by name

    def read(self) -> Project | None:
        tree = self._yaml(PROJECT_FILE)
        if tree is None:
            return None
        form = PROJECT.read(tree, self._place(PROJECT_FILE))
        if form is None or "project" not in form:
            return None
        self._refuse_recording(tree)
        written = form.get("languages", ())
        languages = tuple(dict.fromkeys(map(self._language, written))) or ("zh",)
        reader = replace(self, languages=languages)
        fallback = tree.get("fallback") if isinstance(tree, Mapping) else None
        return replace(reader._project(form), fallback_at=fallback.span if fallback else NOWHERE)

    def _language(self, word: Word) -> str:
        """A language by its code; `cn` is a country, and read on as the language that is meant."""
        meant = LANGUAGE_OF_COUNTRY.get(word.text)
        if meant:
            self.report.report(
                codes.UNKNOWN_THING,
                word.span,
                what="language",
                what_zh="语言",
                name=word.text,
                closest=meant,
            )
        return meant or word.text

    def _refuse_recording(self, tree: Tree) -> None:
        """What looks as if it were done must not pass in silence."""
        key = tree.key("recording") if isinstance(tree, Mapping) else None
        if key is not None:
            RECORDING.report(key.span, self.report)

    def _project(self, form: dict[str, Any]) -> Project:
        around, records = self._surroundings(form)
        place = self._place(PROJECT_FILE)
        defaults = {key.text: way for key, way in form.get("defaults", {}).items()}
        binder = FlowBinder(around, records, defaults, self.report)
        person, limits = form.get("person"), form.get("limits")
        program = Program(
            around=around,
            flows=self._flows(binder),
            unread=frozenset(self.unread),
            project_at=form["project"].span,
            person=_way_to(person),
            length_s=(limits or {}).get("length", 1200),
            most_nodes=(limits or {}).get("nodes", 1000),
            most_silence_s=(limits or {}).get("silence", MOST_SILENCE_S),
            limit=_way_to(limits),
            on_hangup=after_call(
                form.get("on_hangup"), place, NodeBinder(around, defaults, self.report)
            ),
        )
        return Project(
            program,
            voices={key.text: voice for key, voice in form.get("voices", {}).items()},
            environments=read_environments(form.get("environments"), place),
            fallback=form.get("fallback", "").removeprefix("@"),
            calls=tuple(sorted(name for name in self.files if name.endswith(".call.yaml"))),
        )

    def _surroundings(self, form: dict[str, Any]) -> tuple[Surroundings, dict[str, Record]]:
        place = self._place(PROJECT_FILE)
        services = self._named(
            SERVICES,
            lambda tree, at: ServiceReader(self.report, self.unread).read(tree, at),
            lambda spec: spec.name,
        )
        person = form.get("person") or {}
        records = _records(services)
        variables = {
            key.text: type_
            for key, text in form.get("vars", {}).items()
            if (type_ := type_of(text.text, text.span, records, self.report)) and self._is_name(key)
        }
        around = Surroundings(
            name=form["project"].text,
            languages=self.languages,
            timezone=form.get("timezone", "Asia/Shanghai"),
            unread=frozenset(self.unread),
            numbers=self._numbers(form.get("numbers"), place),
            services=services,
            tickets=self._tickets(form.get("tickets"), place),
            queues=self._queues(),
            calendars=self._calendars(),
            lists=self._lists(),
            flags=tuple(word.text for word in form.get("flags", ())),
            prompts=self._prompts(),
            recordings=frozenset(self._recordings()),
            keys=read_keys(form.get("keys"), place),
            promise=PersonPromise(person.get("within_keys"), person.get("within")),
            destinations=tuple(word.text for word in form.get("destinations", ())),
            variables=variables,
        )
        self._check_destinations(form.get("destinations", ()), around)
        self._check_languages(form)
        self._check_flags(around)
        return replace(around, unread=frozenset(self.unread)), records

    def _is_name(self, key: Scalar_) -> bool:
        if key.text in reserved.VARIABLES:
            self.report.report(codes.RESERVED_NAME, key.span, name=key.text)
            return False
        if not NAME.fullmatch(key.text):
            self.report.report(codes.WRONG_NAME, key.span, name=key.text, most=LONGEST_NAME)
            return False
        return True

    def _check_destinations(self, words: tuple[Word, ...], around: Surroundings) -> None:
        for word in words:
            if (
                not word.text[0].isdigit()
                and word.text not in around.lists
                and word.text not in self.unread
            ):
                self.report.report(
                    codes.UNKNOWN_THING,
                    word.span,
                    what="list",
                    what_zh="号码表",
                    name=f"{LISTS}{word.text}.csv",
                    **closest(word.text, around.lists),
                )

    def _check_languages(self, form: dict[str, Any]) -> None:
        for key in form.get("voices", {}):
            if key.text not in self.languages:
                report_unknown(
                    self.report, key.span, Words("language", "语言"), key.text, self.languages
                )

    def _check_flags(self, around: Surroundings) -> None:
        for calendar in around.calendars.values():
            flag = calendar.emergency
            if flag and flag not in around.flags:
                report_unknown(
                    self.report, calendar.emergency_at, Words("flag", "标志"), flag, around.flags
                )

    def _numbers(self, tree: Tree | None, place: Place) -> tuple[Number, ...]:
        found: list[Number] = []
        taken: dict[str, str] = {}
        for key, body in entries(tree):
            number = DIALLED.read(key, place.under(key.text))
            form = self._number(body, place.under(key.text))
            flow = (form or {}).get("flow")
            if number is None or flow is None or form is None:
                continue
            also = tuple(form.get("also", ()))
            for each in (number, *also):
                if each in taken:
                    self.report.report(
                        codes.DUPLICATE_FLOW,
                        key.span,
                        name=each,
                        where=f"`numbers:` ({taken[each]})",
                    )
                taken[each] = number
            found.append(Number(number, flow.text, also, flow.span))
        return tuple(found)

    def _number(self, body: Tree, place: Place) -> dict[str, Any] | None:
        if isinstance(body, Mapping):
            return NUMBER.read(body, place)
        return {"flow": FLOW_NAME.read(body, place)}

    def _tickets(self, tree: Tree | None, place: Place) -> TicketSettings:
        classes = []
        for key, body in entries(tree):
            form = TICKET_CLASS.read(body, place.under(key.text))
            if form is not None:
                classes.append(
                    TicketClass(
                        key.text, form.get("accept", 0), form.get("handle", 0), form.get("reply", 0)
                    )
                )
        return TicketSettings(tuple(classes))

    def _queues(self) -> dict[str, QueueSpec]:
        tree = self._yaml(QUEUES_FILE) if QUEUES_FILE in self.files else None
        if tree is None and QUEUES_FILE in self.files:
            self.unread.add(QUEUES_FILE)
        if isinstance(tree, Mapping) and tree.get("queues") is not None:
            tree = tree.get("queues")
        return read_queues(tree, self._place(QUEUES_FILE)) if tree is not None else {}

    def _calendars(self) -> dict[str, Calendar]:
        return self._named(
            CALENDARS,
            lambda tree, at: CalendarReader(self.report).read(tree, at),
            lambda each: each.name,
        )

    def _lists(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for name in self._under(LISTS, ".csv"):
            source = decode(self.files[name], name, self.report)
            stem = PurePosixPath(name).stem
            if source is None:
                self.unread.add(stem)
            elif not NAME.fullmatch(stem):
                self.report.report(
                    codes.WRONG_NAME, source.span(0, 0), name=stem, most=LONGEST_NAME
                )
                self.unread.add(re.sub(r"\W", "_", stem.lower()))  # as it will be called
            else:
                numbers = read_list(source, self._place(name))
                if numbers is None:
                    self.unread.add(stem)
                else:
                    found[stem] = numbers
        return found

    def _prompts(self) -> dict[str, PromptRow]:
        source = (
            decode(self.files[PROMPTS_FILE], PROMPTS_FILE, self.report)
            if PROMPTS_FILE in self.files
            else None
        )
        found = read_prompts(source, self._place(PROMPTS_FILE)) if source else None
        if found is None and PROMPTS_FILE in self.files:
            self.unread.add(PROMPTS_FILE)
        return found or {}

    def _recordings(self) -> list[tuple[str, str]]:
        paths = (PurePosixPath(name) for name in self._under(PROMPTS, ".wav"))
        return [(path.parts[1], path.stem) for path in paths if len(path.parts) == 3]

    def _flows(self, binder: FlowBinder) -> dict[str, BoundFlow]:
        return self._named(
            FLOWS, lambda tree, _at: binder.flow(tree), lambda flow: flow.name.text, ".flow.yaml"
        )

    def _named(
        self,
        folder: str,
        read: Callable[[Tree, Place], T | None],
        name_of: Callable[[T], str],
        ending: str = ".yaml",
    ) -> dict[str, T]:
        """Everything of one sort by its name; a name used twice is reported."""
        found: dict[str, T] = {}
        where: dict[str, str] = {}
        for name in self._under(folder, ending):
            tree = self._yaml(name)
            value = read(tree, self._place(name)) if tree is not None else None
            if value is None or tree is None:
                self.unread.add(PurePosixPath(name).name.removesuffix(ending))
                continue
            key = name_of(value)
            if key in found:
                first = tree.span.source.span(tree.span.start, tree.span.start + 1)
                self.report.report(codes.DUPLICATE_FLOW, first, name=key, where=where[key])
            found.setdefault(key, value)
            where.setdefault(key, name)
        return found

    def _under(self, folder: str, ending: str) -> list[str]:
        return sorted(
            name for name in self.files if name.startswith(folder) and name.endswith(ending)
        )

    def _yaml(self, name: str) -> Tree | None:
        source = decode(self.files[name], name, self.report)
        return read_yaml(source, self.report) if source else None

    def _place(self, name: str) -> Place:
        return Place(self.report, self.languages, PurePosixPath(name).name.split(".")[0], name)


def _way_to(form: dict[str, Any] | None) -> Way | None:
    word = (form or {}).get("to")
    return Way(word, word.span) if word else None


def _records(services: MappingOf[str, ServiceSpec]) -> dict[str, Record]:
    """Every record that an answer may hold, for `parameters:` and `vars:` to name."""
    found: dict[str, Record] = {}

    def keep(type_: Type | None) -> None:
        match type_:
            case Record(name, fields):
                found.setdefault(name, type_)
                for _, inner in fields:
                    keep(inner)
            case ListOf(item):
                keep(item)

    for service in services.values():
        for operation in service.operations:
            keep(operation.gives)
    return found
