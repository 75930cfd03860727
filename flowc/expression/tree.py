"""An expression as a tree. Every node knows its span; types are found by `check`.

Two stages share these classes: as parsed, names are `Name("account")` or `Field(...)`; as checked,
every read of a value is a `Read` of a flat variable with its type, so that machine and targets meet
no records. Constants hold values in the form of the table in `types`.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.expression.types import Scalar, Type
from flowc.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. `value` is held as the table in `types` says (`17:30` is 1050, `true` is 1)."""

    value: int | str
    type: Scalar
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Name:
    """As parsed: a name not yet looked up."""

    name: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Field:
    """As parsed: `record.field`."""

    record: Expression
    name: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Read:
    """As checked: the value of a flat variable (`balance.customer.services.0.balance`)."""

    variable: str
    type: Type
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Call:
    """`today()`, `now()`, `len(x)`, `starts_with(x, "13")`, `luhn(x)`, `listed(x, "vip")`.

    As checked, names of lists and flags are text literals: `listed(call.from, "vip")`,
    `flag("outage")`. `like(x, "1[3-9]XX")` is made by the compiler only: each place of the pattern is
    a digit, `X` for any, or `[2-9]` for some.
    """

    function: str
    arguments: tuple[Expression, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class IsSet:
    """`x is set`; `x is not set` is `Not` of it."""

    operand: Expression
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Binary:
    """`operator` is one of `and or == != < <= > >= + - * in`; `in` has a `Items` on its right."""

    operator: str
    left: Expression
    right: Expression
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Items:
    """`(1, 2, 3)`, as the right side of `in` only."""

    items: tuple[Expression, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Conditional:
    """`then if condition else otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span = NOWHERE


Expression = Literal | Name | Field | Read | Call | Not | IsSet | Binary | Items | Conditional
