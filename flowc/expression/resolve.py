"""Names: which flat variable a path means, in the scope where it stands.

Knows records and bounds of lists, and nothing of operators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowc.diagnostics.codes import expressions as codes
from flowc.diagnostics.model import Reporter, closest
from flowc.expression.render import expression_text
from flowc.expression.tree import Expression, Field, Name, Read
from flowc.expression.types import ListOf, Record, Scalar, Secret, Type
from flowc.source import Span

# Short names of fields are soon a little alike: `amount` is no slip for `month`.
NEAR_FIELD = 0.75


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for: the flat variable, or the prefix of its fields' variables."""

    prefix: str
    type: Type


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be named in one place: variables, lists of numbers, flags."""

    names: Mapping[str, Binding]
    lists: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    # Names whose type nobody can tell, since what fills them has a finding of its own.
    untold: frozenset[str] = frozenset()


def resolve(path: Expression, scope: Scope, report: Reporter) -> Read | None:
    """The value that a path names, of any type: also a whole list, record or secret.

    For places that hand values on without reading them (`each`, a secret given to a service);
    an expression reads by `check`, which refuses those three.
    """
    match path:
        case Name(name, span):
            binding = scope.names.get(name)
            if binding is None and name in scope.untold:
                return None
            if binding is None:
                near = closest(name.lower(), [*scope.names, "true", "false"])
                report.report(codes.UNKNOWN_NAME, span, name=name, **near)
                return None
            return Read(binding.prefix, binding.type, span)
        case Field(record, name, span):
            whole = resolve(record, scope, report)
            # `Bill.owed`: a field whose type has a finding where it is declared.
            if whole is None or f"{whole.type}.{name}" in scope.untold:
                return None
            return _field(whole, name, span, report)
        case _:
            raise TypeError("only names and fields are resolved")


def _field(whole: Read, name: str, span: Span, report: Reporter) -> Read | None:
    type_ = _field_type(whole.type, name)
    if type_ is not None:
        return Read(f"{whole.variable}.{name}", type_, span)
    known = [field for field, _ in whole.type.fields] if isinstance(whole.type, Record) else []
    word = span.source.span(max(span.start, span.end - len(name)), span.end)
    # What is no record has no fields at all, and nobody can write any.
    near = closest(name, known, NEAR_FIELD) if known else {}
    report.report(codes.UNKNOWN_FIELD, word, type=whole.type, name=name, **near)
    return None


def _field_type(whole: Type, name: str) -> Type | None:
    match whole:
        case Record():
            return whole.field(name)
        case ListOf(item, most) if name.isdecimal() and int(name) < most:
            return item
        case _:
            return None


def resolve_value(path: Expression, scope: Scope, report: Reporter) -> Read | None:
    """The single value that a path names; a secret, list or record is a finding."""
    read = resolve(path, scope, report)
    if read is None:
        return None
    text = expression_text(path)
    match read.type:
        case Secret():
            report.report(codes.SECRET_READ, read.span, name=text)
        case ListOf() as type_:
            report.report(codes.HELD_IN_PARTS, read.span, name=text, type=type_, fix=f"len({text})")
        case Record(_, fields) as type_:
            fix = {"fix": f"{text}.{fields[0][0]}"} if fields else {}
            report.report(codes.HELD_IN_PARTS, read.span, name=text, type=type_, **fix)
        case _:
            return read
    return None


def length_of_list(path: Expression, scope: Scope) -> Read | None:
    """The variable that holds a list's length, where the path names a list; reports nothing."""
    if not isinstance(path, Name | Field):
        return None
    read = resolve(path, scope, Reporter())
    if read is None or not isinstance(read.type, ListOf):
        return None
    return Read(f"{read.variable}.len", Scalar.INT, path.span)


def named_under(root: str, expression: Expression) -> str | None:
    """`vip` of `lists.vip`, where the root is `lists`."""
    match expression:
        case Field(Name(first), name) if first == root:
            return name
        case _:
            return None
