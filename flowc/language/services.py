"""`services/*.yaml` into service specs: types, operations, settings, templates.

service: billing
kind: sql
url: ${env:BILLING_URL:sqlite:///billing.db}
types: {Service: {name: text, balance: money}}
lookups:
  customer: {with: {account: digits}, gives: Service, or: [not_found], deadline: 2s, query: "select ..."}
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Reporter, closest
from flowc.diagnostics.model import Words as Words_
from flowc.diagnostics.unknown import report_unknown
from flowc.expression.check import Binding, Scope, check
from flowc.expression.parse import parse_expression
from flowc.expression.types import Record, Type
from flowc.graph.operations import InvokeKind
from flowc.graph.services import (
    TICKETS,
    Action,
    BodyForm,
    FixtureAction,
    FixtureSettings,
    FromEnvironment,
    HttpAction,
    HttpSettings,
    NamedTemplates,
    OperationSpec,
    ServiceSpec,
    Settings,
    SqlAction,
    SqlSettings,
    Template,
    TemplatePart,
    Value,
    Words,
)
from flowc.kinds.parts import Word
from flowc.kinds.shapes import (
    DURATION,
    LISTED_NAME,
    LONGEST_NAME,
    MAYBE_NO_TIME,
    NAME,
    TRUTH,
    ListShape,
    Place,
    count,
    one_of,
)
from flowc.language.forms import PLAIN, RAW, Form, MappingShape, Plain, RawMapping, entries
from flowc.language.not_yet import type_of
from flowc.language.reserved import check_result
from flowc.language.sql import check_statements, check_url
from flowc.source import Span
from flowc.syntax.tree import Mapping, Scalar, Tree

TYPES = RawMapping(
    Words_("records and their fields", "记录和字段"), "{Service: {name: text}}", MappingShape(PLAIN)
)
OPERATIONS = RawMapping(
    Words_("operations by their names", "操作名和操作"), "{customer: {gives: text}}", none=True
)
PARAMETERS = RawMapping(
    Words_("parameters and their types", "参数和类型"), "{account: digits}", PLAIN, none=True
)
RESERVED_RESULTS = frozenset(
    {"then", "done", "error", "unknown", "with", "as", "while_waiting", "class", "note", "title"}
)
SERVICE = Form(
    "service",
    {
        "service": LISTED_NAME,
        "kind": one_of("sql", "http", "fixture"),
        "url": Plain(example="sqlite:///billing.db"),
        "file": Plain(example="billing.yaml"),
        "headers": MappingShape(PLAIN),
        "allow_private": TRUTH,
        "ca": PLAIN,
        "cert": PLAIN,
        "key": PLAIN,
        "types": TYPES,
        "lookups": OPERATIONS,
        "requests": OPERATIONS,
    },
    ("service", "kind"),
)
OPERATION = Form(
    "operation",
    {
        "with": PARAMETERS,
        "optional": ListShape(LISTED_NAME),
        "gives": PLAIN,
        "or": ListShape(LISTED_NAME),
        "deadline": DURATION,
        "retries": count(0, 1),
        "cache": MAYBE_NO_TIME,
        "key": PLAIN,
        "query": ListShape(PLAIN),
        "lists": MappingShape(PLAIN),
        "empty": PLAIN,
        "get": PLAIN,
        "post": PLAIN,
        "put": PLAIN,
        "delete": PLAIN,
        "fields": MappingShape(PLAIN, example='{account: "{account}"}'),
        "headers": MappingShape(PLAIN),
        "body": MappingShape(PLAIN, example='{account: "{account}"}'),
        "form": one_of("json", "form"),
        "statuses": MappingShape(PLAIN),
        "at": PLAIN,
    },
)
# What would do a request twice, or not at all, is taken in to be refused in words of its own.
ONCE = ("retries", "cache")
REQUEST = Form("operation", {**OPERATION.fields, **dict.fromkeys(ONCE, RAW)})
EVERYWHERE = ("with", "optional", "gives", "or", "deadline")
FIELDS_OF = {
    "sql": ("query", "lists", "empty"),
    "http": ("get", "post", "put", "delete", "fields", "headers", "body", "form", "statuses", "at"),
    "fixture": (),
}
ONLY_OF = {InvokeKind.LOOKUP: ("retries", "cache"), InvokeKind.REQUEST: ("key",)}
METHODS = ("get", "post", "put", "delete")
ENVIRONMENT = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}")
HOLE = re.compile(r"\{([^{}]*)\}")
_HOLE_OF_THE_CALL = re.compile(r"(?<!\$)\{")  # not one of the environment, `${env:NAME}`


@dataclass(frozen=True, slots=True)
class ServiceReader:
    """Reads one services file. `amiss` takes `service.operation` and `Record.field` of no type."""

    report: Reporter
    amiss: set[str] = field(default_factory=set)

    def read(self, tree: Tree, place: Place) -> ServiceSpec | None:
        form = SERVICE.read(tree, place)
        if form is None or "service" not in form or "kind" not in form:
            return None
        if form["service"].text == TICKETS:
            self.report.report(codes.RESERVED_NAME, form["service"].span, name=TICKETS)
        settings = self._settings(form, tree, place)
        records = self._records(form.get("types"), place)
        operations: list[OperationSpec] = []
        taken: set[str] = set()
        for section, kind in (("lookups", InvokeKind.LOOKUP), ("requests", InvokeKind.REQUEST)):
            for name, body in entries(form.get(section)):
                if not NAME.fullmatch(name.text) or len(name.text) > LONGEST_NAME:
                    self.report.report(
                        codes.WRONG_NAME, name.span, name=name.text, most=LONGEST_NAME
                    )
                if name.text in taken:
                    self.report.report(
                        codes.DUPLICATE_FLOW, name.span, name=name.text, where=section
                    )
                taken.add(name.text)
                found = self._operation(
                    name, body, kind, form["kind"], records, place.under(name.text)
                )
                operations.extend([found] if found else [])
                has_answer = any(key.text == "gives" for key, _ in entries(body))
                if found is None or (has_answer and found.gives is None):
                    self.amiss.add(f"{form['service'].text}.{name.text}")
        return ServiceSpec(form["service"].text, settings, tuple(operations)) if settings else None

    def _settings(self, form: dict[str, Any], tree: Tree, place: Place) -> Settings | None:
        needed = "file" if form["kind"] == "fixture" else "url"
        if needed not in form:
            SERVICE.report_missing(needed, tree.span, place.report)
            return None
        written = {key.text: value for key, value in entries(tree)}
        match form["kind"]:
            case "sql":
                url = environment_template(form["url"])
                check_url(written.get("url", tree), url, place.under("url"))
                return SqlSettings(url)
            case "http":
                headers = tuple(
                    (key.text, environment_template(text))
                    for key, text in form.get("headers", {}).items()
                )
                return HttpSettings(
                    environment_template(form["url"]),
                    headers,
                    form.get("allow_private", False),
                    *(environment_template(form.get(name, "")) for name in ("ca", "cert", "key")),
                )
            case _:
                return FixtureSettings(form["file"], written.get("file", tree).span)

    def _records(self, tree: Tree | None, place: Place) -> dict[str, Record]:
        records: dict[str, Record] = {}
        for name, body in entries(tree):
            if not isinstance(body, Mapping):
                place.under(name.text).wrong(body, TYPES.expected, TYPES.example)
            fields: list[tuple[str, Type]] = []
            for key, written in entries(body):
                type_ = self.type(written, records, place.under(key.text))
                if type_ is None:
                    self.amiss.add(f"{name.text}.{key.text}")
                fields.extend([(key.text, type_)] if type_ else [])
            records[name.text] = Record(name.text, tuple(fields))
        return records

    def type(self, tree: Tree, records: MappingOf[str, Record], place: Place) -> Type | None:
        text = PLAIN.read(tree, place)
        return type_of(text, tree.span, records, self.report) if text else None

    def _operation(
        self,
        name: Scalar,
        body: Tree,
        kind: InvokeKind,
        service_kind: str,
        records: MappingOf[str, Record],
        place: Place,
    ) -> OperationSpec | None:
        is_request = kind is InvokeKind.REQUEST
        form = (REQUEST if is_request else OPERATION).read(body, place)
        if form is None:
            return None
        parameters = self._parameters(form, records, place)
        bindings = {key: Binding(key, type_) for key, type_ in parameters}
        templates = TemplateReader(
            Scope(bindings, frozenset(), frozenset()), self.report, body.span
        )
        written = {key.text: tree for key, tree in entries(body)}.get("gives")
        results = self._results(form.get("or", ()))
        self._fits(form, service_kind, name, body, kind)
        # With a key of plain words all callers would share one request.
        if is_request and not _HOLE_OF_THE_CALL.search(form.get("key", "")):
            self._tells_none_apart(name, body, parameters)
        self._known_results(body, form, results)
        if service_kind == "sql":
            check_statements(body, entries(form.get("with")), kind, self.report)
        return OperationSpec(
            name=name.text,
            kind=kind,
            parameters=parameters,
            action=self._action(form, service_kind, templates),
            gives=self.type(written, records, place) if written is not None else None,
            results=results,
            optional=self._optional(form, bindings),
            deadline_ms=form.get("deadline", 3) * 1000,
            retries=0 if is_request else form.get("retries", 0),
            cache_s=0 if is_request else form.get("cache", 0),
            key=templates.read(form["key"]) if "key" in form else (),
        )

    def _parameters(
        self, form: dict[str, Any], records: MappingOf[str, Record], place: Place
    ) -> tuple[tuple[str, Type], ...]:
        named = (
            (key, self.type(written, records, place)) for key, written in entries(form.get("with"))
        )
        return tuple((key.text, type_) for key, type_ in named if type_)

    def _optional(
        self, form: dict[str, Any], parameters: MappingOf[str, Binding]
    ) -> tuple[str, ...]:
        words: tuple[Word, ...] = form.get("optional", ())
        for word in words:
            if word.text not in parameters:
                report_unknown(
                    self.report, word.span, Words_("parameter", "参数"), word.text, parameters
                )
        return tuple(word.text for word in words)

    def _results(self, words: tuple[Word, ...]) -> tuple[str, ...]:
        for word in words:
            check_result(word, self.report, RESERVED_RESULTS)
        return tuple(dict.fromkeys(word.text for word in words))

    def _tells_none_apart(
        self, name: Scalar, body: Tree, parameters: tuple[tuple[str, Type], ...]
    ) -> None:
        key = next((tree for word, tree in entries(body) if word.text == "key"), None)
        lack = proofs.NO_KEY if key is None else proofs.SAME_KEY
        first = parameters[0][0] if parameters else "account"
        self.report.report(
            proofs.ALWAYS_REQUEST,
            name.span if key is None else key.span,
            name=name.text,
            lack=lack.en,
            lack_zh=lack.zh,
            example=f'"{{{first}}}-{{today()}}"',
        )

    def _fits(
        self,
        form: dict[str, Any],
        service_kind: str,
        name: Scalar,
        body: Tree,
        kind: InvokeKind,
    ) -> None:
        """The fields of an operation are those of its service's kind."""
        known = EVERYWHERE + FIELDS_OF[service_kind] + ONLY_OF[kind]
        for key, _ in entries(body):
            word = key.text
            if kind is InvokeKind.REQUEST and word in ONCE:
                self.report.report(proofs.MORE_THAN_ONCE, key.span, name=name.text, field=word)
            elif word in form and word not in known:
                what = f"{service_kind} {kind.value}"
                near = closest(word, known)
                self.report.report(codes.UNKNOWN_FIELD, key.span, kind=what, name=word, **near)
        if service_kind == "sql" and "query" not in form:
            self.report.report(
                codes.MISSING_FIELD,
                name.span,
                node=name.text,
                name="query",
                hint='say what is asked, as `query: "select ..."`',
                hint_zh='写出查询语句，例如 `query: "select ..."`',
            )

    def _known_results(self, body: Tree, form: dict[str, Any], results: tuple[str, ...]) -> None:
        """What `empty:` and `statuses:` name is among the results of `or:`."""
        named: list[tuple[str, Span]] = [
            (name, key.span) for key, name in form.get("statuses", {}).items()
        ]
        empty = {key.text: value.span for key, value in entries(body)}.get("empty")
        if empty is not None and "empty" in form:
            named.append((form["empty"], empty))
        for name, span in named:
            if name not in results:
                report_unknown(self.report, span, Words_("result", "结果"), name, results)

    def _action(self, form: dict[str, Any], kind: str, templates: TemplateReader) -> Action:
        match kind:
            case "sql":
                lists = tuple((key.text, text) for key, text in form.get("lists", {}).items())
                return SqlAction(tuple(form.get("query", ())), lists, form.get("empty", ""))
            case "http":
                return _http(form, templates)
            case _:
                return FixtureAction()


def _http(form: dict[str, Any], templates: TemplateReader) -> HttpAction:
    method = next((each for each in METHODS if each in form), "get")
    body_form = BodyForm(form.get("form", "json")) if "body" in form else BodyForm.NONE
    return HttpAction(
        method=method.upper(),
        path=templates.read(form.get(method, "/")),
        query=templates.named(form.get("fields", {})),
        headers=templates.named(form.get("headers", {})),
        body=templates.named(form.get("body", {})),
        body_form=body_form,
        statuses=tuple(
            (int(key.text), name)
            for key, name in form.get("statuses", {}).items()
            if key.text.isdigit()
        ),
        at=tuple(part for part in form.get("at", "").split(".") if part),
    )


def environment_template(text: str) -> Template:
    """`${env:NAME:default}` in a setting; the rest stands as it is."""
    parts: list[TemplatePart] = []
    end = 0
    for found in ENVIRONMENT.finditer(text):
        parts.extend([Words(text[end : found.start()])] if found.start() > end else [])
        parts.append(FromEnvironment(found[1], found[2]))
        end = found.end()
    parts.extend([Words(text[end:])] if end < len(text) else [])
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class TemplateReader:
    """Templates with values in braces, over an operation's parameters."""

    scope: Scope
    report: Reporter
    span: Span

    def read(self, text: str) -> Template:
        parts: list[TemplatePart] = []
        for part in environment_template(text):
            parts.extend(self._holes(part.text) if isinstance(part, Words) else [part])
        return tuple(parts)

    def named(self, texts: MappingOf[Scalar, str]) -> NamedTemplates:
        for key, text in texts.items():
            # `account: account` looks like what `with:` of a flow means, and sends the word itself.
            if text in self.scope.names:
                self.report.report(codes.PLAIN_PARAMETER, key.span, name=text)
        return tuple((key.text, self.read(text)) for key, text in texts.items())

    def _holes(self, text: str) -> list[TemplatePart]:
        parts: list[TemplatePart] = []
        source, found = self.span.source, self.span.start
        # Odd pieces are what stood between braces.
        for number, piece in enumerate(HOLE.split(text)):
            if number % 2 == 0:
                parts.extend([Words(piece)] if piece else [])
                continue
            found = max(source.text.find(f"{{{piece}}}", found, self.span.end), self.span.start)
            at = source.span(found + 1, found + 1 + len(piece))
            parsed = parse_expression(piece, at, self.report)
            checked = check(parsed, self.scope, self.report) if parsed else None
            parts.extend([Value(checked)] if checked else [])
        return parts
