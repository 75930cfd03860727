"""Does a call script speak of what the project has? Reports numbers, services and names that it lacks.

Knows the graph and no file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flowc.diagnostics.codes import calls as codes
from flowc.diagnostics.model import Reporter, closest, nearest
from flowc.expression.types import ListOf, Record, Type
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Invoke, Mark
from flowc.graph.services import (
    TICKET_OPERATIONS,
    TICKET_WORDS,
    TICKETS,
    BuiltInOperation,
    OperationSpec,
    ServiceSpec,
)
from flowc.simulate.script import (
    ANSWERS,
    CallScript,
    Happening,
    Happens,
    Reply,
    outcome_place,
)


def check_script(
    script: CallScript,
    graph: FlowGraph,
    report: Reporter,
    services: Mapping[str, ServiceSpec] | None = None,
) -> None:
    """Report everything in a script that names nothing of the graph's.

    `services`: those of the project, to compare the fields of answers with; None looks at none.
    """
    _ScriptCheck(script, graph, report).run()
    for name, replies in script.services if services is not None else ():
        spec = _asked(name, services or {})
        if spec is not None:
            _check_fields(script, name, spec, report)
            _check_outcomes(script, name, replies, spec, report)
        if isinstance(spec, BuiltInOperation):
            _check_words(script, name, replies, report)


def _asked(
    name: str, services: Mapping[str, ServiceSpec]
) -> OperationSpec | BuiltInOperation | None:
    """What answers under `service.operation`: a service of the project, or the desk of work orders."""
    service, _, operation = name.partition(".")
    if service == TICKETS:
        return next((each for each in TICKET_OPERATIONS if each.name == operation), None)
    known = services.get(service)
    return known.operation(operation) if known else None


def _check_outcomes(
    script: CallScript,
    name: str,
    replies: tuple[Reply, ...],
    spec: OperationSpec | BuiltInOperation,
    report: Reporter,
) -> None:
    """A word where a record or a list is answered can only be the name of an outcome."""
    if not isinstance(spec.gives, Record | ListOf):
        return
    known = ("error", "unknown", *spec.results)
    for word in (each.value for each in replies if each.is_word):
        if isinstance(word, str) and word not in known:
            span = script.place(outcome_place(name, word))
            report.report(
                codes.UNKNOWN_ANSWER, span, service=name, name=word, **closest(word, known)
            )


def _check_words(
    script: CallScript, name: str, replies: tuple[Reply, ...], report: Reporter
) -> None:
    """A work order that is in no state would lead a call where no caller goes."""
    for answer in (each.value for each in replies if isinstance(each.value, dict)):
        for field, known in TICKET_WORDS.items():
            word = answer.get(field)
            if word is not None and word not in known:
                report.report(
                    codes.WRONG_FORM,
                    script.place(f"{ANSWERS}{name}.{field}"),
                    expected=", ".join(known),
                    expected_zh="、".join(known),
                    example=f"{field}: {nearest(str(word), known).get('closest', known[0])}",
                )


def _check_fields(
    script: CallScript, name: str, spec: OperationSpec | BuiltInOperation, report: Reporter
) -> None:
    """A field that the service never answers is a slip, and the right one is then missing."""
    if spec.gives is None:
        return
    known = _fields(spec.gives)
    for place, span in script.spans:
        path = place.removeprefix(f"{ANSWERS}{name}.")
        parent, _, field = path.rpartition(".")
        if path == place or path in known or (parent and parent not in known):
            continue
        siblings = [each.rpartition(".")[2] for each in known if each.rpartition(".")[0] == parent]
        report.report(
            codes.UNKNOWN_ANSWER, span, service=name, name=field, **closest(field, siblings)
        )


def _fields(type_: Type, path: str = "") -> frozenset[str]:
    """The paths of all fields of a type; an item of a list stands in the list's place."""
    match type_:
        case Record(fields=fields):
            here = {f"{path}.{name}".lstrip(".") for name, _ in fields}
            inner = (_fields(each, f"{path}.{name}".lstrip(".")) for name, each in fields)
            return frozenset(here).union(*inner)
        case ListOf(item):
            return _fields(item, path)
        case _:
            return frozenset()


class _ScriptCheck:
    def __init__(self, script: CallScript, graph: FlowGraph, report: Reporter) -> None:
        self._script, self._graph, self._report = script, graph, report
        operations = [o for block in graph.blocks.values() for o in block.operations]
        asked = [o for o in operations if isinstance(o, Invoke)]
        self._services = {f"{one.service}.{one.operation}" for one in asked}
        self._backends = {one.service for one in asked}
        self._marks = {o.name for o in operations if isinstance(o, Mark)}
        self._nodes = {block.node_name for block in graph.blocks}

    def run(self) -> None:
        self._number()
        for name, _ in self._script.services:
            self._service(name, self._services, f"services.{name}")
        for step in self._script.steps:
            if isinstance(step, Happens) and step.what is Happening.SERVICE_DOWN and step.service:
                self._service(step.service, self._backends, f"service.{step.service}")
        self._names()
        self._expected()

    def _number(self) -> None:
        numbers = [number for number, _ in self._graph.numbers]
        if self._script.to not in numbers:
            self._report.report(
                codes.UNKNOWN_NUMBER,
                self._script.place("to"),
                number=self._script.to,
                known=", ".join(numbers) or "-",
            )

    def _service(self, name: str, known: Collection[str], place: str) -> None:
        if name not in known:
            span = self._script.place(place)
            self._report.report(codes.UNKNOWN_SERVICE, span, name=name, **closest(name, known))

    def _names(self) -> None:
        for name, _ in self._script.lists:
            self._name(name, self._graph.lists, ("list", "名单"), f"lists.{name}")
        for name in self._script.flags:
            self._name(name, self._graph.flags, ("flag", "开关"), f"flags.{name}")
        if self._script.language:
            known = self._graph.languages
            self._name(self._script.language, known, ("language", "语言"), "language")

    def _expected(self) -> None:
        expected = self._script.expected
        for name in expected.marks or ():
            self._name(name, self._marks, ("mark", "标记"), f"marks.{name}")
        for name, _ in expected.variables:
            self._name(name, self._graph.variables, ("variable", "变量"), f"variables.{name}")
        for field, counts in (("requests", expected.requests), ("lookups", expected.lookups)):
            for name, _ in counts:
                self._service(name, self._services, f"{field}.{name}")
        if expected.at and expected.at not in self._nodes:
            near = self._node_meant(expected.at)
            self._report.report(codes.UNKNOWN_PLACE, expected.span("at"), name=expected.at, **near)

    def _node_meant(self, name: str) -> dict[str, str]:
        """A node whose flow was left out, else one of nearly that name; not those that nobody wrote."""
        known = sorted(each for each in self._nodes if not each.startswith("call."))
        ends = [each for each in known if each.partition(".")[2] == name]
        return {"closest": ends[0]} if ends else closest(name, known)

    def _name(self, name: str, known: Collection[str], what: tuple[str, str], place: str) -> None:
        if name not in known:
            self._report.report(
                codes.UNKNOWN_NAME,
                self._script.place(place),
                what=what[0],
                what_zh=what[1],
                name=name,
                **closest(name, known),
            )
